/** The worker that simulates, as the page sees it: one for each run. */
import type { Drag, Frame, Reply, Request } from "./messages.ts";
import type { EngineSettings, Settings } from "./settings.ts";

/** What the page wants to know of a run. */
export interface Listener {
  frame(frame: Frame): void;
  /** On the way to the steps that the run begins with. */
  progress(flushes: number): void;
  /** The run is over; `reason` is for people. */
  failed(reason: string): void;
}

export class Simulation {
  readonly #worker: Worker;
  readonly #listener: Listener;
  /** The newest parameters, while the worker still works on older ones. */
  #nextEngine: EngineSettings | undefined;
  #regrouping = false;
  #over = false;

  constructor({ world, seed, join, leave, max, policy, steps }: Settings, listener: Listener) {
    this.#listener = listener;
    // Beside this bundle, wherever that is served.
    this.#worker = new Worker(new URL("./simulator-worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#hear(data));
    this.#worker.addEventListener("messageerror", () => this.#fail("its answer cannot be read"));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(event.message || "its script cannot be loaded");
    });
    this.#send({ type: "start", world, seed, engine: { join, leave, max, policy }, steps });
  }

  /** One flush. */
  advance(): void {
    this.#send({ type: "advance" });
  }

  /** Other parameters. A slider gives them faster than islands are formed: only the newest count. */
  regroup({ join, leave, max, policy }: EngineSettings): void {
    const engine = { join, leave, max, policy };
    if (this.#regrouping) {
      this.#nextEngine = engine;
      return;
    }
    this.#regrouping = true;
    this.#send({ type: "engine", engine });
  }

  drag(drag: Drag): void {
    this.#send({ type: "drag", drag });
  }

  /** Ends the run; the listener hears nothing more. */
  stop(): void {
    this.#over = true;
    this.#worker.terminate();
  }

  #send(request: Request): void {
    if (!this.#over) this.#worker.postMessage(request);
  }

  #hear(reply: Reply): void {
    if (this.#over) return;
    if (reply.type === "failed") this.#fail(reply.reason);
    else if (reply.type === "progress") this.#listener.progress(reply.flushes);
    else if (reply.type === "frame") {
      if (reply.frame.cause === "engine") this.#regrouped();
      this.#listener.frame(reply.frame);
    }
  }

  #regrouped(): void {
    this.#regrouping = false;
    const next = this.#nextEngine;
    this.#nextEngine = undefined;
    if (next) this.regroup(next);
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.stop();
    this.#listener.failed(reason);
  }
}

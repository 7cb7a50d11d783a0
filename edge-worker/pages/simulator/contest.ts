/** The comparison of the policies, as the page sees it: a worker of its own while it lasts. */
import type { Compared, Reply, Request } from "./messages.ts";
import type { Settings } from "./settings.ts";

/** What the page wants to know of a comparison. */
export interface Spectator {
  compared(compared: Compared): void;
  /** It is over; `reason` is for people. */
  failed(reason: string): void;
}

export class Contest {
  readonly #worker: Worker;
  readonly #spectator: Spectator;

  constructor({ world, seed, join, leave, max, policy }: Settings, spectator: Spectator) {
    this.#spectator = spectator;
    // Beside this bundle, wherever that is served.
    this.#worker = new Worker(new URL("./simulator-worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#hear(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(event.message || "its script cannot be loaded");
    });
    const request: Request = { type: "compare", world, seed, engine: { join, leave, max, policy } };
    this.#worker.postMessage(request);
  }

  /** Ends the comparison; the spectator hears nothing more. */
  stop(): void {
    this.#worker.terminate();
  }

  #hear(reply: Reply): void {
    if (reply.type === "failed") this.#fail(reply.reason);
    else if (reply.type === "compared") this.#spectator.compared(reply.compared);
  }

  #fail(reason: string): void {
    this.stop();
    this.#spectator.failed(reason);
  }
}

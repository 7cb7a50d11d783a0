/** The worker that simulates: the world and the engine, off the thread that draws. */
import { Comparison } from "./comparison.ts";
import { initWorlds } from "./engine.ts";
import type { Frame, Reply, Request } from "./messages.ts";
import { Run } from "./run.ts";

type Start = Extract<Request, { type: "start" }>;
type Compare = Extract<Request, { type: "compare" }>;

/** Between two words about how far the first steps, or a comparison, have come. */
const PROGRESS_MS = 100;

let run: Run | undefined;
/** Requests are answered one after the other, though some have to wait for something. */
let queue: Promise<void> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  queue = queue.then(() => answer(data)).catch(fail);
});

async function answer(request: Request): Promise<void> {
  if (request.type === "start") {
    run = await start(request);
    return;
  }
  if (request.type === "compare") return compare(request);
  // After a failure there is nothing to go on with; the page knows.
  if (!run) return;
  switch (request.type) {
    case "advance":
      run.step();
      sendFrame(run, "flush");
      break;
    case "engine":
      await run.regroup(request.engine);
      sendFrame(run, "engine");
      break;
    case "drag":
      run.drag(request.drag);
      break;
  }
}

async function start({ world, seed, engine, steps }: Start): Promise<Run> {
  await initWorlds();
  const started = await Run.start(world, seed, engine);
  let toldAt = performance.now();
  while (started.flushes < steps) {
    started.step();
    if (performance.now() - toldAt < PROGRESS_MS) continue;
    toldAt = performance.now();
    send({ type: "progress", flushes: started.flushes });
  }
  sendFrame(started, "start");
  return started;
}

async function compare({ world, seed, engine }: Compare): Promise<void> {
  await initWorlds();
  const comparison = await Comparison.start(world, seed, engine);
  let toldAt = performance.now();
  while (!comparison.done) {
    comparison.step();
    if (!comparison.done && performance.now() - toldAt < PROGRESS_MS) continue;
    send({ type: "compared", compared: comparison.read() });
    // What it takes to say how it stands does not count: of a large world that is longer than the time between two words.
    toldAt = performance.now();
  }
}

function sendFrame(from: Run, cause: Frame["cause"]): void {
  const frame = from.frame(cause);
  send({ type: "frame", frame }, [frame.positions.buffer, frame.island.buffer]);
}

function fail(error: unknown): void {
  run = undefined;
  send({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
}

function send(reply: Reply, transfer: Transferable[] = []): void {
  self.postMessage(reply, { transfer });
}

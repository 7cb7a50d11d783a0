/** `npm run bench`: how fast things are. `npm run bench -- flush`, or another of the benchmarks below. */
import { benchFlush } from "./lib/bench-flush.mjs";
import { benchRoom } from "./lib/bench-room.mjs";
import { benchSimulator } from "./lib/bench-simulator.mjs";
import { benchStorage } from "./lib/bench-storage.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

/** By name. */
const BENCHMARKS = { flush: benchFlush, room: benchRoom, simulator: benchSimulator, storage: benchStorage };

await runMain(async () => {
  const [name = "flush", ...args] = process.argv.slice(2);
  const benchmark = Object.entries(BENCHMARKS).find(([known]) => known === name)?.[1];
  if (benchmark === undefined) {
    throw new Failure(`No such benchmark: ${name}.`, `There are: ${Object.keys(BENCHMARKS).join(", ")}.`);
  }
  await benchmark(await setUp(), args);
});

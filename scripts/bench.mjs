/**
 * `npm run bench [-- NAME [OPTIONS]]`: how fast things are; `engine` if no name is given.
 *
 *   chains       --passes N --rounds N
 *   engine       --worlds A,B --policy NAME --target native|wasm --flushes N --json FILE --document --dump DIR
 *   flood
 *   handshakes   --handshakes N --at-once N --rounds N
 *   hostile
 *   kill         --players N --document
 *   production   --document
 *   realm        --document
 *   room         --players N --rate N --seconds N --rounds N
 *   simulator    WORLD …
 *   soak         --minutes N --players N --document
 *   stats        --players N --per-second N --seconds N --rounds N
 *   storage      WORLD … --players N --seconds N
 *
 * What each of them is about is in README.md, "Change it".
 */

import { benchAttack } from "./lib/bench-attack.mjs";
import { benchChains } from "./lib/bench-chains.mjs";
import { benchEngine } from "./lib/bench-engine.mjs";
import { benchHandshakes } from "./lib/bench-handshakes.mjs";
import { benchKill } from "./lib/bench-kill.mjs";
import { benchProduction } from "./lib/bench-production.mjs";
import { benchRealm } from "./lib/bench-realm.mjs";
import { benchRoom } from "./lib/bench-room.mjs";
import { benchSimulator } from "./lib/bench-simulator.mjs";
import { benchSoak } from "./lib/bench-soak.mjs";
import { benchStats } from "./lib/bench-stats.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

/**
 * Imported only when it is wanted: what it reads the storage with says on every start that it is experimental.
 *
 * @param {import("./lib/setup.mjs").Tools} tools
 * @param {string[]} args
 */
async function benchStorage(tools, args) {
  const bench = await import("./lib/bench-storage.mjs");
  await bench.benchStorage(tools, args);
}

/** By name. */
const BENCHMARKS = {
  chains: benchChains,
  engine: benchEngine,
  flood: benchAttack("flood.bench.ts"),
  handshakes: benchHandshakes,
  hostile: benchAttack("hostile.bench.ts"),
  kill: benchKill,
  production: benchProduction,
  realm: benchRealm,
  room: benchRoom,
  simulator: benchSimulator,
  soak: benchSoak,
  stats: benchStats,
  storage: benchStorage,
};

await runMain(async () => {
  const [name = "engine", ...args] = process.argv.slice(2);
  const benchmark = Object.entries(BENCHMARKS).find(([known]) => known === name)?.[1];
  if (benchmark === undefined) {
    throw new Failure(`No such benchmark: ${name}.`, `There are: ${Object.keys(BENCHMARKS).join(", ")}.`);
  }
  await benchmark(await setUp(), args);
});

/**
 * `npm run simulate -- --seeds 20000`: plays whole archipelagos in random weather, and says which have broken a rule;
 * with `--first S` from that seed on. `npm run simulate -- --replay 1234` plays one of them, and prints what happens in
 * it. With `--regions` they are worlds that are cut into regions: docs/scaling.md.
 */
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";
import { readSimulation, simulate } from "./lib/simulation.mjs";

await runMain(async () => {
  const simulation = readSimulation(process.argv.slice(2));
  await simulate(await setUp(), simulation);
});

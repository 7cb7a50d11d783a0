/**
 * `npm test`: all of the following, or some: `npm test -- core e2e`.
 *
 *   core      the core and whatever else runs natively
 *   wasm      the npm package and the worlds as WebAssembly in Node
 *   chrome    and in Chrome
 *   package   the package as others install it
 *   bench     what the benchmarks reckon with
 *   e2e       the Worker end to end
 *   pages     its pages
 */
import { Failure, runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";
import { runSteps } from "./lib/steps.mjs";
import { suites } from "./lib/suites.mjs";

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const all = suites(await setUp());
  const unknown = wanted.filter((name) => !(name in all));
  if (unknown.length > 0) {
    throw new Failure(`No such tests: ${unknown.join(", ")}.`, `There are: ${Object.keys(all).join(", ")}.`);
  }
  const chosen = wanted.length === 0 ? Object.keys(all) : wanted;
  await runSteps(Object.entries(all).flatMap(([name, steps]) => (chosen.includes(name) ? steps : [])));
});

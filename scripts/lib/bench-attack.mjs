/** How a realm bears attacks: end-to-end tests at full size, with times and memory judged. */
import { buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { run } from "./process.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

/**
 * @param {string} file the test's, in `tests/e2e`
 * @returns {(tools: Tools, args: readonly string[]) => Promise<void>}
 */
export function benchAttack(file) {
  return async (tools, args) => {
    if (args.length > 0) throw new Failure(`No such option: ${args[0]}.`, "There are none.");
    await buildWorker(tools);
    const test = `tests/e2e/${file}`;
    const options = ["--test", "--test-reporter=spec", test];
    const { status } = await run(tools.node, options, { env: tools.env, show: true });
    if (status !== 0) throw new Failure(`${test} has failed.`, "It needs a machine that does nothing else.");
  };
}

/** `npm test`: the core natively, the npm package as WebAssembly, the Worker end to end. Or some: `npm test -- core e2e`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { buildWorker } from "./lib/build.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { ROOT } from "./lib/paths.mjs";
import { setUp } from "./lib/setup.mjs";
import { command, runSteps } from "./lib/steps.mjs";

/** Ends a test file that hangs; none comes near it otherwise. */
const FILE_TIMEOUT_MS = 600_000;

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const { node, env } = await setUp();
  // `wasm-pack test` calls `cargo build --tests`, which takes the dev profile, and then `cargo test`, which takes the
  // test profile: equal settings let the second find what the first compiled.
  const oneProfile = { ...env, CARGO_PROFILE_DEV_OPT_LEVEL: "2" };
  const suites = {
    core: [command("core", ["cargo", "test", "--locked"], env)],
    wasm: [command("wasm", ["wasm-pack", "test", "--node", "--mode", "no-install", "wasm-pkg"], oneProfile)],
    e2e: [await endToEnd(node, env)],
  };
  const unknown = wanted.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    throw new Failure(`No such tests: ${unknown.join(", ")}.`, `There are: ${Object.keys(suites).join(", ")}.`);
  }
  await runSteps(
    Object.entries(suites)
      .filter(([name]) => wanted.length === 0 || wanted.includes(name))
      .flatMap(([, steps]) => steps),
  );
});

/**
 * The tests against the built Worker; building it is part of the step.
 *
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<import("./lib/steps.mjs").Step>}
 */
async function endToEnd(node, env) {
  const folder = join("tests", "e2e");
  const names = await readdir(join(ROOT, folder)).catch(() => []);
  const files = names.filter((name) => name.endsWith(".test.ts")).sort();
  if (files.length === 0) throw new Failure(`There are no tests in ${folder}.`);
  const tests = command(
    "end to end",
    [
      node,
      "--test",
      "--test-reporter=spec",
      // Most of a test is waiting: two at a time even on two cores.
      "--test-concurrency=2",
      `--test-timeout=${FILE_TIMEOUT_MS}`,
      ...files.map((name) => join(folder, name)),
    ],
    env,
  );
  return {
    name: tests.name,
    run: async () => {
      try {
        await buildWorker({ node, env });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        console.error(error.message);
        return false;
      }
      return tests.run();
    },
  };
}

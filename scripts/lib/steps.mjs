/** A list of named steps, all of them run, with a table of how each went. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Failure } from "./failure.mjs";
import { run } from "./process.mjs";
import { duration } from "./report.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<boolean>} run whether it passed
 * @property {string} [failures] the file in which it says what failed, told again at the end
 */

/**
 * A step that runs a program in the open.
 *
 * @param {string} name
 * @param {readonly [string, ...string[]]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Step}
 */
export function command(name, [program, ...args], env) {
  return {
    name,
    run: async () => {
      const { status, error } = await run(program, args, { env, show: true });
      if (error) console.error(`${program}: ${error.message}`);
      return status === 0;
    },
  };
}

/**
 * A step in which a {@link Failure} is told and counts as failed: the others run nevertheless.
 *
 * @param {string} name
 * @param {() => Promise<boolean>} work
 * @returns {Step}
 */
export function guarded(name, work) {
  return {
    name,
    run: async () => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        console.error(error.message);
        return false;
      }
    },
  };
}

/**
 * Runs every step, also after one has failed: one run shows everything there is to mend.
 *
 * @param {readonly Step[]} steps
 * @returns {Promise<void>}
 * @throws {Failure} when a step failed
 */
export async function runSteps(steps) {
  const width = Math.max(...steps.map((step) => step.name.length));
  const table = [];
  const failed = /** @type {Step[]} */ ([]);
  for (const step of steps) {
    console.log(`\n▸ ${step.name}`);
    const started = performance.now();
    const passed = await step.run();
    if (!passed) failed.push(step);
    const time = duration(performance.now() - started);
    table.push(`  ${passed ? "ok    " : "FAILED"}  ${step.name.padEnd(width)}  ${time.padStart(12)}`);
  }
  console.log(`\n${table.join("\n")}\n`);
  for (const { failures } of failed) {
    if (failures && existsSync(failures)) console.log(await readFile(failures, "utf8"));
  }
  if (failed.length > 0) throw new Failure(`failed: ${failed.map(({ name }) => name).join(", ")}`);
}

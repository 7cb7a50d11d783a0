/** Benchmarks whose runs are processes of their own, each of which prints its figures as JSON. */
import { Failure } from "./failure.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {readonly [string, ...string[]]} Command
 */

/**
 * @param {string} crate
 * @param {string} bench its benchmark
 * @param {Tools} tools
 * @returns {Promise<string>} the program
 */
export async function buildNative(crate, bench, { env }) {
  const command = ["bench", "--locked", "--no-run", "-p", crate, "--bench", bench];
  return timed("Building the native benchmark", async () => {
    const { status, output } = await run("cargo", [...command, "--message-format=json-render-diagnostics"], { env });
    const artifacts = output.split("\n").filter((line) => line.startsWith("{"));
    const programs = artifacts.map((line) => JSON.parse(line).executable).filter((path) => typeof path === "string");
    const [program] = programs;
    if (status !== 0 || program === undefined) {
      const messages = output.split("\n").filter((line) => !line.startsWith("{"));
      throw new Failure(`Building the native benchmark failed:\n${lastLines(messages.join("\n"), 80)}`);
    }
    return program;
  });
}

/**
 * One run.
 *
 * @param {Command} command
 * @param {Tools} tools
 * @returns {Promise<any>} its figures
 * @throws {Failure} with what it has said, if it failed
 */
export async function figures([program, ...args], { env }) {
  const { status, output, error } = await run(program, args, { env });
  if (status !== 0) throw new Failure(error?.message ?? lastLines(output));
  return figuresIn(output);
}

/**
 * The figures among what a run has said: Node's warnings may stand around them.
 *
 * @param {string} output
 * @returns {any}
 * @throws {Failure} with what was said, if there are none
 */
export function figuresIn(output) {
  for (const line of output.split("\n").reverse()) {
    if (!/^[{[]/.test(line)) continue;
    try {
      return JSON.parse(line);
    } catch {
      // Something else in brackets.
    }
  }
  throw new Failure(`A run has printed no figures:\n${lastLines(output)}`);
}

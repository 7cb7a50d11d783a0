/** Running other programs. */
import { spawn } from "node:child_process";
import { ROOT } from "./paths.mjs";

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] the whole environment; that of this process by default
 * @property {string} [cwd] the repository by default
 * @property {boolean} [show] let the program write to the terminal itself, instead of collecting its output
 * @property {boolean} [echo] pass the output on as it comes, besides collecting it
 *
 * @typedef {object} Outcome
 * @property {number | null} status exit status; `null` when the program could not be started or a signal ended it
 * @property {string} output what it wrote to both streams, in order; empty with `show`
 * @property {NodeJS.ErrnoException} [error] why it could not be started
 */

/**
 * Runs a program to its end. Never rejects: whoever calls knows best what a failure means.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const stream = options.show ? "inherit" : "pipe";
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? process.env,
      // No stdin: a program that would ask a question must take its default instead of waiting for an answer.
      stdio: ["ignore", stream, stream],
    });
    let output = "";
    /** @param {string} text */
    const collect = (text) => {
      output += text;
      if (options.echo) process.stdout.write(text);
    };
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.on("error", (error) => resolve({ status: null, output, error }));
    child.on("close", (status) => resolve({ status, output }));
  });
}

/**
 * The last lines of what a program wrote: enough to see why it failed.
 *
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 25) {
  return output.trimEnd().split("\n").slice(-count).join("\n");
}

/**
 * The first lines of it, for a program that puts its usage after the reason.
 *
 * @param {string} output
 * @param {number} [count]
 */
export function firstLines(output, count = 12) {
  return output.trim().split("\n").slice(0, count).join("\n");
}

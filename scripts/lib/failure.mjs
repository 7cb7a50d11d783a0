import { readFileSync } from "node:fs";

/** A failure that a person can act on: what went wrong, and what to do about it. It is shown without a stack. */
export class Failure extends Error {
  /**
   * @param {string} message what went wrong
   * @param {string} [advice] what to do
   */
  constructor(message, advice) {
    super(advice ? `${message}\n${advice}` : message);
    this.name = "Failure";
  }
}

/**
 * Runs a script's main function; a failure ends the process with status 1 and a plain message. With `--help` the comment
 * at the script's beginning is shown instead.
 *
 * @param {() => Promise<void>} main
 * @param {boolean} [helps] whether `main` itself knows what `--help` is
 */
export async function runMain(main, helps = false) {
  if (!helps && process.argv.includes("--help")) {
    const [, script = ""] = process.argv;
    console.log(headComment(readFileSync(script, "utf8")));
    return;
  }
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [first, ...rest] = error.message.split("\n");
    console.error([`\n✗ ${first}`, ...rest.map((line) => `  ${line}`)].join("\n"));
    process.exitCode = 1;
  }
}

/**
 * @param {string} script
 * @returns {string} the text of its first comment
 */
function headComment(script) {
  const [, comment = ""] = /\/\*\*(.*?)\*\//s.exec(script) ?? [];
  return comment.replaceAll(/^ \*? ?/gm, "").trim();
}

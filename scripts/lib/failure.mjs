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
 * Runs a script's main function; a failure ends the process with status 1 and a plain message.
 *
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [first, ...rest] = error.message.split("\n");
    console.error([`\n✗ ${first}`, ...rest.map((line) => `  ${line}`)].join("\n"));
    process.exitCode = 1;
  }
}

/** A reporter for `node --test` that says what failed and why, and nothing else: for the end of a long run. */

/** Lines of an error that are shown: the first ones say what was expected. */
const ERROR_LINES = 12;

/** A line of a stack that leads nowhere in this project. */
const OF_NODE = /^\s+at .*(\(node:|Promise\.all)/;

/** A suite that fails because of what is in it. */
const OF_A_PART = "subtestsFailed";

/**
 * @param {AsyncIterable<import("node:test/reporters").TestEvent>} events
 * @returns {AsyncGenerator<string>}
 */
export default async function* reportFailures(events) {
  for await (const { type, data } of events) {
    if (type !== "test:fail") continue;
    const { error } = data.details;
    if ("failureType" in error && error.failureType === OF_A_PART) continue;
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.message;
    const lines = cause.split("\n").filter((line) => line.trim() !== "" && !OF_NODE.test(line));
    yield `✖ ${data.name} (${data.file}:${data.line})\n${lines
      .slice(0, ERROR_LINES)
      .map((line) => `    ${line}\n`)
      .join("")}`;
  }
}

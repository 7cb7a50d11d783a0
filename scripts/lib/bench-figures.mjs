/** What the benchmarks share: reading their options, and printing their figures. */
import { parseArgs } from "node:util";
import { Failure } from "./failure.mjs";

/**
 * The numbers that a benchmark was given, as texts.
 *
 * @template {string} Name
 * @param {readonly string[]} args `--name N`, and nothing else
 * @param {Readonly<Record<Name, string>>} defaults of all there are
 * @returns {Record<Name, string>}
 * @throws {Failure} if there is another one
 */
export function readOptions(args, defaults) {
  const entries = Object.entries(defaults).map(([name, text]) => [name, { type: "string", default: text }]);
  try {
    const { values } = parseArgs({ args: [...args], options: Object.fromEntries(entries) });
    return /** @type {Record<Name, string>} */ (values);
  } catch (error) {
    const all = Object.keys(defaults).map((name) => `--${name} N`);
    const allowed = new Intl.ListFormat("en-GB").format(all);
    throw new Failure(error instanceof Error ? error.message : String(error), `Allowed are ${allowed}.`);
  }
}

/**
 * A flag, apart from the options that have values.
 *
 * @param {readonly string[]} args
 * @param {string} flag such as `--document`
 * @returns {[boolean, string[]]} whether it was given, and what else was
 */
export function takeFlag(args, flag) {
  return [args.includes(flag), args.filter((arg) => arg !== flag)];
}

/**
 * Whether the one option that a benchmark has was given.
 *
 * @param {readonly string[]} args
 * @param {string} name
 * @returns {boolean}
 * @throws {Failure} if there is another one
 */
export function readFlag(args, name) {
  try {
    const { values } = parseArgs({ args: [...args], options: { [name]: { type: "boolean" } } });
    return values[name] === true;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), `Allowed is --${name}.`);
  }
}

/**
 * @param {string} name of the option
 * @param {string} text
 * @param {number} min
 * @param {number} [max]
 * @throws {Failure} if the text is no integer from `min` to `max`
 */
export function integer(name, text, min, max = Number.MAX_SAFE_INTEGER) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
  const allowed = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  throw new Failure(`--${name} is ${JSON.stringify(text)}: it must be an integer, ${allowed}.`);
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/**
 * @param {readonly number[]} sorted
 * @param {number} rank from 0 to 1
 */
export function quantile(sorted, rank) {
  return sorted[Math.ceil(sorted.length * rank) - 1] ?? Number.NaN;
}

/** @param {number} milliseconds */
export function ms(milliseconds) {
  return milliseconds.toFixed(milliseconds < 10 ? 2 : 1);
}

/** @param {readonly string[][]} table the first column is text, the others are numbers */
export function inColumns(table) {
  const width = (/** @type {number} */ column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0));
  const line = (/** @type {string[]} */ cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(width(at)) : cell.padStart(width(at)))).join("  ");
  return table.map((cells) => line(cells).trimEnd()).join("\n");
}

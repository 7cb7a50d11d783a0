/**
 * How long the engine's flushes take, native and as WebAssembly.
 *
 * Both run the same worlds and must end with the same islands. Each run is a process of its own, and the two take turns:
 * whatever else the machine does meets both.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inColumns, integer, median, ms } from "./bench-figures.mjs";
import { buildNative, figures } from "./bench-runs.mjs";
import { buildPackage, buildWorlds } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./bench-runs.mjs").Command} Command
 *
 * @typedef {object} Figures one run of a world, times in milliseconds
 * @property {string} world
 * @property {number} players
 * @property {number} first the flush in which everybody arrives
 * @property {number} median of the others
 * @property {number} p99 of the others
 * @property {number} setPositions median of reporting where everybody is
 * @property {string} islands fingerprint of the islands after the last flush
 */

/** How many times as long a flush may take as WebAssembly. */
const RATIO_MAX = 2.5;
const WORLDS = ["uniform-1000", "uniform-10000", "uniform-100000"];
const WASM_RUN = fileURLToPath(new URL("./bench-wasm.mjs", import.meta.url));

/**
 * Measures, prints a table, and compares with {@link RATIO_MAX}.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args names of worlds, `--flushes N`, `--rounds N`
 * @throws {Failure} if WebAssembly is too slow or comes to other islands
 */
export async function benchFlush(tools, args) {
  const { worlds, flushes, rounds } = readArguments(args);
  await buildPackage(tools);
  await buildWorlds(tools);
  const native = await buildNative("archipelago-worlds", "flush", tools);
  /** @type {string[][]} */
  const table = [["world", "native", "wasm", "ratio", "first", "", "p99", "", "setPositions", ""]];
  const slow = [];
  for (const world of worlds) {
    const commands = {
      native: /** @type {Command} */ ([native, world, "--flushes", `${flushes}`]),
      wasm: /** @type {Command} */ ([tools.node, WASM_RUN, world, `${flushes}`]),
    };
    const found = await timed(`${world}: ${rounds} × ${flushes} flushes`, () => inTurn(commands, rounds, tools));
    const ratio = found.wasm.median / found.native.median;
    if (!(ratio <= RATIO_MAX)) slow.push(`${world} (${ratio.toFixed(2)})`);
    table.push(row(world, found, ratio));
  }
  console.log(`\nMilliseconds; first, p99 and setPositions are native and wasm\n\n${inColumns(table)}\n`);
  if (slow.length > 0) {
    throw new Failure(
      `As WebAssembly a flush may take ${RATIO_MAX} times as long; it takes more in ${slow.join(", ")}.`,
    );
  }
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const options = /** @type {const} */ ({
    flushes: { type: "string", default: "150" },
    rounds: { type: "string", default: "3" },
  });
  let given;
  try {
    given = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Failure(
      error instanceof Error ? error.message : String(error),
      "Allowed are names of worlds, --flushes N and --rounds N.",
    );
  }
  const { values, positionals } = given;
  return {
    worlds: positionals.length > 0 ? positionals : WORLDS,
    flushes: integer("flushes", values.flushes, 2),
    rounds: integer("rounds", values.rounds, 1),
  };
}

/**
 * Both in turn, several times.
 *
 * @param {{ native: Command, wasm: Command }} commands
 * @param {number} rounds
 * @param {Tools} tools
 * @returns {Promise<{ native: Figures, wasm: Figures }>} the median of each figure
 */
async function inTurn(commands, rounds, tools) {
  /** @type {Figures[]} */
  const native = [];
  /** @type {Figures[]} */
  const wasm = [];
  for (let round = 0; round < rounds; round++) {
    native.push(await figures(commands.native, tools));
    wasm.push(await figures(commands.wasm, tools));
  }
  const islands = new Set([...native, ...wasm].map((found) => found.islands));
  if (islands.size !== 1) {
    throw new Failure(`The runs end with different islands: ${[...islands].join(", ")}.`);
  }
  return { native: middle(native), wasm: middle(wasm) };
}

/** @param {readonly Figures[]} runs */
function middle(runs) {
  const [any] = runs;
  if (any === undefined) throw new Error("there are no runs");
  const of = (/** @type {"first" | "median" | "p99" | "setPositions"} */ figure) =>
    median(runs.map((found) => found[figure]));
  return { ...any, first: of("first"), median: of("median"), p99: of("p99"), setPositions: of("setPositions") };
}

/**
 * @param {string} world
 * @param {{ native: Figures, wasm: Figures }} found
 * @param {number} ratio
 */
function row(world, { native, wasm }, ratio) {
  const both = (/** @type {"first" | "p99" | "setPositions"} */ figure) => [ms(native[figure]), ms(wasm[figure])];
  const medians = [ms(native.median), ms(wasm.median), ratio.toFixed(2)];
  return [world, ...medians, ...both("first"), ...both("p99"), ...both("setPositions")];
}

/** The figures of the engine, for people. */
import { cpus } from "node:os";
import { inColumns, ms } from "./bench-figures.mjs";
import { markdownTable } from "./markdown.mjs";

/**
 * @typedef {object} Row one run; `tests/bench/src/row.rs` says what the figures are
 * @property {import("./bench-engine-options.mjs").Target} target
 * @property {string} world
 * @property {number} players
 * @property {string} policy
 * @property {number} recall_20m
 * @property {number} recall_50m
 * @property {number} reassignments_per_player_minute
 * @property {number} islands
 * @property {number} islands_min
 * @property {number} size_min
 * @property {number} size_median
 * @property {number} size_max
 * @property {number} first_flush_ms
 * @property {number} flush_ms_median
 * @property {number} flush_ms_p99
 * @property {number} floor_ms_median
 * @property {number} allocations_per_flush
 * @property {number} allocated_bytes_per_flush
 * @property {number} report_ms_median
 * @property {number} still_flush_ms_median
 * @property {number} bytes_per_player
 */

/** How many times as long a flush may take as WebAssembly. */
const WASM_MAX = 2.5;
/** How much a player beyond its address may hold. */
const BYTES_MAX = 150;
/** How many times the floor a flush may take with 100,000 players: the median, and the first. */
const SPEED_MAX = [
  { policy: "stable", world: "uniform-100000", median: 12, first: 40 },
  { policy: "stable", world: "plazas-100000", median: 12, first: 40 },
  { policy: "stable", world: "crowd-100000", median: 20, first: undefined },
  { policy: "coherent:balanced", world: "uniform-100000", median: 60, first: undefined },
  { policy: "coherent:balanced", world: "plazas-100000", median: 60, first: undefined },
  { policy: "coherent:balanced", world: "crowd-100000", median: 60, first: undefined },
];

const BOUND_HEADS = ["bound", "found", "at most", ""];

const LEGEND =
  "20 m, 50 m: share of the pairs so near that share an island; moves: a player's changes of island in a minute.\n" +
  "p99, first, reports, still: times the floor, like the median before them; reports are everybody's before a flush.";

/** @type {readonly (readonly [string, (row: Row) => string])[]} */
const COLUMNS = [
  ["world", (row) => row.world],
  ["policy", (row) => row.policy],
  ["target", (row) => row.target],
  ["20 m", (row) => row.recall_20m.toFixed(3)],
  ["50 m", (row) => row.recall_50m.toFixed(3)],
  ["moves", (row) => row.reassignments_per_player_minute.toFixed(2)],
  ["islands", (row) => `${row.islands}`],
  ["min", (row) => `${row.islands_min}`],
  ["sizes", (row) => [row.size_min, row.size_median, row.size_max].join(" ")],
  ["floor ms", (row) => fine(row.floor_ms_median)],
  ["flush ms", (row) => fine(row.flush_ms_median)],
  ["× floor", (row) => times(row.flush_ms_median, row)],
  ["p99", (row) => times(row.flush_ms_p99, row)],
  ["first", (row) => times(row.first_flush_ms, row)],
  ["reports", (row) => times(row.report_ms_median, row)],
  ["still", (row) => times(row.still_flush_ms_median, row)],
  ["allocs", (row) => row.allocations_per_flush.toFixed(1)],
  ["B/player", (row) => row.bytes_per_player.toFixed(0)],
];

/**
 * @param {readonly Row[]} rows
 * @returns {string}
 */
export function tableOf(rows) {
  const heads = COLUMNS.map(([head]) => head);
  const cells = rows.map((row) => COLUMNS.map(([, cell]) => cell(row)));
  return `${inColumns([heads, ...cells])}\n\n${LEGEND}`;
}

/**
 * The same as Markdown, a table for each policy, with the machine, the day and the command.
 *
 * @param {readonly Row[]} rows
 * @param {string} command
 * @returns {string}
 */
export function documentOf(rows, command) {
  const columns = COLUMNS.filter(([head]) => head !== "policy");
  const heads = columns.map(([head]) => head);
  const policies = [...new Set(rows.map(({ policy }) => policy))];
  const tables = policies.map((policy) => {
    const own = rows.filter((row) => row.policy === policy);
    const cells = own.map((row) => columns.map(([, cell]) => cell(row)));
    return `### \`${policy}\`\n\n${markdownTable(heads, cells)}`;
  });
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${process.platform} ${process.arch}, Node.js ${process.version}`;
  const day = new Date().toISOString().slice(0, 10);
  const checks = checksOf(rows);
  const bounds = checks.length === 0 ? [] : [`### Bounds\n\n${markdownTable(BOUND_HEADS, checks)}`];
  return [`\`${command}\`, ${day}, on ${machine}.`, LEGEND, ...bounds, ...tables].join("\n\n");
}

/**
 * What the rows say of the bounds that the engine has to keep; nothing if they say nothing.
 *
 * @param {readonly Row[]} rows
 * @returns {string}
 */
export function boundsOf(rows) {
  const checks = checksOf(rows);
  return checks.length === 0 ? "" : inColumns([BOUND_HEADS, ...checks]);
}

/**
 * @param {readonly Row[]} rows
 * @returns {string[][]}
 */
function checksOf(rows) {
  const checks = [...speeds(rows), ...growth(rows), ...sizes(rows), ...wasm(rows)];
  return checks.map(([what, found, max]) => [
    what,
    found.toFixed(2),
    `${max}`,
    found <= max ? "kept" : missed(found, max),
  ]);
}

/**
 * @param {number} found
 * @param {number} max
 */
function missed(found, max) {
  return max === 0 ? "missed" : `missed by ${(found / max).toFixed(2)} ×`;
}

/** @typedef {[what: string, found: number, max: number]} Check */

/**
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function speeds(rows) {
  return rows.flatMap((row) => {
    const limit = SPEED_MAX.find(({ policy, world }) => policy === row.policy && world === row.world);
    if (limit === undefined || row.target !== "native") return [];
    const what = `${row.world}, ${row.policy}: flush ÷ floor`;
    const first = /** @type {Check[]} */ (
      limit.first === undefined ? [] : [[`${what}, first`, row.first_flush_ms / row.floor_ms_median, limit.first]]
    );
    return [[what, row.flush_ms_median / row.floor_ms_median, limit.median], ...first];
  });
}

/**
 * The exponent by which the cost grows with the players: 1 is linear. What each player costs grows a little anyway, with
 * memory that is farther away.
 *
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function growth(rows) {
  return rows.flatMap((large) => {
    const kind = /^(.+)-100000$/.exec(large.world)?.[1];
    const small = rows.find(
      ({ world, policy, target }) =>
        world === `${kind}-1000` && policy === large.policy && target === large.target && target === "native",
    );
    if (small === undefined) return [];
    const exponent = Math.log10(large.flush_ms_median / small.flush_ms_median) / 2;
    return [[`${kind}-1000 to -100000, ${large.policy}: exponent of growth`, exponent, 1.1]];
  });
}

/**
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function sizes(rows) {
  const large = rows.filter(({ target, players }) => target === "native" && players >= 100_000);
  return large.flatMap((row) => [
    [`${row.world}, ${row.policy}: bytes a player`, row.bytes_per_player, BYTES_MAX],
    [`${row.world}, ${row.policy}: allocations a flush`, row.allocations_per_flush, 0],
  ]);
}

/**
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function wasm(rows) {
  return rows.flatMap((row) => {
    const native = rows.find(
      ({ target, world, policy }) => target === "native" && world === row.world && policy === row.policy,
    );
    // Where a flush takes no time, the clock is what is measured.
    if (row.target !== "wasm" || native === undefined || native.players < 10_000) return [];
    return [[`${row.world}, ${row.policy}: wasm ÷ native`, row.flush_ms_median / native.flush_ms_median, WASM_MAX]];
  });
}

/**
 * @param {number} took
 * @param {Row} row
 */
function times(took, { floor_ms_median }) {
  const ratio = took / floor_ms_median;
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}

/** @param {number} milliseconds */
function fine(milliseconds) {
  return milliseconds < 1 ? milliseconds.toFixed(4) : ms(milliseconds);
}

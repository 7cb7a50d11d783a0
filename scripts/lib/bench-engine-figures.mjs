/** The figures of the engine, for people. */
import { BOUND_HEADS, checksOf } from "./bench-engine-bounds.mjs";
import { inColumns, ms } from "./bench-figures.mjs";
import { today } from "./machine.mjs";
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
 * @property {number} still_reassignments
 * @property {number} bytes_per_player
 */

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

/** What writes the document. */
export const DOCUMENT_COMMAND = "npm run bench:engine -- --document";

/**
 * The same as Markdown, a table for each policy, with the machine, the day and the command.
 *
 * @param {readonly Row[]} rows
 * @returns {string}
 */
export function documentOf(rows) {
  const columns = COLUMNS.filter(([head]) => head !== "policy");
  const heads = columns.map(([head]) => head);
  const policies = [...new Set(rows.map(({ policy }) => policy))];
  const tables = policies.map((policy) => {
    const own = rows.filter((row) => row.policy === policy);
    const cells = own.map((row) => columns.map(([, cell]) => cell(row)));
    return `### \`${policy}\`\n\n${markdownTable(heads, cells)}`;
  });
  const checks = checksOf(rows);
  const bounds = checks.length === 0 ? [] : [`### Bounds\n\n${markdownTable(BOUND_HEADS, checks)}`];
  return [`\`${DOCUMENT_COMMAND}\`, ${today()}.`, LEGEND, ...bounds, ...tables].join("\n\n");
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

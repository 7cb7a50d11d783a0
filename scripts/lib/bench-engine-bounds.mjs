/** What the engine has to keep to, and whether a benchmark's figures do. */
import { PRODUCTION } from "./production.mjs";

/**
 * @typedef {import("./bench-engine-figures.mjs").Row} Row
 *
 * @typedef {"flush" | "first" | "recall" | "moves"} Figure
 *
 * @typedef {{ policy: string, world: string } & { readonly [figure in Figure]?: number }} Limits
 *   of the runs of a policy, or of all its presets, in a world; of 150 flushes, for recall and moves
 *
 * @typedef {object} Check
 * @property {string} what
 * @property {number} found
 * @property {number} limit
 * @property {boolean} [least] whether it is the least that may be found, not the most
 * @property {number} [digits] how many are shown behind the point
 */

/** How many times as long a flush may take as WebAssembly. */
const WASM_MAX = 2.5;
/** How much a player beyond its address may hold. */
const BYTES_MAX = 150;
/** Worlds with fewer are not asked: what the engine holds in any case is shared by too few. */
const BYTES_PLAYERS_MIN = 10_000;
/** Nor are they for WebAssembly: where a flush takes no time, the clock is what is measured. */
const WASM_PLAYERS_MIN = 10_000;
/** Those in which allocations have to stop. */
const ALLOCATING_PLAYERS_MIN = 100_000;
/** What each player costs grows a little anyway, with memory that is farther away. */
const EXPONENT_MAX = 1.1;

/** `stable` has to do as well as the production engine: recall may be less by a tenth, or by this if that is more. */
const RECALL_TOLERANCE = 0.02;
/** The production engine's figures are rounded. */
const ROUNDING = 0.005;

/** @type {readonly Limits[]} */
const LIMITS = [
  { policy: "stable", world: "uniform-100000", flush: 12, first: 40 },
  { policy: "stable", world: "plazas-100000", flush: 12, first: 40 },
  { policy: "stable", world: "crowd-100000", flush: 20 },
  { policy: "coherent", world: "uniform-100000", flush: 60 },
  { policy: "coherent", world: "plazas-100000", flush: 60 },
  { policy: "coherent", world: "crowd-100000", flush: 60 },
  { policy: "coherent:balanced", world: "plaza-400", recall: 0.63, moves: 1.9 },
  { policy: "coherent:balanced", world: "plaza-1000", recall: 0.63, moves: 2.1 },
  { policy: "coherent:balanced", world: "plaza-3000", recall: 0.67, moves: 2.05 },
  { policy: "coherent:balanced", world: "festival", recall: 0.59, moves: 1.95 },
  { policy: "coherent:balanced", world: "sparse", recall: 0.9, moves: 0.75 },
  { policy: "coherent:balanced", world: "city", recall: 0.97, moves: 0.6 },
  { policy: "coherent:balanced", world: "surge", recall: 0.62, moves: 2.4 },
  ...Object.entries(PRODUCTION).flatMap(([world, production]) => {
    if (production === undefined) return [];
    const { recall, moves } = production;
    const least = recall - Math.max(recall / 10, RECALL_TOLERANCE) - ROUNDING;
    return [{ policy: "stable", world, recall: least, moves: moves + ROUNDING }];
  }),
];

/** @type {Readonly<Record<Figure, { says: string, of: (row: Row) => number, least?: boolean, digits?: number }>>} */
const FIGURES = {
  flush: { says: "flush ÷ floor", of: (row) => row.flush_ms_median / row.floor_ms_median },
  first: { says: "flush ÷ floor, first", of: (row) => row.first_flush_ms / row.floor_ms_median },
  recall: { says: "recall within 20 m", of: (row) => row.recall_20m, least: true, digits: 3 },
  moves: { says: "moves", of: (row) => row.reassignments_per_player_minute, digits: 3 },
};

/** Of the cells that {@link checksOf} gives. */
export const BOUND_HEADS = ["bound", "found", "limit", ""];

/**
 * What the rows say of the bounds; nothing if they say nothing.
 *
 * @param {readonly Row[]} rows
 * @returns {string[][]} cells for people
 */
export function checksOf(rows) {
  const native = rows.filter(({ target }) => target === "native");
  const checks = [...native.flatMap(limited), ...stillness(native), ...growth(native), ...sizes(native), ...wasm(rows)];
  return checks.map(({ what, found, limit, least = false, digits = 2 }) => [
    what,
    found.toFixed(digits),
    `${least ? "≥" : "≤"} ${Number(limit.toFixed(3))}`,
    verdict(found, limit, least),
  ]);
}

/**
 * @param {number} found
 * @param {number} limit
 * @param {boolean} least
 */
function verdict(found, limit, least) {
  const [smaller, larger] = least ? [limit, found] : [found, limit];
  if (smaller <= larger) return "kept";
  return larger === 0 ? "missed" : `missed by ${(smaller / larger).toFixed(2)} ×`;
}

/**
 * What the {@link LIMITS} say of a row.
 *
 * @param {Row} row
 * @returns {Check[]}
 */
function limited(row) {
  const concerning = LIMITS.filter(
    ({ policy, world }) => world === row.world && (policy === row.policy || row.policy.startsWith(`${policy}:`)),
  );
  return concerning.flatMap((limits) =>
    Object.entries(FIGURES).flatMap(([figure, { says, of, ...how }]) => {
      const limit = limits[/** @type {Figure} */ (figure)];
      return limit === undefined
        ? []
        : [{ what: `${row.world}, ${row.policy}: ${says}`, found: of(row), limit, ...how }];
    }),
  );
}

/**
 * Under `stable` nobody is moved while everybody stays where it is.
 *
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function stillness(rows) {
  const stable = rows.filter(({ policy }) => policy === "stable");
  if (stable.length === 0) return [];
  const found = stable.reduce((sum, row) => sum + row.still_reassignments, 0);
  return [{ what: "all worlds, stable: moves while nobody walks", found, limit: 0, digits: 0 }];
}

/**
 * The exponent by which the cost grows with the players: 1 is linear.
 *
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function growth(rows) {
  return rows.flatMap((large) => {
    const kind = /^(.+)-100000$/.exec(large.world)?.[1];
    const small = rows.find(({ world, policy }) => world === `${kind}-1000` && policy === large.policy);
    if (small === undefined) return [];
    const found = Math.log10(large.flush_ms_median / small.flush_ms_median) / 2;
    return [{ what: `${kind}-1000 to -100000, ${large.policy}: exponent of growth`, found, limit: EXPONENT_MAX }];
  });
}

/**
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function sizes(rows) {
  return rows.flatMap((row) => {
    const { world, policy, players, bytes_per_player, allocations_per_flush } = row;
    const bytes = { what: `${world}, ${policy}: bytes a player`, found: bytes_per_player, limit: BYTES_MAX };
    const allocations = { what: `${world}, ${policy}: allocations a flush`, found: allocations_per_flush, limit: 0 };
    return [
      ...(players >= BYTES_PLAYERS_MIN ? [bytes] : []),
      ...(players >= ALLOCATING_PLAYERS_MIN ? [allocations] : []),
    ];
  });
}

/**
 * @param {readonly Row[]} rows
 * @returns {Check[]}
 */
function wasm(rows) {
  return rows.flatMap((row) => {
    if (row.target !== "wasm" || row.players < WASM_PLAYERS_MIN) return [];
    const native = rows.find(
      ({ target, world, policy }) => target === "native" && world === row.world && policy === row.policy,
    );
    if (native === undefined) return [];
    const found = row.flush_ms_median / native.flush_ms_median;
    return [{ what: `${row.world}, ${row.policy}: wasm ÷ native`, found, limit: WASM_MAX }];
  });
}

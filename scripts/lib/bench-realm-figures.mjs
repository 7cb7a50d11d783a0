/** The tables of `npm run bench:realm`, and the bounds in them. */
import { PRODUCTION_REALM } from "./production.mjs";

/** @typedef {import("./realm-load.mjs").Found} Found */

/** The share of the heartbeats that are sent which a realm takes in the same time, unless it lags. */
const KEEPS_UP = 0.97;

/** A flush comes every two seconds; this much later a client may know. */
const CROSSING_MS = 2_250;

const MEGABYTE = 1_000_000;

const CROWD = /** @type {const} */ ([
  "players",
  "first island, ms: p50 / p95",
  "crossing, ms: p50 / p95 / p99",
  "islands told a minute",
  "server, CPU s a minute",
  "bots, CPU s a minute",
  "server, MB",
  "heartbeats/s",
]);
export const CROWD_HEADS = /** @type {readonly string[]} */ (CROWD);

/**
 * @param {Found} found
 * @returns {readonly string[]}
 */
export function crowdRow({ load, bots, newcomers, server, generator, received }) {
  const { crossing_ms: crossing } = bots;
  const first = newcomers?.first_island_ms;
  return inOrder(CROWD, {
    players: whole(load.players),
    "first island, ms: p50 / p95": first === undefined ? "" : [first.p50, first.p95].map(whole).join(" / "),
    "crossing, ms: p50 / p95 / p99": [crossing.p50, crossing.p95, crossing.p99].map(whole).join(" / "),
    "islands told a minute": whole(bots.island_changes / (load.seconds / 60)),
    "server, CPU s a minute": (60 * server.cores).toFixed(1),
    "bots, CPU s a minute": (60 * generator.cores).toFixed(1),
    "server, MB": whole(server.bytesMax / MEGABYTE),
    "heartbeats/s": whole(received),
  });
}

/** What is known of Decentraland's services, with 2,000 players. */
export const PRODUCTION_CROWD = inOrder(CROWD, {
  players: "production, 2,000",
  "first island, ms: p50 / p95": [PRODUCTION_REALM.firstIslandMs.p50, PRODUCTION_REALM.firstIslandMs.p95]
    .map(whole)
    .join(" / "),
  "server, CPU s a minute": `${PRODUCTION_REALM.cpuSecondsAMinute}`,
  "server, MB": `${PRODUCTION_REALM.megabytes}`,
});

const FLOOD = /** @type {const} */ ([
  "players × rate",
  "sent",
  "taken",
  "server, CPU µs each",
  "server's busiest thread",
  "bots' thread",
  "crossing, ms: p50 / p95",
  "players lost",
]);
export const FLOOD_HEADS = /** @type {readonly string[]} */ (FLOOD);

/**
 * @param {Found} found
 * @returns {readonly string[]}
 */
export function floodRow({ load, bots, server, generator, received }) {
  return inOrder(FLOOD, {
    "players × rate": `${whole(load.players)} × ${load.rate}`,
    sent: whole(bots.heartbeats_per_second),
    taken: whole(received),
    "server, CPU µs each": ((1e6 * server.cores) / received).toFixed(1),
    "server's busiest thread": percent(server.busiest),
    "bots' thread": percent(generator.busiest),
    "crossing, ms: p50 / p95": [bots.crossing_ms.p50, bots.crossing_ms.p95].map(whole).join(" / "),
    "players lost": whole(bots.lost),
  });
}

/** What is known of Decentraland's services. */
export const PRODUCTION_FLOOD = inOrder(FLOOD, {
  "players × rate": "production",
  taken: PRODUCTION_REALM.heartbeatsPerSecond,
});

/**
 * @template {string} Head
 * @param {readonly Head[]} heads
 * @param {Readonly<Partial<Record<Head, string>>>} cells what is left out is not known
 * @returns {readonly string[]}
 */
function inOrder(heads, cells) {
  return heads.map((head) => cells[head] ?? "");
}

/**
 * Whether all that was asked for was sent, and taken, and nobody was lost or told too late.
 *
 * @param {Found} found
 */
export function keepsUp({ load, bots, received }) {
  return received >= KEEPS_UP * load.players * load.rate && bots.lost === 0 && bots.wrong === 0;
}

export const BOUND_HEADS = ["bound", "found", "limit", ""];

/**
 * @param {readonly Found[]} crowds
 * @param {readonly Found[]} floods
 */
export function boundsOf(crowds, floods) {
  // The counter is read once a second: it can seem to count more than was sent.
  const most = Math.max(...floods.map(({ bots, received }) => Math.min(received, bots.heartbeats_per_second)));
  return [
    ...crowds
      .filter(({ load }) => load.players === 1_000)
      .flatMap(({ newcomers }) => [
        atMost("1,000 players: first island, p50, ms", newcomers?.first_island_ms.p50, 100),
        atMost("1,000 players: first island, p95, ms", newcomers?.first_island_ms.p95, 250),
      ]),
    ...crowds.map(({ load, bots }) =>
      atMost(`${whole(load.players)} players: crossing, p95, ms`, bots.crossing_ms.p95, CROSSING_MS),
    ),
    ...crowds
      .filter(({ load }) => load.players === 2_000)
      .map(({ server }) =>
        atMost("2,000 players: CPU s a minute", 60 * server.cores, PRODUCTION_REALM.cpuSecondsAMinute),
      ),
    ["most heartbeats/s taken", whole(most), "≥ 25,000", most >= 25_000 ? "kept" : "missed"],
  ];
}

/**
 * @param {string} bound
 * @param {number | undefined} found
 * @param {number} limit
 */
function atMost(bound, found, limit) {
  const digits = Number.isInteger(limit) ? 0 : 1;
  return [bound, found?.toFixed(digits) ?? "", `≤ ${limit}`, found !== undefined && found <= limit ? "kept" : "missed"];
}

/** @param {number} number */
function whole(number) {
  return Math.round(number).toLocaleString("en");
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** The tables of `npm run bench:realm`, and the bounds in them. */
import { PRODUCTION_REALM } from "./production.mjs";

/** @typedef {import("./realm-load.mjs").Found} Found */

/** The share of the heartbeats that are sent which a realm takes in the same time, unless it lags. */
const KEEPS_UP = 0.97;

/** A flush comes every two seconds; this much later a client may know. */
const CROSSING_MS = 2_250;

const MEGABYTE = 1_000_000;

export const CROWD_HEADS = [
  "players",
  "handshakes/s",
  "first island, ms: p50 / p95",
  "crossing, ms: p50 / p95 / p99",
  "islands told a minute",
  "server, CPU s a minute",
  "bots, CPU s a minute",
  "server, MB",
  "heartbeats/s",
];

/** @param {Found} found */
export function crowdRow({ load, bots, server, generator, received }) {
  const { first_island_ms: first, crossing_ms: crossing } = bots;
  return [
    `${load.players.toLocaleString("en")}`,
    bots.handshakes_per_second.toFixed(0),
    [first.p50, first.p95].map(whole).join(" / "),
    [crossing.p50, crossing.p95, crossing.p99].map(whole).join(" / "),
    whole(bots.island_changes / (load.seconds / 60)),
    (60 * server.cores).toFixed(1),
    (60 * generator.cores).toFixed(1),
    whole(server.bytesMax / MEGABYTE),
    whole(received),
  ];
}

export const FLOOD_HEADS = [
  "heartbeats/s asked",
  "sent",
  "taken",
  "server, CPU µs each",
  "server, busiest thread",
  "bots' thread",
  "crossing, ms: p50 / p95",
];

/** @param {Found} found */
export function floodRow({ load, bots, server, generator, received }) {
  return [
    whole(load.players * load.rate),
    whole(bots.heartbeats_per_second),
    whole(received),
    ((1e6 * server.cores) / received).toFixed(1),
    percent(server.busiest),
    percent(generator.busiest),
    [bots.crossing_ms.p50, bots.crossing_ms.p95].map(whole).join(" / "),
  ];
}

/**
 * Whether all that was asked for was sent, and taken.
 *
 * @param {Found} found
 */
export function keepsUp({ load, received }) {
  return received >= KEEPS_UP * load.players * load.rate;
}

export const BOUND_HEADS = ["bound", "found", "limit", ""];

/**
 * @param {readonly Found[]} crowds
 * @param {readonly Found[]} floods
 */
export function boundsOf(crowds, floods) {
  const most = Math.max(...floods.map(({ received }) => received));
  return [
    ...crowds
      .filter(({ load }) => load.players === 1_000)
      .flatMap(({ bots }) => [
        atMost("1,000 players: first island, p50, ms", bots.first_island_ms.p50, 100),
        atMost("1,000 players: first island, p95, ms", bots.first_island_ms.p95, 250),
      ]),
    ...crowds.map(({ load, bots }) =>
      atMost(`${load.players.toLocaleString("en")} players: crossing, p95, ms`, bots.crossing_ms.p95, CROSSING_MS),
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
 * @param {number} found
 * @param {number} limit
 */
function atMost(bound, found, limit) {
  const digits = Number.isInteger(limit) ? 0 : 1;
  return [bound, found.toFixed(digits), `≤ ${limit}`, found <= limit ? "kept" : "missed"];
}

/** @param {number} number */
function whole(number) {
  return Math.round(number).toLocaleString("en");
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(100 * share)} %`;
}

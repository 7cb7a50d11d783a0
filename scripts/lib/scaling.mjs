/** What a deployment needs and costs, by the formulas of docs/scaling.md. Nothing here is measured: see the tables. */
import { markdownTable } from "./markdown.mjs";

/**
 * @typedef {object} Need
 * @property {number} players most players at once
 * @property {number} shards connectors
 * @property {number} regions objects with an engine
 * @property {number} realmRequests a second, to the busiest of them
 * @property {number} realmCpu share of a core of the busiest of them
 * @property {number} realmBytes memory of the busiest of them
 *
 * @typedef {object} Bill dollars a month
 * @property {number} heartbeats
 * @property {number} bus
 * @property {number} logins
 * @property {number} duration
 * @property {number} rows
 * @property {number} total with the plan, and without what it includes
 */

export const PLAYERS = [1_000, 10_000, 100_000, 1_000_000];

/** 30 days. */
const MONTH_S = 2_592_000;

/** Of the platform: what it allows, and what it asks for. Dollars for a million. */
export const PLATFORM = {
  objectRequests: 1_000,
  objectSockets: 32_768,
  objectBytes: 128e6,
  objectGb: 0.128,
  messagesARequest: 20,
  planDollars: 5,
  requests: { included: 1e6, dollars: 0.15 },
  gbSeconds: { included: 400_000, dollars: 12.5 },
  rowsWritten: { included: 50e6, dollars: 1 },
  workerRequests: { included: 10e6, dollars: 0.3 },
};

/** How players behave, and how the realm is set. */
export const ASSUMED = {
  heartbeatHz: 1,
  presence: 0.5,
  sessionS: 1_800,
  movesAMinute: 0.5,
  reportIntervalS: 0.25,
  flushPeriodS: 2,
  realmAlarmS: 5,
  connectorAlarmS: 20,
  rowsAMove: 2,
  rowsASession: 2,
  callsALogin: 2,
  messagesALogin: 2,
  busyShare: 0.5,
  regionPlayers: 20_000,
};

/** What the worker takes. To be replaced by what is measured. */
export const MEASURED = {
  connectorMessageUs: 65,
  realmHeartbeatUs: 2,
  realmRequestUs: 200,
  flushPlayerUs: 0.37,
  realmPlayerBytes: 1_000,
  connectorSocketBytes: 4_000,
};

/**
 * How many players one connector carries, by each of its limits.
 *
 * @returns {{ messages: number, cpu: number, sockets: number, memory: number }}
 */
export function connectorLimits() {
  const { heartbeatHz, busyShare } = ASSUMED;
  return {
    messages: Math.floor(PLATFORM.objectRequests / heartbeatHz),
    cpu: Math.floor((busyShare * 1e6) / (heartbeatHz * MEASURED.connectorMessageUs)),
    sockets: PLATFORM.objectSockets,
    memory: Math.floor((busyShare * PLATFORM.objectBytes) / MEASURED.connectorSocketBytes),
  };
}

/**
 * Connectors for so many players, none beyond the lowest of its limits.
 *
 * @param {number} players
 */
export function shardsFor(players) {
  return Math.max(1, Math.ceil(players / Math.min(...Object.values(connectorLimits()))));
}

/**
 * What the realm, or with regions each of them, has to bear. Beyond one object, a connector reports to each region once
 * a flush.
 *
 * @param {number} players
 * @returns {Need}
 */
export function needOf(players) {
  const { heartbeatHz, flushPeriodS } = ASSUMED;
  const shards = shardsFor(players);
  const alone = isWithin(demand(players, players, shards, ASSUMED.reportIntervalS));
  const regions = alone ? 1 : Math.ceil(players / ASSUMED.regionPlayers);
  const here = players / regions;
  const intervalS = alone ? ASSUMED.reportIntervalS : flushPeriodS;
  const { requests, cpu, bytes } = demand(players, here, shards, intervalS, heartbeatHz);
  return { players, shards, regions, realmRequests: requests, realmCpu: cpu, realmBytes: bytes };
}

/**
 * @param {number} players of the realm
 * @param {number} here those of this object
 * @param {number} shards
 * @param {number} intervalS from one report of a connector to the next
 * @param {number} hz heartbeats a second of each player that are told
 */
function demand(players, here, shards, intervalS, hz = ASSUMED.heartbeatHz) {
  const { sessionS, callsALogin, flushPeriodS } = ASSUMED;
  const told = here * Math.min(hz, 1 / intervalS);
  // A connector that has nothing to say says nothing.
  const reports = shards * Math.min(1 / intervalS, told / shards);
  // With regions another object admits people.
  const logins = here === players ? (players / sessionS) * callsALogin : 0;
  const requests = reports + logins;
  const us =
    told * MEASURED.realmHeartbeatUs +
    requests * MEASURED.realmRequestUs +
    (here * MEASURED.flushPlayerUs) / flushPeriodS;
  return { requests, cpu: us / 1e6, bytes: here * MEASURED.realmPlayerBytes };
}

/** @param {{ requests: number, cpu: number, bytes: number }} demand of one object */
function isWithin({ requests, cpu, bytes }) {
  const { busyShare } = ASSUMED;
  return requests <= PLATFORM.objectRequests && cpu <= busyShare && bytes <= busyShare * PLATFORM.objectBytes;
}

/**
 * The most players whom one realm object bears, in steps of a thousand.
 *
 * @returns {number}
 */
export function realmLimit() {
  let players = 0;
  while (needOf(players + 1_000).regions === 1) players += 1_000;
  return players;
}

/**
 * What a month costs, players who are there on average counted; connectors and regions are as many as for the most.
 *
 * @param {number} players
 * @returns {Bill}
 */
export function billOf(players) {
  const { heartbeatHz, presence, sessionS, flushPeriodS } = ASSUMED;
  const { shards, regions } = needOf(players);
  const there = players * presence;
  const logins = (there / sessionS) * MONTH_S;
  const intervalS = regions === 1 ? ASSUMED.reportIntervalS : flushPeriodS;
  const pairs = shards * regions;
  const reports = pairs * Math.min(1 / intervalS, (there * heartbeatHz) / pairs);
  const moves = (there * ASSUMED.movesAMinute) / 60;
  const deliveries = pairs * Math.min(1 / flushPeriodS, moves / pairs);
  const alarms = regions / ASSUMED.realmAlarmS + shards / ASSUMED.connectorAlarmS;
  // Each region tells the others of its borders: eight neighbours, at most.
  const borders = regions > 1 ? (regions * Math.min(8, regions - 1)) / flushPeriodS : 0;

  const heartbeats = (there * heartbeatHz * MONTH_S) / PLATFORM.messagesARequest;
  const bus = (reports + deliveries + alarms + borders) * MONTH_S;
  const entering = logins * (1 + ASSUMED.callsALogin + ASSUMED.messagesALogin / PLATFORM.messagesARequest);
  const gbSeconds = (shards + regions) * PLATFORM.objectGb * MONTH_S;
  const rows = (moves * ASSUMED.rowsAMove + alarms) * MONTH_S + logins * ASSUMED.rowsASession;
  const { requests, workerRequests, rowsWritten } = PLATFORM;
  const asked = heartbeats + bus + entering;
  return {
    heartbeats: (heartbeats / 1e6) * requests.dollars,
    bus: (bus / 1e6) * requests.dollars,
    logins: (entering / 1e6) * requests.dollars + (logins / 1e6) * workerRequests.dollars,
    duration: (gbSeconds / 1e6) * PLATFORM.gbSeconds.dollars,
    rows: (rows / 1e6) * rowsWritten.dollars,
    total:
      PLATFORM.planDollars +
      beyond(asked, requests) +
      beyond(gbSeconds, PLATFORM.gbSeconds) +
      beyond(rows, rowsWritten) +
      beyond(logins, workerRequests),
  };
}

/**
 * @param {number} used
 * @param {{ included: number, dollars: number }} price
 */
function beyond(used, { included, dollars }) {
  return (Math.max(0, used - included) / 1e6) * dollars;
}

const round = (/** @type {number} */ number) => Math.round(number).toLocaleString("en-GB");

/**
 * The tables of docs/scaling.md.
 *
 * @returns {string}
 */
export function scalingTables() {
  const limits = connectorLimits();
  const connector = markdownTable(
    ["a connector's limit", "players"],
    [
      ["messages a second, if requests are meant by that", round(limits.messages)],
      ["CPU", round(limits.cpu)],
      ["memory", round(limits.memory)],
      ["sockets", round(limits.sockets)],
    ],
  );
  const needs = markdownTable(
    ["players", "shards", "regions", "requests/s", "CPU", "MB"],
    PLAYERS.map(needOf).map((need) => [
      round(need.players),
      round(need.shards),
      need.regions === 1 ? "1: the realm" : round(need.regions),
      round(need.realmRequests),
      `${round(need.realmCpu * 100)} %`,
      round(need.realmBytes / 1e6),
    ]),
  );
  const bills = markdownTable(
    ["players", "heartbeats", "bus, alarms", "logins", "duration", "rows", "a month"],
    PLAYERS.map((players) => {
      const { heartbeats, bus, logins, duration, rows, total } = billOf(players);
      return [round(players), ...[heartbeats, bus, logins, duration, rows, total].map((each) => `$${round(each)}`)];
    }),
  );
  return [connector, needs, bills, `One realm object bears ${round(realmLimit())} players, by these figures.`].join(
    "\n\n",
  );
}

/** What a deployment needs and costs, by the formulas of docs/scaling.md. */
import { markdownTable } from "./markdown.mjs";
import { ASSUMED, ESTIMATED, PLATFORM } from "./scaling-figures.mjs";

/**
 * @typedef {object} Need
 * @property {number} players most players at once
 * @property {number} shards connectors
 * @property {number} regions objects with an engine
 * @property {number} realmRequests a second, to the busiest of them
 * @property {number} withRooms the same, with those of this deployment's own rooms
 * @property {number} burstS how long the deliveries of a flush of the busiest take, by connections
 * @property {number} realmCpu share of a core of the busiest of them
 * @property {number} realmBytes memory of the busiest of them
 *
 * @typedef {object} Bill dollars a month
 * @property {number} heartbeats
 * @property {number} bus
 * @property {number} logins
 * @property {number} duration
 * @property {number} rows
 * @property {number} rooms
 * @property {number} total with the plan, and without what it includes
 * @property {number} roomless the total where LiveKit has the rooms
 *
 * @typedef {object} Usage of a month
 * @property {number} requests to objects
 * @property {number} gbSeconds
 * @property {number} rowsWritten
 * @property {number} workerRequests
 * @property {number} workerMs CPU
 */

export const PLAYERS = [1_000, 10_000, 100_000, 1_000_000];

/** 30 days. */
const MONTH_S = 2_592_000;

/**
 * How many players one connector carries, by each of its limits.
 *
 * @returns {{ messages: number, cpu: number, sockets: number, memory: number }}
 */
export function connectorLimits() {
  const { heartbeatHz, busyShare } = ASSUMED;
  return {
    messages: Math.floor(PLATFORM.objectRequests / heartbeatHz),
    cpu: Math.floor((busyShare * 1e6) / (heartbeatHz * ESTIMATED.connectorMessageUs.value)),
    sockets: PLATFORM.objectSockets,
    memory: Math.floor((busyShare * PLATFORM.objectBytes) / ESTIMATED.connectorSocketBytes.value),
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
 * What the realm, or with regions each of them, has to bear.
 *
 * @param {number} players
 * @returns {Need}
 */
export function needOf(players) {
  const shards = shardsFor(players);
  const alone = isWithin(demand(players, players, shards, ASSUMED.reportIntervalS));
  const regions = alone ? 1 : Math.ceil(players / ASSUMED.regionPlayers);
  const here = players / regions;
  const { requests, cpu, bytes } = demand(players, here, shards, reportIntervalS(shards, regions));
  return {
    players,
    shards,
    regions,
    realmRequests: requests,
    withRooms: requests + roomReports(here),
    burstS: burstS(here, shards),
    realmCpu: cpu,
    realmBytes: bytes,
  };
}

/**
 * From one report of a connector to the next. Beyond one object it reports to each region: once a flush, or so seldom
 * that the reports of all connectors are no more than one object may be asked.
 *
 * @param {number} shards
 * @param {number} regions
 */
function reportIntervalS(shards, regions) {
  if (regions === 1) return ASSUMED.reportIntervalS;
  return Math.max(ASSUMED.flushPeriodS, shards / PLATFORM.objectRequests);
}

/**
 * @param {number} players of the realm
 * @param {number} here those of this object
 * @param {number} shards
 * @param {number} intervalS from one report of a connector to the next
 */
function demand(players, here, shards, intervalS) {
  const { heartbeatHz, sessionS, callsALogin, flushPeriodS } = ASSUMED;
  const told = here * Math.min(heartbeatHz, 1 / intervalS);
  // A connector that has nothing to say says nothing.
  const reports = shards * Math.min(1 / intervalS, told / shards);
  // With regions another object admits people.
  const logins = here === players ? (players / sessionS) * callsALogin : 0;
  const requests = reports + logins;
  const us =
    told * ESTIMATED.realmHeartbeatUs.value +
    requests * ESTIMATED.realmRequestUs.value +
    (here * ESTIMATED.flushPlayerUs.value) / flushPeriodS;
  return { requests, cpu: us / 1e6, bytes: here * ESTIMATED.realmPlayerBytes.value };
}

/**
 * Reports of rooms, a second: each while somebody speaks, and one after everybody who comes in.
 *
 * @param {number} players in them
 */
function roomReports(players) {
  return players / (ASSUMED.roomPlayers * ASSUMED.roomReportS) + movesOf(players);
}

/**
 * Changes of island a second.
 *
 * @param {number} players
 */
function movesOf(players) {
  return (players * ASSUMED.movesAMinute) / 60;
}

/**
 * How long it takes to call every connector to which a flush has something to say, if only so many calls are under way
 * at once.
 *
 * @param {number} here players of this object
 * @param {number} shards
 */
function burstS(here, shards) {
  const called = Math.min(shards, movesOf(here) * ASSUMED.flushPeriodS);
  return ((called / PLATFORM.connections) * ESTIMATED.callMs.value) / 1_000;
}

/** @param {{ requests: number, cpu: number, bytes: number }} demand of one object */
function isWithin({ requests, cpu, bytes }) {
  const { busyShare } = ASSUMED;
  return requests <= PLATFORM.objectRequests && cpu <= busyShare && bytes <= busyShare * PLATFORM.objectBytes;
}

/**
 * The most players whom one realm object bears, in steps of a thousand.
 *
 * @returns {{ roomless: number, withRooms: number }} where LiveKit has the rooms, and where this deployment has
 */
export function realmLimits() {
  /** @param {(need: Need) => boolean} isBorne */
  const most = (isBorne) => {
    let players = 0;
    while (isBorne(needOf(players + 1_000))) players += 1_000;
    return players;
  };
  return {
    roomless: most((need) => need.regions === 1),
    withRooms: most((need) => need.regions === 1 && need.withRooms <= PLATFORM.objectRequests),
  };
}

/**
 * What a month costs, players who are there on average counted; connectors and regions are as many as for the most.
 *
 * @param {number} players
 * @returns {Bill}
 */
export function billOf(players) {
  const { heartbeatHz, presence, sessionS } = ASSUMED;
  const { shards, regions } = needOf(players);
  const there = players * presence;
  const logins = (there / sessionS) * MONTH_S;
  const heartbeats = (there * heartbeatHz * MONTH_S) / PLATFORM.messagesARequest;
  const alarms = (regions / ASSUMED.realmAlarmS + shards / ASSUMED.connectorAlarmS) * MONTH_S;
  const bus = busOf(there, shards, regions) * MONTH_S + alarms;
  const entering = logins * (1 + ASSUMED.callsALogin + ASSUMED.messagesALogin / PLATFORM.messagesARequest);
  /** @type {Usage} */
  const base = {
    requests: heartbeats + bus + entering,
    gbSeconds: (shards + regions) * PLATFORM.objectGb * MONTH_S,
    rowsWritten: movesOf(there) * MONTH_S * ASSUMED.rowsAMove + alarms + logins * ASSUMED.rowsASession,
    workerRequests: logins,
    workerMs: logins * ESTIMATED.workerRequestMs.value,
  };
  const rooms = roomsOf(there);
  return {
    heartbeats: priceOf({ requests: heartbeats }, false),
    bus: priceOf({ requests: bus }, false),
    logins: priceOf({ requests: entering, workerRequests: base.workerRequests, workerMs: base.workerMs }, false),
    duration: priceOf({ gbSeconds: base.gbSeconds }, false),
    rows: priceOf({ rowsWritten: base.rowsWritten }, false),
    rooms: priceOf(rooms, false),
    total: PLATFORM.planDollars + priceOf(sumOf(base, rooms), true),
    roomless: PLATFORM.planDollars + priceOf(base, true),
  };
}

/**
 * Calls between connectors and regions, a second.
 *
 * @param {number} there players
 * @param {number} shards
 * @param {number} regions
 */
function busOf(there, shards, regions) {
  const { heartbeatHz, flushPeriodS } = ASSUMED;
  const pairs = shards * regions;
  const reports = pairs * Math.min(1 / reportIntervalS(shards, regions), (there * heartbeatHz) / pairs);
  const deliveries = pairs * Math.min(1 / flushPeriodS, movesOf(there) / pairs);
  // Each region tells the others of its borders: eight neighbours, at most.
  const borders = regions > 1 ? (regions * Math.min(8, regions - 1)) / flushPeriodS : 0;
  return reports + deliveries + borders;
}

/**
 * A month of rooms of this deployment in which somebody always speaks.
 *
 * @param {number} there players
 * @returns {Usage}
 */
function roomsOf(there) {
  const { packetHz, sessionS, roomPlayers } = ASSUMED;
  const moves = movesOf(there);
  // Who logs in, and who changes its island, opens a socket.
  const opened = (moves + there / sessionS) * MONTH_S;
  const packets = (there * packetHz * MONTH_S) / PLATFORM.messagesARequest;
  // And an order for each guest who has been moved.
  const calls = (roomReports(there) + moves) * MONTH_S;
  return {
    requests: packets + opened + calls,
    gbSeconds: (there / roomPlayers) * PLATFORM.objectGb * MONTH_S,
    // The alarms of rooms are few beside the packets.
    rowsWritten: 0,
    workerRequests: opened,
    workerMs: opened * ESTIMATED.workerRequestMs.value,
  };
}

/** @type {(keyof Usage)[]} */
const USED = ["requests", "gbSeconds", "rowsWritten", "workerRequests", "workerMs"];

/**
 * @param {Usage} one
 * @param {Usage} other
 * @returns {Usage}
 */
function sumOf(one, other) {
  const sum = { ...one };
  for (const each of USED) sum[each] += other[each];
  return sum;
}

/**
 * Dollars.
 *
 * @param {Partial<Usage>} usage
 * @param {boolean} less what the plan includes
 */
function priceOf(usage, less) {
  const prices = USED.map((each) => {
    const { included, dollars } = PLATFORM[each];
    return (Math.max(0, (usage[each] ?? 0) - (less ? included : 0)) / 1e6) * dollars;
  });
  return prices.reduce((sum, price) => sum + price, 0);
}

const round = (/** @type {number} */ number) => Math.round(number).toLocaleString("en-GB");

/**
 * The tables of docs/scaling.md.
 *
 * @returns {string}
 */
export function scalingTables() {
  const { roomless, withRooms } = realmLimits();
  const bears = `One realm object bears ${round(roomless)} players, and ${round(withRooms)} with rooms of its own.`;
  return [estimatesTable(), limitsTable(), needsTable(), billsTable(), bears].join("\n\n");
}

function estimatesTable() {
  return markdownTable(
    ["what the worker takes", "estimated", "from"],
    Object.values(ESTIMATED).map(({ symbol, what, value, unit, from }) => [
      `\`${symbol}\`: ${what}`,
      `${value.toLocaleString("en-GB")} ${unit}`,
      from,
    ]),
  );
}

function limitsTable() {
  const limits = connectorLimits();
  return markdownTable(
    ["a connector's limit", "players"],
    [
      ["messages a second, if requests are meant by that", round(limits.messages)],
      ["CPU", round(limits.cpu)],
      ["memory", round(limits.memory)],
      ["sockets", round(limits.sockets)],
    ],
  );
}

function needsTable() {
  return markdownTable(
    ["players", "shards", "regions", "requests/s", "with rooms", "a flush's deliveries", "CPU", "MB"],
    PLAYERS.map(needOf).map((need) => [
      round(need.players),
      round(need.shards),
      need.regions === 1 ? "1: the realm" : round(need.regions),
      round(need.realmRequests),
      round(need.withRooms),
      `${need.burstS.toFixed(2)} s`,
      `${round(need.realmCpu * 100)} %`,
      round(need.realmBytes / 1e6),
    ]),
  );
}

function billsTable() {
  const { packetHz } = ASSUMED;
  const heads = ["heartbeats", "bus, alarms", "logins", "duration", "rows", `rooms at p = ${packetHz}`];
  return markdownTable(
    ["players", ...heads, "a month", "with LiveKit instead"],
    PLAYERS.map((players) => {
      const { heartbeats, bus, logins, duration, rows, rooms, total, roomless } = billOf(players);
      const parts = [heartbeats, bus, logins, duration, rows, rooms, total, roomless];
      return [round(players), ...parts.map((each) => `$${round(each)}`)];
    }),
  );
}

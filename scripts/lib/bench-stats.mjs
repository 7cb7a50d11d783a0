/**
 * `npm run bench -- stats`: what it costs the players when many read the stats, and whether that is within what is
 * promised: neither flushes nor deliveries become slower by more than a fifth (95th percentile).
 *
 * Walking players, and rounds with and without readers in turn, all in one realm.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { startWorkerd } from "../workerd.mjs";
import { inColumns, integer, ms, quantile, readOptions } from "./bench-figures.mjs";
import { figures } from "./bench-runs.mjs";
import { buildWorker, buildWorlds } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { timed } from "./report.mjs";
import { Bots, openWorld } from "./walking-bots.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./stats-load.mjs").Plan} Plan
 * @typedef {import("./stats-load.mjs").Found} Readers
 *
 * @typedef {object} Arguments
 * @property {number} players
 * @property {number} perSecond how many requests
 * @property {number} seconds of a round
 * @property {number} rounds
 *
 * What was seen of the realm in some time.
 * @typedef {object} Latencies
 * @property {number[]} flushes from when each was due until its frame was there, in ms
 * @property {number[]} deliveries from the beginning of the flush until a player was told its new island, in ms
 */

const LOAD = fileURLToPath(new URL("./stats-load.mjs", import.meta.url));

const SEED = 1;
const PERIOD_MS = 1_000;
const VARS = {
  ARCHIPELAGO_JOIN_DISTANCE: "64",
  ARCHIPELAGO_FLUSH_FREQUENCY: String(PERIOD_MS / 1_000),
  TRANSPORT: "offline",
};

/** Time for the arrivals to settle, and for the compiler of the server to be done. */
const WARM_UP_MS = 10_000;
/** Time for the readers to start before it is measured, and to end afterwards. */
const MARGIN_MS = 1_000;

/** By how much flushes and deliveries may be slower while many read. */
const SLOWER_MAX = 1.2;

/** Of the wanted rate, the share with which a round counts as read. */
const LOAD_MIN = 0.95;

/** From so many on, the 95th percentile is not one of the very last. */
const SAMPLES_MIN = 60;

/**
 * Measures, prints a table, and compares.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--players N`, `--per-second N`, `--seconds N`, `--rounds N`
 * @throws {Failure} if the players are slowed down
 */
export async function benchStats(tools, args) {
  const given = readArguments(args);
  await buildWorker(tools);
  await buildWorlds(tools);
  const world = await openWorld(`uniform-${given.players}`, SEED);
  const realm = await startWorkerd({ vars: VARS });
  try {
    const { url } = realm;
    const bots = new Bots(`${url.replace("http", "ws")}/ws`, world);
    await timed(`${given.players} players log in`, () => bots.logIn());
    const ended = new AbortController();
    const walking = bots.walk(ended.signal);
    try {
      await bots.allArrived();
      report(await measure(url, bots, given, tools), given);
    } finally {
      ended.abort();
      await walking;
    }
  } finally {
    world.free();
    await realm.stop();
  }
}

/**
 * @param {readonly string[]} args
 * @returns {Arguments}
 */
function readArguments(args) {
  const {
    players,
    "per-second": perSecond,
    seconds,
    rounds,
  } = readOptions(args, { players: "2000", "per-second": "1000", seconds: "15", rounds: "6" });
  return {
    players: integer("players", players, 1, 10_000),
    perSecond: integer("per-second", perSecond, 1, 100_000),
    seconds: integer("seconds", seconds, 5, 3_600),
    rounds: integer("rounds", rounds, 1, 100),
  };
}

/**
 * @param {string} url of the realm
 * @param {Bots} bots
 * @param {Arguments} given
 * @param {Tools} tools
 */
async function measure(url, bots, { perSecond, seconds, rounds }, tools) {
  const clock = await watch(`${url.replace("http", "ws")}/live`, bots);
  const [alone, read] = [emptyLatencies(), emptyLatencies()];
  /** @type {Readers[]} */
  const readers = [];
  await sleep(WARM_UP_MS);
  for (let round = 0; round < rounds; round++) {
    await timed(`${seconds} s without readers`, () => clock.measureInto(alone, seconds));
    await timed(`${seconds} s with ${perSecond} requests a second`, async () => {
      /** @type {Plan} */
      const plan = { url: `${url}/comms/peers`, perSecond, seconds: seconds + (2 * MARGIN_MS) / 1_000 };
      const loading = figures([tools.node, LOAD, JSON.stringify(plan)], tools);
      await sleep(MARGIN_MS);
      await clock.measureInto(read, seconds);
      readers.push(await loading);
    });
  }
  clock.close();
  if (bots.lost > 0) throw new Failure(`${bots.lost} of the players have lost their connection.`);
  return { alone, read, readers };
}

/** @returns {Latencies} */
function emptyLatencies() {
  return { flushes: [], deliveries: [] };
}

/**
 * Notes when flushes are shown and players are told. All clocks are this machine's.
 *
 * @param {string} url of the live stream
 * @param {Bots} bots
 */
async function watch(url, bots) {
  /** When each flush began, and when its frame was there. */
  const flushes = /** @type {{ time: number, at: number }[]} */ ([]);
  const told = /** @type {number[]} */ ([]);
  bots.onReassignment = () => told.push(Date.now());
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on("message", (/** @type {Buffer} */ data) => {
    const at = Date.now();
    const frame = JSON.parse(data.toString());
    // With its history comes the realm as it is, to those who look for the first time or ask again.
    if (!("history" in frame)) flushes.push({ time: frame.time, at });
  });
  await new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  /**
   * @param {Latencies} latencies
   * @param {number} seconds
   */
  const measureInto = async (latencies, seconds) => {
    flushes.length = 0;
    told.length = 0;
    await sleep(1_000 * seconds);
    latencies.flushes.push(...flushLatencies(flushes));
    latencies.deliveries.push(...deliveryLatencies(flushes, told));
  };
  return { measureInto, close: () => socket.terminate() };
}

/** @param {readonly { time: number, at: number }[]} flushes one after the other */
function flushLatencies(flushes) {
  return flushes.slice(1).map(({ at }, index) => at - ((flushes[index]?.time ?? Number.NaN) + PERIOD_MS));
}

/**
 * @param {readonly { time: number }[]} flushes one after the other
 * @param {readonly number[]} told when somebody was
 */
function deliveryLatencies(flushes, told) {
  return told.flatMap((at) => {
    const flush = flushes.findLast(({ time }) => time <= at);
    return flush === undefined ? [] : [at - flush.time];
  });
}

/**
 * @param {{ alone: Latencies, read: Latencies, readers: readonly Readers[] }} found
 * @param {Arguments} wanted
 * @throws {Failure}
 */
function report({ alone, read, readers }, wanted) {
  const flushes = compare("flush", alone.flushes, read.flushes);
  const deliveries = compare("delivery", alone.deliveries, read.deliveries);
  const header = ["", "each", "p50 ms", "p95 ms", "each, read", "p50 ms, read", "p95 ms, read", "p95 ratio"];
  console.log(`\n${inColumns([header, flushes.row, deliveries.row])}\n`);
  const requests = readers.map(({ perSecond, spared, failed, p50, p95 }) => [
    "",
    Math.round(perSecond).toString(),
    `${Math.round(100 * spared)} %`,
    ms(p50),
    ms(p95),
    failed.toString(),
  ]);
  console.log(`${inColumns([["", "requests/s", "304", "p50 ms", "p95 ms", "failed"], ...requests])}\n`);
  if (readers.some(({ failed }) => failed > 0)) throw new Failure("Some requests were not answered.");
  const tooFew = readers.some(({ perSecond, spared }) => !(perSecond >= LOAD_MIN * wanted.perSecond && spared > 0));
  if (tooFew) throw new Failure("The readers have not read as they should: what was measured says nothing.");
  if ([flushes, deliveries].some(({ fewest }) => fewest < SAMPLES_MIN)) {
    throw new Failure(
      `There were less than ${SAMPLES_MIN} samples.`,
      "More rounds, longer ones or more players give more.",
    );
  }
  const slower = [flushes, deliveries].filter(({ ratio }) => !(ratio <= SLOWER_MAX));
  if (slower.length > 0) throw new Failure("Those who read the stats slow the players down.");
}

/**
 * @param {string} name
 * @param {number[]} alone
 * @param {number[]} read
 */
function compare(name, alone, read) {
  const figuresOf = (/** @type {number[]} */ latencies) => {
    const sorted = latencies.sort((a, b) => a - b);
    return { count: sorted.length, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  };
  const [before, after] = [figuresOf(alone), figuresOf(read)];
  const ratio = after.p95 / before.p95;
  const cells = [before, after].flatMap(({ count, p50, p95 }) => [count.toString(), ms(p50), ms(p95)]);
  const fewest = Math.min(before.count, after.count);
  return { ratio, fewest, row: [name, ...cells, ratio.toFixed(2)] };
}

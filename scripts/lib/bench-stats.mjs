/**
 * `npm run bench -- stats`: what it costs the players when many read the stats, and whether that is within what is
 * promised: neither flushes nor the news that a border was crossed become slower by more than a fifth (95th percentile).
 *
 * Walking players, and rounds with and without readers in turn, all in one realm. In each round some more come who cross
 * borders.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { startWorkerd } from "../workerd.mjs";
import { inColumns, integer, median, ms, quantile, readOptions } from "./bench-figures.mjs";
import { figures } from "./bench-runs.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { buildBots, buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { timed } from "./report.mjs";

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
 * @typedef {import("./bot-crowd.mjs").Times} Times
 *
 * What was seen of the realm, of some rounds.
 * @typedef {object} Latencies
 * @property {number[]} flushes from when each was due until its frame was there, in ms
 * @property {Times[]} crossings of each round: from when a player said that it was beyond a border until it was told its
 * new island
 *
 * @typedef {Pick<Times, "count" | "p50" | "p95">} Figures
 */

const LOAD = fileURLToPath(new URL("./stats-load.mjs", import.meta.url));

const PERIOD_MS = 1_000;
const VARS = {
  ARCHIPELAGO_JOIN_DISTANCE: "64",
  ARCHIPELAGO_FLUSH_FREQUENCY: String(PERIOD_MS / 1_000),
  TRANSPORT: "offline",
};

/** Time for the arrivals to settle, and for the compiler of the server to be done. */
const WARM_UP_MS = 10_000;
/** Those who come in each round: one in five crosses a border every six to ten seconds. */
const COMMUTERS = 250;
const COMMUTERS_SEED = 2;

/** Longer than anything here takes: the walkers are told when to leave. */
const PLAY_S = 86_400;

/** Time for the readers to start before it is measured, and to end afterwards. */
const MARGIN_MS = 1_000;

/** By how much flushes and crossings may be slower while many read. */
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
  await buildBots(tools);
  const { players } = given;
  const realm = await startWorkerd({ vars: VARS });
  try {
    const { url } = realm;
    const walkers = { world: worldOf(given), players, rate: 1, seconds: PLAY_S, commuters: 0 };
    const crowd = await sendBots(url, walkers);
    await timed(`${players} players log in`, () => crowd.allIn);
    const found = await measure(url, given, tools).finally(crowd.interrupt);
    await crowd.summary;
    report(found, given);
  } finally {
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
 * Those who cross borders do so beside this world.
 *
 * @param {Arguments} given
 */
function worldOf({ players }) {
  return `uniform-${players}`;
}

/**
 * @param {string} url of the realm
 * @param {Arguments} given
 * @param {Tools} tools
 */
async function measure(url, given, tools) {
  const { perSecond, seconds, rounds } = given;
  const clock = await watch(`${url.replace("http", "ws")}/live`);
  const realm = { url, world: worldOf(given), clock };
  const [alone, read] = [emptyLatencies(), emptyLatencies()];
  /** @type {Readers[]} */
  const readers = [];
  await sleep(WARM_UP_MS);
  for (let round = 0; round < rounds; round++) {
    await timed(`${seconds} s without readers`, () => playRound(realm, given, alone, async () => {}));
    await timed(`${seconds} s with ${perSecond} requests a second`, () =>
      playRound(realm, given, read, async () => {
        /** @type {Plan} */
        const plan = { url: `${url}/comms/peers`, perSecond, seconds: roundSeconds(given) };
        readers.push(await figures([tools.node, LOAD, JSON.stringify(plan)], tools));
      }),
    );
  }
  clock.close();
  return { alone, read, readers };
}

/** @returns {Latencies} */
function emptyLatencies() {
  return { flushes: [], crossings: [] };
}

/**
 * How long the readers read and commuters commute.
 *
 * @param {Arguments} given
 */
function roundSeconds({ seconds }) {
  return seconds + (2 * MARGIN_MS) / 1_000;
}

/**
 * One round, once its commuters are in.
 *
 * @param {{ url: string, world: string, clock: Awaited<ReturnType<typeof watch>> }} realm
 * @param {Arguments} given
 * @param {Latencies} latencies to which it adds
 * @param {() => Promise<void>} alongside what others do meanwhile
 */
async function playRound({ url, world, clock }, given, latencies, alongside) {
  const counts = { players: COMMUTERS, commuters: COMMUTERS, seed: COMMUTERS_SEED };
  const commuters = await sendBots(url, { world, ...counts, rate: 1, seconds: roundSeconds(given) });
  await commuters.allIn;
  const [flushes, { crossing_ms }] = await Promise.all([
    sleep(MARGIN_MS).then(() => clock.flushesIn(given.seconds)),
    commuters.summary,
    alongside(),
  ]);
  latencies.flushes.push(...flushes);
  latencies.crossings.push(crossing_ms);
}

/**
 * Notes when flushes are shown. All clocks are this machine's.
 *
 * @param {string} url of the live stream
 */
async function watch(url) {
  /** When each flush began, and when its frame was there. */
  const flushes = /** @type {{ time: number, at: number }[]} */ ([]);
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
  /** @param {number} seconds */
  const flushesIn = async (seconds) => {
    flushes.length = 0;
    await sleep(1_000 * seconds);
    return flushLatencies(flushes);
  };
  return { flushesIn, close: () => socket.terminate() };
}

/** @param {readonly { time: number, at: number }[]} flushes one after the other */
function flushLatencies(flushes) {
  return flushes.slice(1).map(({ at }, index) => at - ((flushes[index]?.time ?? Number.NaN) + PERIOD_MS));
}

/**
 * @param {{ alone: Latencies, read: Latencies, readers: readonly Readers[] }} found
 * @param {Arguments} wanted
 * @throws {Failure}
 */
function report({ alone, read, readers }, wanted) {
  const flushes = compare("flush", ofSamples(alone.flushes), ofSamples(read.flushes));
  const crossings = compare("crossing", ofRounds(alone.crossings), ofRounds(read.crossings));
  const header = ["", "each", "p50 ms", "p95 ms", "each, read", "p50 ms, read", "p95 ms, read", "p95 ratio"];
  console.log(`\n${inColumns([header, flushes.row, crossings.row])}\n`);
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
  if ([flushes, crossings].some(({ fewest }) => fewest < SAMPLES_MIN)) {
    throw new Failure(
      `There were less than ${SAMPLES_MIN} samples.`,
      "More rounds, longer ones or more players give more.",
    );
  }
  const slower = [flushes, crossings].filter(({ ratio }) => !(ratio <= SLOWER_MAX));
  if (slower.length > 0) throw new Failure("Those who read the stats slow the players down.");
}

/**
 * @param {readonly number[]} latencies
 * @returns {Figures}
 */
function ofSamples(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  return { count: sorted.length, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

/**
 * @param {readonly Times[]} rounds
 * @returns {Figures} how many there were in all, and the medians of what the rounds say
 */
function ofRounds(rounds) {
  return {
    count: rounds.reduce((total, { count }) => total + count, 0),
    p50: median(rounds.map(({ p50 }) => p50)),
    p95: median(rounds.map(({ p95 }) => p95)),
  };
}

/**
 * @param {string} name
 * @param {Figures} alone
 * @param {Figures} read
 */
function compare(name, alone, read) {
  const ratio = read.p95 / alone.p95;
  const cells = [alone, read].flatMap(({ count, p50, p95 }) => [count.toString(), ms(p50), ms(p95)]);
  const fewest = Math.min(alone.count, read.count);
  return { ratio, fewest, row: [name, ...cells, ratio.toFixed(2)] };
}

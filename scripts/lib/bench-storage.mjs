/**
 * `npm run bench -- storage`: how much a realm writes while its players walk, and whether that is within what is promised:
 * per minute, less than two rows for each player that changes island, and one for each flush.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { startWorkerd } from "../workerd.mjs";
import { inColumns, integer } from "./bench-figures.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { buildBots, buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { readMetrics, totalOf } from "./metrics-reader.mjs";
import { timed } from "./report.mjs";
import { countRows, Writes } from "./write-count.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

/** Of 1,000 walkers: far from each other, near each other, and in a crowd of ten times what an island can hold. */
const WORLDS = ["uniform-1000", "sparse", "plaza-1000"];

/** The distance of the worlds; and nobody needs a room. */
const VARS = { ARCHIPELAGO_JOIN_DISTANCE: "64", TRANSPORT: "offline" };

/** Time for the arrivals to settle, before it is measured. */
const WARM_UP_MS = 10_000;

/** Longer than anything here takes: they are told when to leave. */
const PLAY_S = 86_400;

/** How many rows a player that changes island may cost. */
const ROWS_PER_REASSIGNMENT = 2;

/**
 * What one run has found.
 *
 * @typedef {object} Found
 * @property {number} players
 * @property {number} seconds
 * @property {number} flushes
 * @property {number} reassignments
 * @property {number} alarms
 * @property {Record<string, number>} rows by table
 */

/**
 * Measures, prints a table, and compares.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args names of worlds, `--players N`, `--seconds N`
 * @throws {Failure} if more is written than is promised
 */
export async function benchStorage(tools, args) {
  const { worlds, players, seconds } = readArguments(args);
  await buildWorker(tools);
  await buildBots(tools);
  /** @type {[string, Found][]} */
  const found = [];
  for (const world of worlds) {
    found.push([world, await timed(`${world}, ${seconds} s`, () => measure(world, players, seconds))]);
  }
  console.log(`\n${inColumns([HEADER, ...found.map(([world, each]) => row(world, each))])}\n`);
  const beyond = found.filter(([, each]) => written(each) > allowed(each)).map(([world]) => world);
  if (beyond.length > 0) throw new Failure(`More is written than allowed in ${beyond.join(", ")}.`);
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const options = /** @type {const} */ ({
    players: { type: "string", default: "1000" },
    seconds: { type: "string", default: "120" },
  });
  let given;
  try {
    given = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(reason, "Allowed are names of worlds, --players N and --seconds N.");
  }
  const { values, positionals } = given;
  return {
    worlds: positionals.length > 0 ? positionals : WORLDS,
    players: integer("players", values.players, 1, 10_000),
    seconds: integer("seconds", values.seconds, 1, 3_600),
  };
}

/**
 * @param {string} world
 * @param {number} players
 * @param {number} seconds
 * @returns {Promise<Found>}
 */
async function measure(world, players, seconds) {
  const storage = await mkdtemp(join(tmpdir(), "archipelago-storage-"));
  try {
    await makeTables(storage);
    countRows(storage);
    const realm = await startWorkerd({ vars: VARS, storage });
    try {
      return await measureRealm(realm, { world, players, seconds });
    } finally {
      await realm.stop();
    }
  } finally {
    await rm(storage, { recursive: true, force: true });
  }
}

/** @param {string} storage */
async function makeTables(storage) {
  const realm = await startWorkerd({ vars: VARS, storage });
  try {
    const { status } = await fetch(`${realm.url}/peers`);
    if (status !== 200) throw new Failure(`The realm does not start: ${status}\n${realm.logs.join("\n")}`);
  } finally {
    await realm.stop();
  }
}

/**
 * @param {import("../workerd.mjs").Workerd} realm
 * @param {{ world: string, players: number, seconds: number }} run
 * @returns {Promise<Found>}
 */
async function measureRealm({ url, storage }, { world, players, seconds }) {
  const crowd = await sendBots(url, { world, players, rate: 1, seconds: PLAY_S, commuters: 0 });
  try {
    await crowd.allIn;
    await sleep(WARM_UP_MS);
    const live = await countFrames(`${url.replace("http", "ws")}/live`);
    const writes = new Writes(storage);
    const figures = async () => {
      const reassignments = totalOf("dcl_archipelago_change_island_count", await readMetrics(`${url}/metrics`));
      return { flushes: live.frames(), reassignments, alarms: writes.alarms, rows: writes.rows };
    };
    const before = await figures();
    await sleep(seconds * 1_000);
    const after = await figures();
    writes.close();
    live.close();
    crowd.interrupt();
    await crowd.summary;
    return {
      players,
      seconds,
      flushes: after.flushes - before.flushes,
      reassignments: after.reassignments - before.reassignments,
      alarms: after.alarms - before.alarms,
      rows: Object.fromEntries(
        Object.entries(after.rows).map(([table, to]) => [table, to - (before.rows[table] ?? 0)]),
      ),
    };
  } finally {
    crowd.interrupt();
  }
}

/**
 * Counts the frames of the live stream that a flush has made: as long as nobody arrives, each full flush makes one.
 *
 * @param {string} url
 */
async function countFrames(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  let frames = 0;
  socket.on("message", (/** @type {Buffer} */ data) => {
    // With its history comes the realm as it is, to those who look for the first time or ask again.
    if (!("history" in JSON.parse(data.toString()))) frames += 1;
  });
  await new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  return { frames: () => frames, close: () => socket.terminate() };
}

const HEADER = [
  "",
  ...["players", "flushes", "reassigned", "alarms", "islands", "sessions", "others", "rows/min"],
  ...["allowed/min", "rows a reassigned"],
];

/**
 * @param {string} world
 * @param {Found} found
 */
function row(world, found) {
  const { players, flushes, reassignments, alarms, seconds } = found;
  const { islands = 0, sessions = 0, ...others } = found.rows;
  const counts = [players, flushes, reassignments, alarms, islands, sessions, sum(others)];
  const perMinute = [written(found), allowed(found)].map((rows) => Math.round((60 * rows) / seconds));
  const each = (written(found) - flushes) / reassignments;
  return [world, ...[...counts, ...perMinute].map(String), Number.isFinite(each) ? each.toFixed(2) : ""];
}

/** @param {Found} found */
function written({ alarms, rows }) {
  return alarms + sum(rows);
}

/** @param {Found} found */
function allowed({ flushes, reassignments }) {
  return flushes + ROWS_PER_REASSIGNMENT * reassignments;
}

/** @param {Record<string, number>} counts */
function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Bots at work in a realm: `tests/bots`, in a process of its own. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOTS } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { lastLines } from "./process.mjs";

/**
 * @typedef {object} Load
 * @property {string} world
 * @property {number} players
 * @property {number} rate heartbeats of each in a second
 * @property {number} seconds after all have logged in
 * @property {number} [seed] who they are, and where they go
 * @property {number} [commuters] those of the players who cross borders
 *
 * @typedef {object} Times in ms; all 0 when there are none
 * @property {number} count
 * @property {number} p50
 * @property {number} p95
 * @property {number} p99
 * @property {number} max
 *
 * @typedef {object} Summary what is used of what they say in the end: `tests/bots/src/summary.rs` describes it
 * @property {number} playing_since_ms
 * @property {number} playing_until_ms
 * @property {number} handshakes_per_second
 * @property {Times} handshake_ms
 * @property {Times} first_island_ms
 * @property {Times} crossing_ms
 * @property {number} island_changes
 * @property {number} heartbeats_per_second
 * @property {number} heartbeats_asked_per_second
 * @property {number} lost
 * @property {number} returned
 * @property {number} returned_to_same_island
 * @property {number} returned_to_other_island
 * @property {Times} absence_ms
 *
 * @typedef {object} BotCrowd
 * @property {number} pid
 * @property {Promise<Summary>} summary in the end; rejected with what they have said if a player was lost
 */

/** How many log in per second. */
const LOGINS_PER_SECOND = 100;

/** Enough crossings of borders for percentiles of them. */
const COMMUTERS = 100;

/**
 * Sends bots into a realm; they must have been built.
 *
 * @param {string} url of the realm
 * @param {Load} load
 * @param {readonly string[]} [more] options
 * @returns {Promise<BotCrowd>}
 */
export async function sendBots(url, { seed = 1, commuters = COMMUTERS, ...crowd }, more = []) {
  const folder = await mkdtemp(join(tmpdir(), "bots-"));
  const json = join(folder, "summary.json");
  const load = { ...crowd, seed, commuters, "logins-per-second": LOGINS_PER_SECOND, json };
  const options = Object.entries(load).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const socket = `${url.replace(/^http/, "ws")}/ws`;
  const child = spawn(BOTS, ["--url", socket, ...options, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => child.kill());
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  /** @type {Promise<number | null>} */
  const closed = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const summary = closed
    .then(async (status) => {
      if (status !== 0) throw new Failure(`The bots have ended with ${status}:\n${lastLines(output, 40)}`);
      return JSON.parse(await readFile(json, "utf8"));
    })
    .finally(() => rm(folder, { recursive: true, force: true }));
  // Whoever waits for it may be waiting for something else first.
  summary.catch(() => {});
  return { pid: child.pid ?? 0, summary };
}

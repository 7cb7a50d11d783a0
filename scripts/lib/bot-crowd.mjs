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
 * @typedef {object} Chat
 * @property {Times} entry_ms
 * @property {number} lost
 * @property {number} packets_said
 * @property {number} packets_heard
 * @property {number} packets_due
 * @property {number} heard_share
 * @property {Times} latency_ms
 *
 * @typedef {object} Summary what is used of what they say in the end: `tests/bots/src/summary.rs` describes it
 * @property {number} players
 * @property {number} commuters
 * @property {number} seconds
 * @property {number} playing_since_ms
 * @property {number} playing_until_ms
 * @property {number} handshakes_per_second
 * @property {Times} handshake_ms
 * @property {Times} first_island_ms
 * @property {Times} crossing_ms
 * @property {number} island_changes
 * @property {number} heartbeats
 * @property {number} heartbeats_per_second
 * @property {number} heartbeats_asked_per_second
 * @property {number} lost
 * @property {number} returned
 * @property {number} returned_to_same_island
 * @property {number} returned_to_other_island
 * @property {Times} absence_ms
 * @property {Record<string, number>} errors
 * @property {Record<string, string>} first_errors
 * @property {number} wrong
 * @property {{ livekit: number, ws_room: number, offline: number }} meetings
 * @property {number} cpu_seconds
 * @property {Chat | null} chat
 *
 * @typedef {object} Outcome
 * @property {number | null} status
 * @property {string} output everything that they have printed
 * @property {Summary} [summary] missing if they wrote none
 *
 * @typedef {object} Playing
 * @property {number} pid
 * @property {Promise<void>} allIn once all who are there from the beginning are in; rejected if they end before that
 * @property {() => void} interrupt as Ctrl-C does: they leave, and sum up
 *
 * @typedef {Playing & { ended: Promise<Outcome> }} Run
 *
 * @typedef {Run & { summary: Promise<Summary> }} BotCrowd its summary in the end; rejected with what they have said
 * if a player was lost or told something wrong
 */

/** How many log in per second. */
const LOGINS_PER_SECOND = 100;

/** Enough crossings of borders for percentiles of them. */
const COMMUTERS = 100;

/** What they print when all are in. */
const ALL_IN = "players are in after";

/** How much of what they have printed says why they failed. */
const LINES = 40;

/**
 * Sends bots into a realm; they must have been built.
 *
 * @param {string} url of the realm
 * @param {Load} load
 * @param {readonly string[]} [more] options
 * @returns {Promise<BotCrowd>}
 */
export async function sendBots(url, { seed = 1, commuters = COMMUTERS, ...crowd }, more = []) {
  const load = { ...crowd, seed, commuters, "logins-per-second": LOGINS_PER_SECOND };
  const options = Object.entries(load).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const socket = `${url.replace(/^http/, "ws")}/ws`;
  const run = await startBots(["--url", socket, ...options, ...more]);
  const summary = run.ended.then(({ status, output, summary }) => {
    if (status !== 0 || summary === undefined) {
      throw new Failure(`The bots have ended with ${status}:\n${lastLines(output, LINES)}`);
    }
    return summary;
  });
  // Whoever waits for it may be waiting for something else first.
  summary.catch(() => {});
  return { ...run, summary };
}

/**
 * Starts bots with any arguments, whatever becomes of them.
 *
 * @param {readonly string[]} args without `--json`
 * @returns {Promise<Run>}
 */
export async function startBots(args) {
  const folder = await mkdtemp(join(tmpdir(), "bots-"));
  const json = join(folder, "summary.json");
  const child = spawn(BOTS, [...args, "--json", json], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill();
  process.once("exit", kill);
  let output = "";
  /** @type {Promise<number | null>} */
  const closed = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const ended = closed
    .then(async (status) => {
      const text = await readFile(json, "utf8").catch(() => undefined);
      return text === undefined ? { status, output } : { status, output, summary: JSON.parse(text) };
    })
    .finally(() => {
      process.off("exit", kill);
      return rm(folder, { recursive: true, force: true });
    });
  /** @type {Promise<void>} */
  const allIn = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (output.includes(ALL_IN)) resolve();
      });
    }
    const tooEarly = () => new Failure(`The bots have ended before all were in:\n${lastLines(output, LINES)}`);
    ended.then(() => reject(tooEarly()), reject);
  });
  // Not everybody waits for it.
  allIn.catch(() => {});
  return { pid: child.pid ?? 0, allIn, interrupt: () => child.kill("SIGINT"), ended };
}

/** What a process takes of the machine, looked at from outside while it works. Linux only: it reads `/proc`. */
import { readdirSync, readFileSync } from "node:fs";
import { usedIn } from "./cpu-time.mjs";
import { Failure } from "./failure.mjs";

const LOOK_MS = 1_000;

/**
 * @typedef {object} Look
 * @property {number} ms since 1970
 * @property {number} cpuS of all its threads, so far
 * @property {Readonly<Record<string, number>>} threads the seconds of each
 * @property {number} bytes of memory that are resident
 *
 * @typedef {object} Taken
 * @property {number} seconds between the first look and the last
 * @property {number} cores that it kept busy in the mean
 * @property {number} busiest of its threads: the share of the time in which that one worked
 * @property {number} bytesMax the most memory
 */

/** Looks at a process once a second. */
export class ProcessMeter {
  /** @type {Look[]} */
  #looks = [];
  #pid;
  #looking;

  /**
   * @param {number} pid
   * @throws {Failure} where there is no `/proc`
   */
  constructor(pid) {
    if (process.platform !== "linux") throw new Failure("What processes take can be measured on Linux only.");
    this.#pid = pid;
    this.look();
    this.#looking = setInterval(() => this.look(), LOOK_MS);
  }

  /** Looks now. A process that has ended is not looked at any more. */
  look() {
    const look = unlessGone(() => lookAt(this.#pid));
    if (look === undefined) this.stop();
    else this.#looks.push(look);
  }

  stop() {
    clearInterval(this.#looking);
  }

  /**
   * @param {number} fromMs since 1970
   * @param {number} toMs
   * @returns {Taken}
   * @throws {Failure} if there were not two looks in between
   */
  between(fromMs, toMs) {
    const looks = this.#looks.filter(({ ms }) => ms >= fromMs && ms <= toMs);
    const [first, last] = [looks[0], looks.at(-1)];
    if (first === undefined || last === undefined || first === last) {
      throw new Failure(`The process ${this.#pid} was not there for long enough to be measured.`);
    }
    const seconds = (last.ms - first.ms) / 1_000;
    const threads = Object.entries(last.threads).map(([id, used]) => used - (first.threads[id] ?? 0));
    return {
      seconds,
      cores: (last.cpuS - first.cpuS) / seconds,
      busiest: Math.max(...threads) / seconds,
      bytesMax: Math.max(...looks.map(({ bytes }) => bytes)),
    };
  }
}

/** @param {number} pid */
function lookAt(pid) {
  /** @type {Record<string, number>} */
  const threads = {};
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    threads[id] = unlessGone(() => usedIn(`/proc/${pid}/task/${id}/stat`)) ?? 0;
  }
  return { ms: Date.now(), cpuS: usedIn(`/proc/${pid}/stat`), threads, bytes: residentBytes(pid) };
}

/** @param {number} pid */
function residentBytes(pid) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return 1_024 * Number(kilobytes?.[1]);
}

/**
 * @template T
 * @param {() => T} read
 * @returns {T | undefined} nothing if the process, or the thread, has ended
 */
function unlessGone(read) {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

/**
 * Those who read the stats in `npm run bench -- stats`: in a process of their own, which takes what the others leave of the
 * processors.
 *
 * `node scripts/lib/stats-load.mjs '{"url": …}'`; prints what it has found as JSON.
 */
import { Agent, request } from "node:http";
import { constants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "./bench-figures.mjs";

/**
 * @typedef {object} Plan
 * @property {string} url which is asked for
 * @property {number} perSecond how often
 * @property {number} seconds how long
 *
 * @typedef {object} Found
 * @property {number} perSecond how many were answered
 * @property {number} spared the share of those that were answered with 304
 * @property {number} failed how many were answered with anything but 200 and 304, or not at all
 * @property {number} p50 of the time from when a request was due to the end of its answer, in ms
 * @property {number} p95
 */

/** How many connections there are: each has one request under way at a time. */
const SOCKETS = 32;

/** Of ten requests, one is from somebody who has never seen the stats; the others name what was seen last. */
const NEWCOMERS = 10;

const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });

/** What was seen last by any of them, as by those behind one cache. */
let tag = "";

/**
 * @param {string} url
 * @param {boolean} knows
 * @returns {Promise<number>} the status, once all of the answer is there; 0 without one
 */
function ask(url, knows) {
  const headers = knows && tag !== "" ? { "If-None-Match": tag } : {};
  return new Promise((resolve) => {
    const asking = request(url, { agent, headers }, (answer) => {
      const { statusCode = 0 } = answer;
      tag = answer.headers.etag ?? tag;
      answer.on("end", () => resolve(statusCode));
      answer.on("error", () => resolve(0));
      answer.resume();
    });
    asking.on("error", () => resolve(0));
    asking.end();
  });
}

/**
 * Asks at a steady rate, as far as the answers come in time.
 *
 * @param {Plan} plan
 * @returns {Promise<Found>}
 */
async function load({ url, perSecond, seconds }) {
  const latenciesMs = /** @type {number[]} */ ([]);
  const statuses = /** @type {number[]} */ ([]);
  const started = performance.now();
  let begun = 0;
  // They share the counter: each takes the next request when it is done with one.
  const askNext = async () => {
    for (;;) {
      const index = begun++;
      const dueMs = (1_000 * index) / perSecond;
      if (dueMs >= 1_000 * seconds) return;
      await sleep(started + dueMs - performance.now());
      const status = await ask(url, index % NEWCOMERS !== 0);
      // Those that had to wait for others have waited, too.
      latenciesMs.push(performance.now() - started - dueMs);
      statuses.push(status);
    }
  };
  await Promise.all(Array.from({ length: SOCKETS }, askNext));
  const tookMs = performance.now() - started;
  latenciesMs.sort((a, b) => a - b);
  const count = (/** @type {number} */ status) => statuses.filter((each) => each === status).length;
  return {
    perSecond: (1_000 * statuses.length) / tookMs,
    spared: count(304) / statuses.length,
    failed: statuses.length - count(304) - count(200),
    p50: quantile(latenciesMs, 0.5),
    p95: quantile(latenciesMs, 0.95),
  };
}

setPriority(constants.priority.PRIORITY_LOW);
const plan = /** @type {Plan} */ (JSON.parse(process.argv[2] ?? ""));
console.log(JSON.stringify(await load(plan)));
agent.destroy();

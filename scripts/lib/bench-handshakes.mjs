/**
 * `npm run bench -- handshakes`: how many handshakes a second go through the whole stack, from opening a socket to the
 * welcome, how long one takes, and what it costs.
 *
 * Every player comes for the first time, with the three links that nearly every client sends, of which only the last
 * signature is left to make. The clients are a process of their own, and each round has a new realm.
 */
import { fileURLToPath } from "node:url";
import { startWorkerd } from "../workerd.mjs";
import { inColumns, integer, median, ms, readOptions } from "./bench-figures.mjs";
import { figures } from "./bench-runs.mjs";
import { buildWorker } from "./build.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./handshake-load.mjs").Plan} Plan
 * @typedef {import("./handshake-load.mjs").Found} Found
 */

const LOAD = fileURLToPath(new URL("./handshake-load.mjs", import.meta.url));

/** The share of those that are measured which go before them: the compiler of the server is at work until then. */
const WARM_UP_SHARE = 0.2;

/**
 * Two cores with the production stack, of which the connector checks the signatures and takes 2.7 ms: the other services
 * that a handshake goes through come on top.
 */
const PRODUCTION = { perSecond: 370, serverCpuMs: 2.7 };

/**
 * Measures, and prints a table.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--handshakes N`, `--at-once N`, `--rounds N`
 */
export async function benchHandshakes(tools, args) {
  const { handshakes, atOnce, rounds } = readArguments(args);
  await buildWorker(tools);
  const alone = await timed(`${rounds} × ${handshakes} handshakes, one at a time`, () =>
    measure(handshakes, 1, rounds, tools),
  );
  const together = await timed(`${rounds} × ${handshakes} handshakes, ${atOnce} at a time`, () =>
    measure(handshakes, atOnce, rounds, tools),
  );
  const { perSecond, serverCpuMs } = PRODUCTION;
  const rows = [
    row("one at a time", alone),
    row(`${atOnce} at a time`, together),
    ["production", `${perSecond}`, "", "", ms(serverCpuMs), ""],
  ];
  console.log(
    `\nMedians of the rounds; production's CPU is the connector's alone\n\n${inColumns([HEADER, ...rows])}\n`,
  );
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const {
    handshakes,
    "at-once": atOnce,
    rounds,
  } = readOptions(args, { handshakes: "2000", "at-once": "64", rounds: "3" });
  return {
    handshakes: integer("handshakes", handshakes, 100, 20_000),
    atOnce: integer("at-once", atOnce, 1, 1_000),
    rounds: integer("rounds", rounds, 1, 100),
  };
}

/**
 * @param {number} handshakes
 * @param {number} atOnce
 * @param {number} rounds
 * @param {Tools} tools
 * @returns {Promise<Found>} the median of each figure
 */
async function measure(handshakes, atOnce, rounds, tools) {
  /** @type {Found[]} */
  const found = [];
  for (let round = 0; round < rounds; round++) found.push(await load(handshakes, atOnce, tools));
  const of = (/** @type {keyof Found} */ figure) => median(found.map((each) => each[figure] ?? Number.NaN));
  const serverCpuMs = of("serverCpuMs");
  return {
    perSecond: of("perSecond"),
    p50: of("p50"),
    p95: of("p95"),
    serverCpuMs: Number.isNaN(serverCpuMs) ? null : serverCpuMs,
    loadCpuMs: of("loadCpuMs"),
  };
}

/**
 * One round.
 *
 * @param {number} handshakes
 * @param {number} atOnce
 * @param {Tools} tools
 * @returns {Promise<Found>}
 */
async function load(handshakes, atOnce, tools) {
  const realm = await startWorkerd();
  try {
    /** @type {Plan} */
    const plan = {
      url: `${realm.url.replace("http", "ws")}/ws`,
      server: realm.process.pid ?? 0,
      handshakes,
      warmUp: Math.ceil(WARM_UP_SHARE * handshakes),
      atOnce,
    };
    return await figures([tools.node, LOAD, JSON.stringify(plan)], tools);
  } finally {
    await realm.stop();
  }
}

const HEADER = ["", "handshakes/s", "p50 ms", "p95 ms", "server CPU ms each", "load CPU ms each"];

/**
 * @param {string} name
 * @param {Found} found
 */
function row(name, { perSecond, p50, p95, serverCpuMs, loadCpuMs }) {
  const server = serverCpuMs === null ? "unknown" : ms(serverCpuMs);
  return [name, Math.round(perSecond).toString(), ms(p50), ms(p95), server, ms(loadCpuMs)];
}

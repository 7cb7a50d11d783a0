/**
 * `npm run bench -- room`: how long packets take from player to player in one crowded room, and what that costs; and
 * whether one who does not read delays the others.
 *
 * The crowd is a process of its own. Runs with and without the slow one take turns: whatever else the machine does meets
 * both.
 */
import { fileURLToPath } from "node:url";
import { startWorkerd } from "../workerd.mjs";
import { inColumns, integer, median, ms, readOptions } from "./bench-figures.mjs";
import { buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./room-load.mjs").Plan} Plan
 * @typedef {import("./room-load.mjs").Found} Found
 * @typedef {Omit<Plan, "url" | "server">} Scene
 */

const LOAD = fileURLToPath(new URL("./room-load.mjs", import.meta.url));

/** How many send enough for the kernel's buffers and the room's to be full soon. */
const FEEDERS = 4;

/** How much longer packets may take, in the median, when somebody does not read. */
const RATIO_MAX = 1.2;

/**
 * Measures, prints tables, and compares.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--players N`, `--rate N`, `--seconds N`, `--rounds N`
 * @throws {Failure} if the slow one is not closed, or the others have to wait for it
 */
export async function benchRoom(tools, args) {
  const { players, rate, seconds, rounds } = readArguments(args);
  await buildWorker(tools);
  const realm = await startWorkerd({ vars: { OPEN_ROOMS: "true" } });
  let rooms = 0;
  const measure = (/** @type {Scene} */ scene) => {
    rooms += 1;
    const plan = { ...scene, url: `${realm.url}/rooms/bench-${rooms}`, server: realm.process.pid ?? 0 };
    return load(plan, tools);
  };
  try {
    const crowd = { players, rate, seconds, feeders: 0, slow: false };
    const title = `${players} players in a room, ${rate} packets a second each, ${seconds} s`;
    const plain = await timed(title, () => measure(crowd));
    /** @type {{ without: Found[], withSlow: Found[] }} */
    const found = { without: [], withSlow: [] };
    const fed = { ...crowd, feeders: FEEDERS };
    await timed(`The same with ${FEEDERS} of them sending more, ${rounds} × without and with a slow one`, async () => {
      for (let round = 0; round < rounds; round++) {
        found.without.push(await measure(fed));
        found.withSlow.push(await measure({ ...fed, slow: true }));
      }
    });
    const runs = [
      row("plain", plain, seconds),
      ...found.without.map((each) => row("all read", each, seconds)),
      ...found.withSlow.map((each) => row("one does not", each, seconds)),
    ];
    console.log(`\n${inColumns([HEADER, ...runs])}\n`);
    compare(found);
  } finally {
    await realm.stop();
  }
}

/** @param {{ without: Found[], withSlow: Found[] }} found */
function compare({ without, withSlow }) {
  const [all, rest] = [median(without.map(({ p50 }) => p50)), median(withSlow.map(({ p50 }) => p50))];
  const ratio = rest / all;
  console.log(
    `Median of the others with a slow one: ${ms(rest)} ms, without: ${ms(all)} ms, ratio ${ratio.toFixed(2)}`,
  );
  if (withSlow.some(({ closedMs }) => closedMs === null)) throw new Failure("The slow one was not closed.");
  if (!(ratio <= RATIO_MAX)) throw new Failure(`The others wait for the slow one: the ratio may be ${RATIO_MAX}.`);
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const { players, rate, seconds, rounds } = readOptions(args, {
    players: "100",
    rate: "10",
    seconds: "20",
    rounds: "3",
  });
  return {
    // One more is the slow one.
    players: integer("players", players, FEEDERS, 149),
    rate: integer("rate", rate, 1, 20),
    seconds: integer("seconds", seconds, 1, 600),
    rounds: integer("rounds", rounds, 1, 100),
  };
}

/**
 * One run, in a process of its own.
 *
 * @param {Plan} plan
 * @param {Tools} tools
 * @returns {Promise<Found>}
 */
async function load(plan, { node, env }) {
  const { status, output, error } = await run(node, [LOAD, JSON.stringify(plan)], { env });
  if (status !== 0) throw new Failure(error?.message ?? lastLines(output));
  const found = JSON.parse(output);
  // JSON has no word for what is not a number.
  return { ...found, p50: found.p50 ?? Number.NaN, p99: found.p99 ?? Number.NaN };
}

const HEADER = ["", "delivered", "p50 ms", "p99 ms", "in/s", "out/s", "server CPU s", "load CPU s", "closed after"];

/**
 * @param {string} name
 * @param {Found} found
 * @param {number} seconds
 */
function row(name, { sent, due, got, p50, p99, serverCpuS, loadCpuS, closedMs }, seconds) {
  const share = `${((100 * got) / due).toFixed(2)} %`;
  const flow = [sent, got].map((packets) => Math.round(packets / seconds).toString());
  const cpu = [serverCpuS, loadCpuS].map((time) => time?.toFixed(1) ?? "unknown");
  const closed = closedMs === null ? "" : `${(closedMs / 1000).toFixed(1)} s`;
  return [name, share, ms(p50), ms(p99), ...flow, ...cpu, closed];
}

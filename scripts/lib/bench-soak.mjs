/**
 * `npm run bench -- soak`: 1,000 players walk for half an hour while others come and go, and the realm must not grow: its
 * memory, its storage, and the numbers of what it keeps.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startWorkerd } from "../workerd.mjs";
import { integer, median, readOptions, takeFlag } from "./bench-figures.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { buildBots, buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { today } from "./machine.mjs";
import { around, markdownTable, renew } from "./markdown.mjs";
import { readMetrics, totalOf } from "./metrics-reader.mjs";
import { ProcessMeter } from "./process-meter.mjs";
import { REALM_DOCUMENT, VARS } from "./realm-load.mjs";
import { endProgress, progress } from "./report.mjs";
import { EMPTY_BYTES } from "./state.mjs";
import { until } from "./until.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 *
 * @typedef {object} Minute
 * @property {number} megabytes of memory
 * @property {number} stored kilobytes
 * @property {readonly number[]} kept by `KEPT`
 */

const COMMAND = "npm run bench -- soak --document";
const WORLD = "plaza-1000";

const MINUTE_MS = 60_000;
const MEGABYTE = 1_000_000;
const KILOBYTE = 1_000;

/** What a realm says that it keeps. All of it is over when everybody has left. */
const KEPT = [
  "dcl_archipelago_peers_count",
  "dcl_archipelago_islands_count",
  "dcl_archipelago_sessions",
  "dcl_archipelago_deliveries_pending",
  "dcl_ws_rooms_connections",
];

/** Of those who stay, how many others come and go; each time they are new players. */
const PASSING_SHARE = 0.1;
const PASSING_S = 20;

/** The last look finds all of them still there. */
const LONGER_S = 10;

/** Rows of the table, about. */
const SHOWN = 10;

/** How much more there may be in the last third than in the second one, of anything. */
const GROWTH_MAX = 1.1;

/** How long it may take until a realm that all have left has forgotten them. */
const FORGOTTEN_MS = 120_000;

/**
 * Measures, and prints a table.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--minutes N`, `--players N`, `--document`
 * @throws {Failure} if a player was lost, or something grows
 */
export async function benchSoak(tools, args) {
  const [isWritten, rest] = takeFlag(args, "--document");
  const options = readOptions(rest, { minutes: "30", players: "1000" });
  const minutes = integer("minutes", options.minutes, 6, 10_000);
  const players = integer("players", options.players, 100, 10_000);
  if (isWritten) await around(REALM_DOCUMENT, COMMAND);
  await buildWorker(tools);
  await buildBots(tools);
  const storage = await mkdtemp(join(tmpdir(), "realm-"));
  const realm = await startWorkerd({ vars: VARS, storage });
  const meter = new ProcessMeter(realm.process.pid ?? 0);
  try {
    const crowd = await sendBots(realm.url, { world: WORLD, players, rate: 1, seconds: 60 * minutes + LONGER_S });
    await crowd.allIn;
    const isOver = new AbortController();
    const looking = watch(realm.url, storage, meter, minutes).finally(() => isOver.abort());
    const passing = passThrough(realm.url, Math.ceil(PASSING_SHARE * players), isOver.signal);
    const [rows, passed] = await Promise.all([looking, passing, crowd.summary]);
    const told = `${players} players stayed for ${minutes} minutes, ${passed} others came, talked and went. Nobody was lost.`;
    const text = [`\`${COMMAND}\`, ${today()}.`, told, tableOf(rows)].join("\n\n");
    console.log(`\n${text}\n`);
    judge(rows);
    await forgotten(realm.url);
    console.log("Nothing is left of them.\n");
    if (isWritten) await renew(REALM_DOCUMENT, COMMAND, text);
  } finally {
    meter.stop();
    await realm.stop();
    await rm(storage, { recursive: true, force: true });
  }
}

/**
 * Others come, talk in the rooms of their islands for a little while and leave, again and again.
 *
 * @param {string} url
 * @param {number} players at a time
 * @param {AbortSignal} signal
 * @returns {Promise<number>} how many there were
 */
async function passThrough(url, players, signal) {
  let passed = 0;
  for (let seed = 2; !signal.aborted; seed++) {
    const load = { world: WORLD, players, rate: 1, seconds: PASSING_S, commuters: 0, seed };
    const crowd = await sendBots(url, load, ["--chat"]);
    await crowd.summary;
    passed += players;
  }
  return passed;
}

/**
 * Looks once a minute.
 *
 * @param {string} url
 * @param {string} storage
 * @param {ProcessMeter} meter
 * @param {number} minutes
 */
async function watch(url, storage, meter, minutes) {
  /** @type {Minute[]} */
  const rows = [];
  for (let minute = 1; minute <= minutes; minute++) {
    const from = Date.now();
    await sleep(MINUTE_MS);
    const text = await readMetrics(`${url}/metrics`);
    const row = {
      megabytes: meter.between(from, Date.now()).bytesMax / MEGABYTE,
      stored: (await bytesIn(storage)) / KILOBYTE,
      kept: KEPT.map((name) => totalOf(name, text)),
    };
    rows.push(row);
    progress(`${minute} of ${minutes} min: ${row.megabytes.toFixed(0)} MB, ${row.stored.toFixed(0)} KB in databases`);
  }
  endProgress();
  return rows;
}

/**
 * What databases take that have anything in them. Beside each SQLite keeps a journal of 4 MB at most; and workerd, an empty
 * page of each room that has come to its end, until `npm run serve` starts again.
 *
 * @param {string} folder
 */
async function bytesIn(folder) {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".sqlite")) continue;
    // Some of them come and go.
    const size = (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
    if (size > EMPTY_BYTES) bytes += size;
  }
  return bytes;
}

/** @param {readonly Minute[]} rows */
function tableOf(rows) {
  const heads = [
    "minute",
    "memory, MB",
    "databases, KB",
    ...KEPT.map((name) => name.replace(/^dcl_(archipelago_)?/, "")),
  ];
  const cells = rows.map(({ megabytes, stored, kept }, at) => [at + 1, megabytes, stored, ...kept]);
  const every = Math.ceil(rows.length / SHOWN);
  const shown = cells.filter(([minute = 0]) => minute % every === 0);
  return markdownTable(
    heads,
    shown.map((row) => row.map((number) => Math.round(number).toLocaleString("en"))),
  );
}

/**
 * @param {readonly Minute[]} rows
 * @throws {Failure} if there is more of something in the last third than in the one before
 */
function judge(rows) {
  const third = Math.floor(rows.length / 3);
  const columns = {
    memory: rows.map(({ megabytes }) => megabytes),
    storage: rows.map(({ stored }) => stored),
    ...Object.fromEntries(KEPT.map((name, at) => [name, rows.map(({ kept }) => kept[at] ?? 0)])),
  };
  for (const [what, numbers] of Object.entries(columns)) {
    const [before, after] = [1, 2].map((nth) => median(numbers.slice(nth * third, (nth + 1) * third)));
    if (before === undefined || after === undefined || after <= GROWTH_MAX * before) continue;
    throw new Failure(`It grows: ${what} from ${before} to ${after}, in the medians of ${third} minutes.`);
  }
}

/**
 * Waits until nothing is left of those who have gone.
 *
 * @param {string} url
 * @throws {Failure} if something stays
 */
async function forgotten(url) {
  await until(FORGOTTEN_MS, async () => {
    const text = await readMetrics(`${url}/metrics`);
    const left = KEPT.filter((name) => totalOf(name, text) > 0);
    return left.length === 0 ? undefined : `All have gone, but something is left: ${left.join(", ")}.`;
  });
}

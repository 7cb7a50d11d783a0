/**
 * `npm run bench -- kill`: 1,000 players are in a realm that dies, and must all be on the islands afterwards that they were
 * on before. First the realm's object alone dies, and their sockets live on; then the whole process, and they come back.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startWorkerd } from "../workerd.mjs";
import { integer, readOptions, takeFlag } from "./bench-figures.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { buildBots, buildFaultyWorker, buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { today } from "./machine.mjs";
import { around, renew } from "./markdown.mjs";
import { REALM_DOCUMENT, untilThere, VARS } from "./realm-load.mjs";
import { timed } from "./report.mjs";
import { until } from "./until.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

const COMMAND = "npm run bench -- kill --document";

/** A crowd of full islands, in which nobody has a reason to change; some cross borders where they may. */
const WORLD = "plaza-1000";

/** How long they walk before and after, at least. */
const BEFORE_MS = 15_000;
const AFTER_S = 45;

/** How long a realm may take to be there again, and whole. */
const RETURN_MS = 60_000;

/**
 * Kills, and says who is where afterwards.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--players N`, `--document`
 * @throws {Failure} if somebody was lost, or is on another island
 */
export async function benchKill(tools, args) {
  const [isWritten, rest] = takeFlag(args, "--document");
  const players = integer("players", readOptions(rest, { players: "1000" }).players, 100, 5_000);
  if (isWritten) await around(REALM_DOCUMENT, COMMAND);
  await buildWorker(tools);
  await buildFaultyWorker(tools);
  await buildBots(tools);
  const found = [await killObject(players), await killProcess(players)];
  const text = [`\`${COMMAND}\`, ${today()}.`, found.map((line) => `- ${line}`).join("\n")].join("\n\n");
  console.log(`\n${text}\n`);
  if (isWritten) await renew(REALM_DOCUMENT, COMMAND, text);
}

/**
 * The platform drops the realm's object, and what it had in memory.
 *
 * @param {number} players
 * @returns {Promise<string>} what has come of it
 */
async function killObject(players) {
  const realm = await startWorkerd({ vars: VARS, build: "faults" });
  try {
    const load = { world: WORLD, players, rate: 1, seconds: AFTER_S, commuters: 0 };
    const crowd = await sendBots(realm.url, load);
    await timed(`${players} players arrive and walk`, () => crowd.allIn.then(() => sleep(BEFORE_MS)));
    const before = await islandsOf(realm.url);
    const started = performance.now();
    await timed("The realm's object dies, and starts again", async () => {
      await dropRealm(realm.url);
      await untilStarted(realm.logs, 2);
      await untilThere(realm.url, players);
    });
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const after = await islandsOf(realm.url);
    const moved = [...before].filter(([player, island]) => after.get(player) !== island);
    await timed("They walk on", () => crowd.summary);
    if (before.size !== players || moved.length > 0) {
      throw new Failure(`Of ${before.size} players on islands, ${moved.length} are on another one than before.`);
    }
    return `The realm's object died under ${players} players: all were shown again, each on its island, after ${seconds} s; no socket was closed.`;
  } finally {
    await realm.stop();
  }
}

/**
 * Everything dies, connectors and sockets too; the players log in again.
 *
 * @param {number} players
 * @returns {Promise<string>} what has come of it
 */
async function killProcess(players) {
  const storage = await mkdtemp(join(tmpdir(), "realm-"));
  let realm = await startWorkerd({ vars: VARS, storage });
  try {
    const load = { world: WORLD, players, rate: 1, seconds: AFTER_S };
    const crowd = await sendBots(realm.url, load, ["--reconnect"]);
    await timed(`${players} players arrive and walk`, () => crowd.allIn.then(() => sleep(BEFORE_MS)));
    const { port } = realm;
    await timed("The process dies, and another one starts", async () => {
      await realm.kill9();
      realm = await startWorkerd({ vars: VARS, storage, port });
    });
    const bots = await timed("They come back and walk on", () => crowd.summary);
    const { returned_to_same_island: same, returned_to_other_island: other, absence_ms: absence } = bots;
    if (same !== players || other !== 0) throw new Failure(`${same} of ${players} came back to where they were.`);
    const [median, longest] = [absence.p50, absence.max].map((ms) => `${(ms / 1_000).toFixed(1)} s`);
    return `The process was killed under ${players} players: all logged in again and were told the island that they had had, ${median} later in the median, ${longest} at most.`;
  } finally {
    await realm.stop();
    await rm(storage, { recursive: true, force: true });
  }
}

/**
 * Has the platform drop the realm when its next report comes.
 *
 * @param {string} url
 */
async function dropRealm(url) {
  const body = JSON.stringify({ at: "realm.request", of: "/report", how: "abort" });
  const response = await fetch(`${url}/faults`, { method: "POST", body });
  if (!response.ok) throw new Failure(`The fault is refused: ${response.status} ${await response.text()}`);
}

/**
 * @param {readonly string[]} logs of a realm
 * @param {number} times that it has started in all
 */
async function untilStarted(logs, times) {
  await until(RETURN_MS, async () => {
    const started = logs.filter((line) => line.includes("realm started")).length;
    return started >= times ? undefined : `The realm has not started again in ${RETURN_MS} ms.`;
  });
}

/**
 * Who is where.
 *
 * @param {string} url
 * @returns {Promise<Map<string, string>>} islands by player
 */
async function islandsOf(url) {
  const response = await fetch(`${url}/islands`);
  /** @type {{ islands: { id: string, peers: { id: string }[] }[] }} */
  const { islands } = await response.json();
  return new Map(islands.flatMap(({ id, peers }) => peers.map((peer) => [peer.id, id])));
}

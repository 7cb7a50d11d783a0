/**
 * `npm run bench:realm`: what a whole realm costs with so many players, how long they wait, and how many heartbeats a
 * second are too many for it. The built Worker runs on plain workerd; the bots are a process of their own, on the same
 * machine.
 */
import { join } from "node:path";
import { readFlag } from "./bench-figures.mjs";
import {
  BOUND_HEADS,
  boundsOf,
  CROWD_HEADS,
  crowdRow,
  FLOOD_HEADS,
  floodRow,
  keepsUp,
} from "./bench-realm-figures.mjs";
import { buildBots, buildWorker } from "./build.mjs";
import { today } from "./machine.mjs";
import { around, markdownTable, renew } from "./markdown.mjs";
import { ROOT } from "./paths.mjs";
import { PRODUCTION_REALM } from "./production.mjs";
import { loadRealm } from "./realm-load.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./realm-load.mjs").Found} Found
 */

const COMMAND = "npm run bench:realm -- --document";
const DOCUMENT = join(ROOT, "docs", "realm-figures.md");

/** A crowd of ten full islands, whose players change island all the time. */
const WORLD = "plaza-1000";

/** As explorers do: a heartbeat a second. */
const CROWDS = [200, 1_000, 2_000, 5_000].map((players) => ({ world: WORLD, players, rate: 1, seconds: 75 }));

/** More and more heartbeats, of players each of whom stays within what a session may send. */
const FLOODS = [2.5, 5, 7.5, 10, 12.5, 15, 17.5].map((rate) => ({ world: WORLD, players: 2_000, rate, seconds: 25 }));

/**
 * Measures, and prints tables.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--document`
 * @throws {import("./failure.mjs").Failure} if a player was lost
 */
export async function benchRealm(tools, args) {
  const isWritten = readFlag(args, "document");
  if (isWritten) await around(DOCUMENT, COMMAND);
  await buildWorker(tools);
  await buildBots(tools);
  /** @type {Found[]} */
  const crowds = [];
  for (const load of CROWDS) {
    const title = `${load.players} players, a heartbeat a second each`;
    crowds.push(await timed(title, () => loadRealm(load)));
  }
  /** @type {Found[]} */
  const floods = [];
  for (const load of FLOODS) {
    const title = `${load.players} players, ${load.players * load.rate} heartbeats a second`;
    const found = await timed(title, () => loadRealm(load));
    floods.push(found);
    if (!keepsUp(found)) break;
  }
  const text = documentOf(crowds, floods);
  console.log(`\n${text}\n`);
  if (isWritten) await renew(DOCUMENT, COMMAND, text);
}

/**
 * @param {readonly Found[]} crowds
 * @param {readonly Found[]} floods
 */
function documentOf(crowds, floods) {
  const { handshakesPerSecond, firstIslandMs, cpuSecondsAMinute, megabytes, heartbeatsPerSecond } = PRODUCTION_REALM;
  const production = [
    ["production, 2,000", `${handshakesPerSecond}`, `${firstIslandMs.p50} / ${firstIslandMs.p95}`, "", ""],
    [`${cpuSecondsAMinute}`, "", `${megabytes}`, ""],
  ].flat();
  return [
    `\`${COMMAND}\`, ${today()}.`,
    markdownTable(CROWD_HEADS, [...crowds.map(crowdRow), production]),
    markdownTable(FLOOD_HEADS, [...floods.map(floodRow), ["production", "", heartbeatsPerSecond, "", "", "", ""]]),
    markdownTable(BOUND_HEADS, boundsOf(crowds, floods)),
  ].join("\n\n");
}

/**
 * `npm run bench:realm`: what a whole realm costs with so many players, how long they wait, and how many heartbeats a
 * second are too many for it. The built Worker runs on plain workerd; the bots are a process of their own, on the same
 * machine.
 */
import { readFlag } from "./bench-figures.mjs";
import {
  BOUND_HEADS,
  boundsOf,
  CROWD_HEADS,
  crowdRow,
  FLOOD_HEADS,
  floodRow,
  keepsUp,
  PRODUCTION_CROWD,
  PRODUCTION_FLOOD,
} from "./bench-realm-figures.mjs";
import { buildBots, buildWorker } from "./build.mjs";
import { today } from "./machine.mjs";
import { around, markdownTable, renew } from "./markdown.mjs";
import { floodRealm, loadRealm, REALM_DOCUMENT } from "./realm-load.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./realm-load.mjs").Found} Found
 */

const COMMAND = "npm run bench:realm -- --document";

/** A crowd of ten full islands, whose players change island all the time. */
const WORLD = "plaza-1000";

/** As explorers do: a heartbeat a second. */
const CROWDS = [200, 1_000, 2_000, 5_000].map((players) => ({ world: WORLD, players, rate: 1, seconds: 90 }));

/** More and more heartbeats, of players each of whom stays within what a session may send. */
const FLOODS = [2.5, 5, 7.5, 10, 12.5, 15, 17.5].map((rate) => ({ world: WORLD, players: 2_000, rate, seconds: 25 }));

/**
 * Measures, and prints tables.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--document`
 * @throws {import("./failure.mjs").Failure} if a player was lost, or told something wrong
 */
export async function benchRealm(tools, args) {
  const isWritten = readFlag(args, "document");
  if (isWritten) await around(REALM_DOCUMENT, COMMAND);
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
    const found = await timed(title, () => floodRealm(load));
    floods.push(found);
    if (!keepsUp(found)) break;
  }
  const text = documentOf(crowds, floods);
  console.log(`\n${text}\n`);
  if (isWritten) await renew(REALM_DOCUMENT, COMMAND, text);
}

/**
 * @param {readonly Found[]} crowds
 * @param {readonly Found[]} floods
 */
function documentOf(crowds, floods) {
  return [
    `\`${COMMAND}\`, ${today()}.`,
    markdownTable(CROWD_HEADS, [...crowds.map(crowdRow), PRODUCTION_CROWD]),
    markdownTable(FLOOD_HEADS, [...floods.map(floodRow), PRODUCTION_FLOOD]),
    markdownTable(BOUND_HEADS, boundsOf(crowds, floods)),
  ].join("\n\n");
}

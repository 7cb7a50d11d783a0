/**
 * `npm run bench -- kill`: 1,000 players walk in a realm, whose process is killed and started again; they come back, and
 * must be told the islands that they had.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startWorkerd } from "../workerd.mjs";
import { integer, readOptions } from "./bench-figures.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { buildBots, buildWorker } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { readMetrics, totalOf } from "./metrics-reader.mjs";
import { VARS } from "./realm-load.mjs";
import { timed } from "./report.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

/** How long they walk before it is killed, and how long the bots need to see that all are well afterwards. */
const BEFORE_MS = 15_000;
const AFTER_S = 60;

/** How long all may take to come in. */
const ARRIVAL_MS = 60_000;

/**
 * Kills, and says who came back to what.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--players N`
 * @throws {Failure} if somebody was lost, or put into another island
 */
export async function benchKill(tools, args) {
  const players = integer("players", readOptions(args, { players: "1000" }).players, 100, 5_000);
  await buildWorker(tools);
  await buildBots(tools);
  const storage = await mkdtemp(join(tmpdir(), "realm-"));
  let realm = await startWorkerd({ vars: VARS, storage });
  try {
    const load = { world: "plaza-1000", players, rate: 1, seconds: BEFORE_MS / 1_000 + AFTER_S };
    const crowd = await sendBots(realm.url, load, ["--reconnect"]);
    await timed(`${players} players arrive and walk`, () =>
      untilArrived(realm.url, players).then(() => sleep(BEFORE_MS)),
    );
    const { port } = realm;
    await timed("Killed, and started again", async () => {
      await realm.kill9();
      realm = await startWorkerd({ vars: VARS, storage, port });
    });
    const bots = await timed("They come back and walk on", () => crowd.summary);
    const { returned, returned_to_same_island: same, returned_to_other_island: other, absence_ms: absence } = bots;
    console.log(
      `\n${returned} came back, ${same} to the same island, ${other} to another one, ${bots.lost} were lost; ` +
        `they had no island for ${Math.round(absence.p50)} ms in the median, ${Math.round(absence.max)} ms at most.\n`,
    );
    if (same !== players || other !== 0) throw new Failure(`All ${players} should have come back to where they were.`);
  } finally {
    await realm.stop();
    await rm(storage, { recursive: true, force: true });
  }
}

/**
 * @param {string} url of the realm
 * @param {number} players
 */
async function untilArrived(url, players) {
  const deadline = Date.now() + ARRIVAL_MS;
  for (;;) {
    const there = totalOf("dcl_archipelago_peers_count", await readMetrics(`${url}/metrics`));
    if (there >= players) return;
    if (Date.now() > deadline) throw new Failure(`Only ${there} of ${players} players have come in.`);
    await sleep(200);
  }
}

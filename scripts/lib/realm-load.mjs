/** A realm under the load of bots: plain workerd and the bots are processes of their own, measured from outside. */
import { startWorkerd } from "../workerd.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { MetricsReader } from "./metrics-reader.mjs";
import { ProcessMeter } from "./process-meter.mjs";

/**
 * @typedef {import("./bot-crowd.mjs").Load} Load
 * @typedef {import("./process-meter.mjs").Taken} Taken
 *
 * @typedef {object} Found all of it from when the last has logged in until the first leaves
 * @property {Load} load
 * @property {import("./bot-crowd.mjs").Summary} bots
 * @property {Taken} server
 * @property {Taken} generator
 * @property {number} received heartbeats a second that the realm has counted
 */

/** The worlds are made for this distance. */
export const VARS = { ARCHIPELAGO_JOIN_DISTANCE: "64" };

/**
 * Puts a load on a new realm.
 *
 * @param {Load} load
 * @returns {Promise<Found>}
 * @throws {import("./failure.mjs").Failure} if a player was lost
 */
export async function loadRealm(load) {
  const realm = await startWorkerd({ vars: VARS });
  const server = new ProcessMeter(realm.process.pid ?? 0);
  const metrics = new MetricsReader(realm.url);
  try {
    const crowd = await sendBots(realm.url, load);
    const generator = new ProcessMeter(crowd.pid);
    const bots = await crowd.summary.finally(() => generator.stop());
    const { playing_since_ms: from, playing_until_ms: to } = bots;
    const received = metrics.perSecond("dcl_archipelago_heartbeats_received_total", from, to);
    return { load, bots, server: server.between(from, to), generator: generator.between(from, to), received };
  } finally {
    server.stop();
    await metrics.stop();
    await realm.stop();
  }
}

/** A realm under the load of bots: plain workerd and the bots are processes of their own, measured from outside. */
import { join } from "node:path";
import { startWorkerd } from "../workerd.mjs";
import { sendBots } from "./bot-crowd.mjs";
import { Failure } from "./failure.mjs";
import { MetricsReader, readMetrics, totalOf } from "./metrics-reader.mjs";
import { ROOT } from "./paths.mjs";
import { lastLines } from "./process.mjs";
import { ProcessMeter } from "./process-meter.mjs";
import { until } from "./until.mjs";

/**
 * @typedef {import("./bot-crowd.mjs").Load} Load
 * @typedef {import("./bot-crowd.mjs").Summary} Summary
 * @typedef {import("./process-meter.mjs").Taken} Taken
 *
 * @typedef {object} Found what was measured once all were in
 * @property {Load} load
 * @property {Summary} bots
 * @property {Summary | undefined} newcomers who came when all of them were in
 * @property {Taken} server after the newcomers had left again
 * @property {Taken} generator
 * @property {number} received heartbeats a second that the realm has counted in that time
 */

/** What whole realms come to. */
export const REALM_DOCUMENT = join(ROOT, "docs", "realm-figures.md");

/** The worlds are made for this distance. */
export const VARS = { ARCHIPELAGO_JOIN_DISTANCE: "64" };

/** Those who come last, to see what it is to come into a realm full of players. */
const NEWCOMERS = { players: 200, rate: 1, seconds: 5, commuters: 0, seed: 2 };

/** How long all may take to come in. */
const ARRIVAL_MS = 120_000;

/**
 * Puts a load on a new realm, and sends others when all of them are in.
 *
 * @param {Load} load
 * @returns {Promise<Found>}
 * @throws {Failure} if a player was lost, or told something wrong
 */
export function loadRealm(load) {
  return withRealm(load, async (url, crowd) => {
    await crowd.allIn;
    const last = await sendBots(url, { world: load.world, ...NEWCOMERS });
    const newcomers = await last.summary;
    return { bots: await crowd.summary, newcomers };
  });
}

/**
 * Puts a load on a new realm that may be more than it bears.
 *
 * @param {Load} load
 * @returns {Promise<Found>}
 * @throws {Failure} if the bots themselves fail
 */
export function floodRealm(load) {
  return withRealm(load, async (_, crowd) => {
    const { summary: bots, output } = await crowd.ended;
    if (bots === undefined) throw new Failure(`The bots have failed:\n${lastLines(output)}`);
    return { bots, newcomers: undefined };
  });
}

/**
 * @param {Load} load
 * @param {(url: string, crowd: import("./bot-crowd.mjs").BotCrowd) => Promise<Pick<Found, "bots" | "newcomers">>} play
 * @returns {Promise<Found>}
 */
async function withRealm(load, play) {
  const realm = await startWorkerd({ vars: VARS });
  const server = new ProcessMeter(realm.process.pid ?? 0);
  const metrics = new MetricsReader(realm.url);
  try {
    const crowd = await sendBots(realm.url, load);
    const generator = new ProcessMeter(crowd.pid);
    const { bots, newcomers } = await play(realm.url, crowd).finally(() => generator.stop());
    const from = newcomers?.playing_until_ms ?? bots.playing_since_ms;
    const to = bots.playing_until_ms;
    const received = metrics.perSecond("dcl_archipelago_heartbeats_received_total", from, to);
    return {
      load,
      bots,
      newcomers,
      server: server.between(from, to),
      generator: generator.between(from, to),
      received,
    };
  } finally {
    server.stop();
    await metrics.stop();
    await realm.stop();
  }
}

/**
 * Waits until so many players are in a realm.
 *
 * @param {string} url of the realm
 * @param {number} players
 * @throws {Failure} if that takes too long
 */
export async function untilThere(url, players) {
  await until(ARRIVAL_MS, async () => {
    // It may have been killed just now.
    const text = await readMetrics(`${url}/metrics`).catch(() => undefined);
    const there = text === undefined ? 0 : totalOf("dcl_archipelago_peers_count", text);
    return there >= players ? undefined : `Only ${there} of ${players} players have come in.`;
  });
}

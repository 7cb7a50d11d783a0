/**
 * @typedef {object} Figures
 * @property {number} recall within 20 m
 * @property {number} moves reassignments of a player in a minute
 */

/**
 * What the engine of Decentraland's realms comes to in worlds, where that is known.
 *
 * These are recorded: that engine (`decentraland/archipelago-workers`) was run on the same positions, with the same
 * distances and the same number of people on an island, and its figures were counted in the same way. It is no part of
 * this repository, so nothing here can measure them again.
 *
 * @type {Readonly<Record<string, Figures | undefined>>}
 */
export const PRODUCTION = {
  "plaza-400": { recall: 0.25, moves: 0 },
  "plaza-1000": { recall: 0.11, moves: 0 },
  "plaza-1000-85": undefined,
  "plaza-3000": { recall: 0.05, moves: 0.16 },
  festival: { recall: 0.1, moves: 0.53 },
  surge: { recall: 0.07, moves: 0.02 },
  sparse: { recall: 0.23, moves: 0.88 },
  city: { recall: 0.79, moves: 3.8 },
};

/**
 * What Decentraland's services for the same work came to, of which there are four (connector, core, stats, NATS), on two
 * cores such as these; recorded like the figures above.
 */
export const PRODUCTION_REALM = {
  handshakesPerSecond: 370,
  handshakeCpuMs: 2.7,
  firstIslandMs: { p50: 950, p95: 1_902 },
  /** With 2,000 players, a heartbeat a second each. */
  cpuSecondsAMinute: 13.9,
  megabytes: 330,
  heartbeatsPerSecond: "20,000 to 25,000",
};

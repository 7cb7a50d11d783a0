/** How much people are moved to be with those around them, from most to least. */
export type CrowdPreset = "tight" | "balanced" | "calm" | "saver";

/** The crowd policy `coherent`: a preset, by default "balanced", and single parameters in place of its own. */
export interface CoherentCrowds {
  /** Where the other parameters come from. */
  preset?: CrowdPreset | undefined;
  /** Side, in metres, of the cells in which neighbours are counted. 1 to 1000. */
  kernelCellM?: number | undefined;
  /** Who is within so many metres is a neighbour. 1 to 1000; at most four times `kernelCellM`. */
  radiusM?: number | undefined;
  /** Walkers are judged by where they will be in so many seconds. 0 to 60. */
  lookAheadS?: number | undefined;
  /** Walkers go only to where they will be staying in so many seconds, if they walk on. 0 to 60. */
  stayS?: number | undefined;
  /** What counts: with 0 the place alone, with 1 the neighbours alone. 0 to 1. */
  mix?: number | undefined;
  /** How much better another island has to be. 0.01 to 3. */
  margin?: number | undefined;
  /** How much worse it is to move somebody for the sake of another. 0 to 3. */
  chainCost?: number | undefined;
  /** How many may move at once, for one to have room. A whole number from 1 to 6. */
  chainLength?: number | undefined;
  /** How full islands are when a crowd is cut up. 0.1 to 1. */
  fill?: number | undefined;
  /** Another island has to be better for so many seconds. 0 to 600. */
  dwellS?: number | undefined;
}

/** The same as a text, in the engine's own spelling: `"coherent:calm,margin=0.5,look_ahead_s=2"`. */
export type CoherentText = `coherent${"" | `:${CrowdPreset}`}${"" | `,${string}`}`;

/**
 * Who shares an island where more stand together than it holds. With "stable" hardly anybody is moved and islands
 * overlap; with "coherent" islands are places, and who goes elsewhere changes islands.
 */
export type CrowdPolicy = "stable" | CoherentText | CoherentCrowds;

/** How islands are made. Everything has a default; nothing else is accepted. */
export interface ArchipelagoOptions {
  /** Peers within this many metres of each other are brought together. Above 0. Default: 100. */
  joinDistance?: number | undefined;
  /** An island breaks only where a gap is wider than this, in metres. At least `joinDistance`. Default: 1.25 times that. */
  leaveDistance?: number | undefined;
  /** The most peers an island holds: an integer from 1 to 4294967295. Default: 100. */
  maxPeersPerIsland?: number | undefined;
  /** Who shares an island in a crowd. Default: "stable". */
  crowdPolicy?: CrowdPolicy | undefined;
  /** What the ids of islands start with. Default: "I", which gives I1, … I9, Ia, … Iz, I10, … */
  roomPrefix?: string | undefined;
}

/**
 * How much a flush looks at: "full" is the periodic one; "arrivals" only places newcomers, so that they need not wait
 * for the period, and leaves the rest for the next full one.
 */
export type FlushScope = "full" | "arrivals";

/** A peer is in another island than it was last told. */
export interface ChangeTo {
  /** Tells it from a {@link Leave}. */
  kind: "changeTo";
  /** Who. */
  peer: string;
  /** The id of the island it is in now. */
  island: string;
  /** The id of the island it was last told; absent for a newcomer. */
  from?: string;
}

/** A peer has disconnected. */
export interface Leave {
  /** Tells it from a {@link ChangeTo}. */
  kind: "leave";
  /** Who. */
  peer: string;
  /** The id of the island it was last told. */
  island: string;
}

/** What a flush has to tell about one peer. */
export type IslandUpdate = ChangeTo | Leave;

/** Peers that are near each other. */
export interface Island {
  /** The prefix and a number in base 36. Never used again once the island is gone. */
  id: string;
  /** The ids of the members, in the order in which they joined. */
  peers: string[];
  /** The mean of the members' positions on the ground, `[x, 0, z]` in metres. */
  center: [number, number, number];
  /** From the centre to the farthest member, in metres. */
  radius: number;
  /** The most peers it holds. */
  maxPeers: number;
  /** The `nowMs` of the flush that formed it. */
  formedMs: number;
}

/** One peer. */
export interface Peer {
  /** The id it was given. */
  id: string;
  /** Its number for calls with typed arrays. */
  handle: number;
  /** Where it last reported to be, `[x, y, z]` in metres. */
  position: [number, number, number];
  /** The id of its island; absent while it waits for its first flush. */
  island?: string;
}

/** How many there are now, and how many were told what since the beginning. */
export interface Counters {
  /** Peers, those that wait for the next flush included. */
  peers: number;
  /** Peers that wait for the next flush. */
  waiting: number;
  /** Islands. */
  islands: number;
  /** Flushes so far, of either scope. */
  flushes: number;
  /** Newcomers who were told their first island. */
  arrivals: number;
  /** Peers who were told another island than before. */
  reassignments: number;
  /** Peers whose leave was told. */
  departures: number;
}

/** What a flush has to tell, by handle: three arrays of equal length, and who left. */
export interface RawUpdates {
  /** Who is in another island than it was last told. */
  peers: Uint32Array;
  /** The numbers of the islands they are in now. */
  islands: Float64Array;
  /** The numbers of the islands they were last told; 0 for newcomers. */
  from: Float64Array;
  /** Who has disconnected; from now on these handles may be given to others. */
  left: Uint32Array;
}

/** All islands, oldest first, in flat arrays. */
export interface RawIslands {
  /** Their numbers, see {@link islandId}. */
  numbers: Float64Array;
  /** Where the members of each begin in `members`; one more entry than there are islands. */
  offsets: Uint32Array;
  /** The handles of the members, in the order in which they joined. */
  members: Uint32Array;
  /** The centres: x and z of each, in metres. */
  centers: Float64Array;
  /** From the centre to the farthest member, in metres. */
  radii: Float64Array;
}

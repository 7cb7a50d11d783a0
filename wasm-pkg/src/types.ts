/** How islands are made. Everything has a default; nothing else is accepted. */
export interface ArchipelagoOptions {
  /** Peers within this many metres of each other are brought together. Above 0. Default: 100. */
  joinDistance?: number;
  /** An island breaks only where a gap is wider than this, in metres. At least `joinDistance`. Default: 1.25 times that. */
  leaveDistance?: number;
  /** The most peers an island holds: an integer from 1 to 4294967295. Default: 100. */
  maxPeersPerIsland?: number;
  /** What the ids of islands start with. Default: "I", which gives I1, … I9, Ia, … Iz, I10, … */
  roomPrefix?: string;
}

/**
 * How much a flush looks at: "full" is the periodic one; "arrivals" only places newcomers, so that they need not wait
 * for the period.
 */
export type FlushScope = "full" | "arrivals";

/** A peer is in another island than it was last told. */
export interface ChangeTo {
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
  /** The members, in the order in which they joined. */
  peers: string[];
  /** The mean of the members' positions on the ground, `[x, 0, z]` in metres. */
  center: [number, number, number];
  /** From the centre to the farthest member, in metres. */
  radius: number;
  /** The most peers it holds. */
  maxPeers: number;
}

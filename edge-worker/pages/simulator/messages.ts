/** What the page and the worker that simulates say to each other. */
import type { EngineSettings, Policy } from "./settings.ts";

/** Moves the walkers within `radius` metres of (`x`, `z`) by (`dx`, `dz`) metres. */
export interface Drag {
  readonly x: number;
  readonly z: number;
  readonly radius: number;
  readonly dx: number;
  readonly dz: number;
}

/**
 * To the worker. The first is always `start` or `compare`, and there is only one: another run or comparison is another
 * worker.
 */
export type Request =
  | { readonly type: "start"; world: string; seed: number; engine: EngineSettings; steps: number }
  /** The same walkers under every policy; nothing else follows. */
  | { readonly type: "compare"; world: string; seed: number; engine: EngineSettings }
  /** One flush. */
  | { readonly type: "advance" }
  /** Forms the islands anew under other parameters, with everybody where they are. */
  | { readonly type: "engine"; engine: EngineSettings }
  | { readonly type: "drag"; drag: Drag };

/** From the worker. `start`, `advance` and `engine` are answered with a frame each, in order. */
export type Reply =
  | { readonly type: "frame"; frame: Frame }
  /** On the way to the steps that `start` asked for. */
  | { readonly type: "progress"; flushes: number }
  /** How a comparison stands, again and again; the last one is of all its flushes. */
  | { readonly type: "compared"; compared: Compared }
  /** The simulation is over. */
  | { readonly type: "failed"; reason: string };

/** The world after a flush. */
export interface Frame {
  /** What made it: the start, a flush, or other parameters. */
  readonly cause: "start" | "flush" | "engine";
  /** Flushes since the start of the run, the first included, at which no time has passed. */
  readonly flushes: number;
  /** World seconds since the start. */
  readonly time_s: number;
  /** x and z of every player present, in metres. */
  readonly positions: Float32Array;
  /** The index in `islands` of every player's island, in the same order. */
  readonly island: Int32Array;
  /** The ids of the islands, oldest first. */
  readonly islands: readonly string[];
  readonly figures: Figures;
  /** How many drags are in the positions. */
  readonly drags: number;
}

/** What can be counted and measured about a world after a flush. */
export interface Figures {
  readonly players: number;
  readonly islands: number;
  /** Players in the largest and in the median island; between two, the mean. */
  readonly largest: number;
  readonly median: number;
  /** Players moved from an island to another since the engine was made, and in the last world minute. */
  readonly reassignments: number;
  readonly reassignmentsPerMinute: number;
  /** Share of the pairs of players within 20 m of each other that share an island. */
  readonly recall: number;
  /** What the newest flush took, in milliseconds. */
  readonly flushLast: number;
  /**
   * The same of the last ten world minutes, without the engine's first flush, which gives everybody an island at once;
   * undefined as long as there are too few flushes to say it.
   */
  readonly flushMedian: number | undefined;
  readonly flushP99: number | undefined;
}

/** The same walkers under every policy, after so many flushes. */
export interface Compared {
  readonly flushes: number;
  /** World seconds since the start. */
  readonly time_s: number;
  readonly players: number;
  /** As few islands as there could be, at the last look. */
  readonly islandsMin: number;
  readonly standings: readonly Standing[];
}

/** What people have of a policy, and what it costs. */
export interface Standing {
  readonly policy: Policy;
  /** Share of the pairs of players within 20 m, or 50 m, of each other that share an island, over all looks so far. */
  readonly recall20: number | undefined;
  readonly recall50: number | undefined;
  /** Of a player in a minute. */
  readonly reassignments: number;
  readonly islands: number;
  /** What a flush takes, median, in milliseconds, without the first one. */
  readonly flush_ms: number | undefined;
}

/** An island of a {@link Scene}. */
export interface SceneIsland {
  /** What players see: `I1`. */
  readonly id: string;
}

/**
 * What the stage draws. The arrays belong to the caller, who may write into them again and hand the same scene in anew:
 * ten thousand moving players cost no allocation.
 */
export interface Scene {
  /** How many peers there are; the arrays may be longer. */
  readonly count: number;
  /** x, z of each peer, in metres. */
  readonly positions: Float32Array;
  /** The index in `islands` of each peer's island; -1 for none. */
  readonly island: Int32Array;
  /** Those without peers are not drawn. */
  readonly islands: readonly SceneIsland[];
}

/** What is different from the scene before: `positions` promises that nothing else is. */
export type Change = "all" | "positions";

/** A rectangle of the world, in metres. */
export interface Extent {
  minX: number;
  minZ: number;
  maxX: number;
  maxZ: number;
}

/** A realm without anybody in it. */
export const EMPTY_SCENE: Scene = {
  count: 0,
  positions: new Float32Array(0),
  island: new Int32Array(0),
  islands: [],
};

/** The smallest rectangle around all peers; absent if there are none. */
export function extentOf({ count, positions }: Scene): Extent | undefined {
  if (count === 0) return undefined;
  const extent = { minX: Infinity, minZ: Infinity, maxX: -Infinity, maxZ: -Infinity };
  for (let peer = 0; peer < count; peer += 1) {
    const x = positions[2 * peer] as number;
    const z = positions[2 * peer + 1] as number;
    extent.minX = Math.min(extent.minX, x);
    extent.maxX = Math.max(extent.maxX, x);
    extent.minZ = Math.min(extent.minZ, z);
    extent.maxZ = Math.max(extent.maxZ, z);
  }
  return extent;
}

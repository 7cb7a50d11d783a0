import { type Quadtree, quadtree } from "d3-quadtree";
import type { Outlines } from "./outlines.ts";
import type { Scene } from "./scene.ts";

/** What is under the pointer. */
export interface Hit {
  /** The index of a peer; -1 where there is only an island. */
  readonly peer: number;
  /** The index of its island; -1 for none. */
  readonly island: number;
  /** The place that was looked at, in metres. */
  readonly x: number;
  readonly z: number;
}

/** Finds peers by place, through a tree that is planted when somebody looks for the first time. */
export class Hits {
  #tree: Quadtree<number> | undefined;

  /** The positions have changed. */
  invalidate(): void {
    this.#tree = undefined;
  }

  /** The peer nearest to a point and within `radiusM` of it, or else the island around that point. */
  at(scene: Scene, outlines: Outlines, x: number, z: number, radiusM: number): Hit | undefined {
    this.#tree ??= plant(scene);
    const peer = this.#tree.find(x, z, radiusM);
    if (peer !== undefined) return { peer, island: scene.island[peer] as number, x, z };
    const island = outlines.at(x, z);
    return island === undefined ? undefined : { peer: -1, island, x, z };
  }
}

function plant({ count, positions }: Scene): Quadtree<number> {
  return quadtree<number>(
    Array.from({ length: count }, (_, peer) => peer),
    (peer) => positions[2 * peer] as number,
    (peer) => positions[2 * peer + 1] as number,
  );
}

import { count } from "../shared/format.ts";
import { PARCEL_M } from "../stage/grid.ts";
import type { Hit } from "../stage/hits.ts";
import type { Scene } from "../stage/scene.ts";
import type { LiveFrame } from "./frame.ts";

/** What the stage draws of a frame. */
export function sceneOf({ islands }: LiveFrame): Scene {
  const positions = Float32Array.from(islands.flatMap(({ peers }) => peers));
  const island = new Int32Array(positions.length / 2);
  let peer = 0;
  for (const [index, { peers }] of islands.entries()) {
    island.fill(index, peer, peer + peers.length / 2);
    peer += peers.length / 2;
  }
  return { count: island.length, positions, island, islands };
}

/** The parcel of a place, as explorers write it: `-3,12`. */
export function parcelOf(x: number, z: number): string {
  return `${Math.floor(x / PARCEL_M)},${Math.floor(z / PARCEL_M)}`;
}

/** What there is to be said about a place on the map. */
export function describeHit({ islands }: LiveFrame, scene: Scene, { island, peer, x, z }: Hit): string[] {
  const hit = islands[island];
  if (!hit) return [];
  const [px, pz] = peer < 0 ? [x, z] : scene.positions.subarray(2 * peer, 2 * peer + 2);
  return [`Island ${hit.id}`, count(hit.peers.length / 2, "player"), `Parcel ${parcelOf(px ?? x, pz ?? z)}`];
}

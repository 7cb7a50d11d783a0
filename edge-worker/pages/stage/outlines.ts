import { polygonContains, polygonHull } from "d3-polygon";
import type { Members } from "./members.ts";
import type { Extent, Scene } from "./scene.ts";

/** An island's outline is this far from its outermost members, in metres. */
export const PADDING_M = 3;

/** Directions in which an island's outermost members are looked for, before its hull is worked out. */
const DIRECTIONS = 8;
const COS = Float64Array.from({ length: DIRECTIONS }, (_, index) => Math.cos((index * 2 * Math.PI) / DIRECTIONS));
const SIN = Float64Array.from({ length: DIRECTIONS }, (_, index) => Math.sin((index * 2 * Math.PI) / DIRECTIONS));

/** Below so many members, looking for the outermost ones costs more than it saves. */
const WORTH_FILTERING = 12;

/** The convex hull of an island's members, and the box around it. */
export interface Outline extends Extent {
  /** Corners in the order in which a canvas draws them clockwise, x and z in metres; one or two for as many members. */
  readonly corners: readonly (readonly [number, number])[];
}

/** The outlines of a scene's islands, worked out anew when it has changed. */
export class Outlines {
  #outlines: (Outline | undefined)[] = [];
  #extremes = new Int32Array(DIRECTIONS);

  /** Takes in a scene whose positions have changed, `members` being up to date. */
  update(scene: Scene, members: Members): void {
    this.#outlines.length = scene.islands.length;
    for (let island = 0; island < scene.islands.length; island += 1) {
      this.#outlines[island] = members.size(island) === 0 ? undefined : this.#outline(scene, members, island);
    }
  }

  /** The outline of an island; absent if it has no members. */
  of(island: number): Outline | undefined {
    return this.#outlines[island];
  }

  /** An island inside whose hull a point lies; the smallest if there are several. */
  at(x: number, z: number): number | undefined {
    let found: number | undefined;
    let smallest = Infinity;
    for (const [island, outline] of this.#outlines.entries()) {
      if (!outline || outline.corners.length < 3) continue;
      if (x < outline.minX || x > outline.maxX || z < outline.minZ || z > outline.maxZ) continue;
      const area = (outline.maxX - outline.minX) * (outline.maxZ - outline.minZ);
      if (area >= smallest || !polygonContains(outline.corners as [number, number][], [x, z])) continue;
      found = island;
      smallest = area;
    }
    return found;
  }

  #outline(scene: Scene, members: Members, island: number): Outline {
    const { positions } = scene;
    const from = members.offsets[island] as number;
    const to = members.offsets[island + 1] as number;
    const candidates: [number, number][] = [];
    const inside = to - from < WORTH_FILTERING ? undefined : this.#extremesOf(scene, members, from, to);
    for (let place = from; place < to; place += 1) {
      const peer = members.peers[place] as number;
      const x = positions[2 * peer] as number;
      const z = positions[2 * peer + 1] as number;
      if (!inside || !isWithin(inside, positions, x, z)) candidates.push([x, z]);
    }
    return outlineOf(candidates);
  }

  /** The outermost member in each direction: most others lie inside the polygon that they make. */
  #extremesOf({ positions }: Scene, members: Members, from: number, to: number): Int32Array {
    const extremes = this.#extremes;
    for (let direction = 0; direction < DIRECTIONS; direction += 1) {
      let furthest = -Infinity;
      for (let place = from; place < to; place += 1) {
        const peer = members.peers[place] as number;
        const x = positions[2 * peer] as number;
        const z = positions[2 * peer + 1] as number;
        const distance = x * (COS[direction] as number) + z * (SIN[direction] as number);
        if (distance <= furthest) continue;
        furthest = distance;
        extremes[direction] = peer;
      }
    }
    return extremes;
  }
}

/** Whether a point lies strictly inside the polygon of some peers, counter-clockwise; such a point is no corner of a hull. */
function isWithin(polygon: Int32Array, positions: Float32Array, x: number, z: number): boolean {
  let sides = 0;
  for (let index = 0; index < polygon.length; index += 1) {
    const a = polygon[index] as number;
    const b = polygon[(index + 1) % polygon.length] as number;
    if (a === b) continue;
    sides += 1;
    const ax = positions[2 * a] as number;
    const az = positions[2 * a + 1] as number;
    const bx = positions[2 * b] as number;
    const bz = positions[2 * b + 1] as number;
    if ((bx - ax) * (z - az) - (bz - az) * (x - ax) <= 0) return false;
  }
  return sides > 2;
}

function outlineOf(points: [number, number][]): Outline {
  const box = { minX: Infinity, minZ: Infinity, maxX: -Infinity, maxZ: -Infinity };
  let first = points[0] as [number, number];
  let last = first;
  for (const point of points) {
    const [x, z] = point;
    box.minX = Math.min(box.minX, x);
    box.maxX = Math.max(box.maxX, x);
    box.minZ = Math.min(box.minZ, z);
    box.maxZ = Math.max(box.maxZ, z);
    if (x < first[0] || (x === first[0] && z < first[1])) first = point;
    if (x > last[0] || (x === last[0] && z > last[1])) last = point;
  }
  const hull = polygonHull(points);
  // Points on one line have no area: their outline is around the line from end to end.
  if (hull && Math.max(...hull.map((corner) => offLine(first, last, corner))) > 1e-3) {
    return { corners: isClockwise(hull) ? hull : hull.reverse(), ...box };
  }
  return { corners: first[0] === last[0] && first[1] === last[1] ? [first] : [first, last], ...box };
}

/** Twice the area of a triangle, in square metres. */
function offLine(a: readonly number[], b: readonly number[], c: readonly number[]): number {
  const [ax = 0, az = 0] = a;
  const [bx = 0, bz = 0] = b;
  const [cx = 0, cz = 0] = c;
  return Math.abs((bx - ax) * (cz - az) - (bz - az) * (cx - ax));
}

/** Whether corners go clockwise when north is up. */
function isClockwise(corners: readonly [number, number][]): boolean {
  let sum = 0;
  let [ax, az] = corners.at(-1) as [number, number];
  for (const [bx, bz] of corners) {
    sum += (bx - ax) * (bz + az);
    ax = bx;
    az = bz;
  }
  return sum > 0;
}

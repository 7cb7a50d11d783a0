/** Whether a picture of the map shows what the stats say. */
import assert from "node:assert/strict";
import { polygonHull } from "d3-polygon";
import { islandColour, islandNumber, type Theme } from "../../../edge-worker/pages/stage/colour.ts";
import { paddingPx } from "../../../edge-worker/pages/stage/islands.ts";
import { dotRadius } from "../../../edge-worker/pages/stage/peers.ts";
import type { Island } from "../../e2e/support/stats.ts";
import { difference, type Picture, type Rgb, rgb } from "./canvas.ts";

/** In each channel; what is drawn in one colour is read as that colour, but for rounding. */
const SAME = 3;

/** The colour of an island and its players. */
export function colourOf({ id }: { id: string }, theme: Theme): Rgb {
  return rgb(islandColour(islandNumber(id), theme));
}

/** Fails unless all players, but for those whom others cover, are drawn where they are and in their island's colour. */
export function assertDrawn(picture: Picture, islands: readonly Island[], theme: Theme): void {
  const { at } = picture;
  const radius = dotRadius(at.scale);
  const dots = islands.flatMap((island) =>
    island.peers.map(({ id, position: [x, , z] }) => ({ id, island, px: at.px(x), py: at.py(z) })),
  );
  const covered = (dot: (typeof dots)[number]) =>
    dots.some((other) => other.island !== dot.island && Math.hypot(other.px - dot.px, other.py - dot.py) < radius + 2);
  const clear = dots.filter((dot) => picture.holds(dot.px, dot.py, 1) && !covered(dot));
  assert.ok(clear.length > 0.7 * dots.length, `only ${clear.length} of ${dots.length} are in sight`);
  for (const { id, island, px, py } of clear) {
    const found = picture.colour(px, py);
    const wanted = colourOf(island, theme);
    assert.ok(difference(found, wanted) <= SAME, `${id} of ${island.id} at ${px}, ${py}: ${found}, not ${wanted}`);
  }
}

/** Fails unless a line in an island's colour runs around it, as far from the outermost members as it should. */
export function assertOutlined(picture: Picture, island: Island, theme: Theme): void {
  const { at } = picture;
  const corners = polygonHull(island.peers.map(({ position: [x, , z] }) => [at.px(x), at.py(z)]));
  assert.ok(corners, `${island.id} has an area`);
  const padding = paddingPx(at.scale);
  const wanted = colourOf(island, theme);
  for (const [index, [ax, ay]] of corners.entries()) {
    const [bx, by] = corners[(index + 1) % corners.length] ?? [ax, ay];
    const length = Math.hypot(bx - ax, by - ay);
    // Beside a corner, its dot is nearer than the line.
    if (length < 4 * padding) continue;
    // d3 gives the corners counter-clockwise as seen on the screen, so outside is to the right.
    const probe = (distance: number, along = 0.5) => {
      const px = ax + along * (bx - ax) + (distance * (ay - by)) / length;
      const py = ay + along * (by - ay) + (distance * (bx - ax)) / length;
      return difference(picture.colour(px, py), wanted);
    };
    // The line is as wide as a pixel, and mostly runs between two: where it meets one is looked for.
    const around = [-1, -0.5, 0, 0.5, 1].flatMap((offset) =>
      [0.46, 0.48, 0.5, 0.52, 0.54].map((along) => probe(padding + offset, along)),
    );
    const line = Math.min(...around);
    const outside = probe(padding + 4);
    assert.ok(line < 0.6 * outside, `${island.id}: the line differs by ${line}, what is outside by ${outside}`);
  }
}

import { COLOURS, slotColour } from "./colour.ts";
import type { Members } from "./members.ts";
import type { Outlines } from "./outlines.ts";
import type { Inks } from "./paint.ts";
import type { Scene } from "./scene.ts";
import type { Projection, Size } from "./view.ts";

/** The radius of a peer's dot, in pixels, grows with the zoom between these. */
const MIN_RADIUS_PX = 1.75;
const MAX_RADIUS_PX = 7;

/** Metres that a dot shows, between the two. */
const RADIUS_M = 0.9;

/** Dots that are smaller are squares. */
const SQUARE_PX = 2.1;

/** The radius of a dot at a zoom, in pixels of CSS. */
export function dotRadius(scale: number): number {
  return Math.min(MAX_RADIUS_PX, MIN_RADIUS_PX + RADIUS_M * scale);
}

/** Draws all peers that are in sight, one colour after the other. */
export function drawPeers(
  context: CanvasRenderingContext2D,
  at: Projection,
  size: Size,
  inks: Inks,
  { scene, members, outlines }: { scene: Scene; members: Members; outlines: Outlines },
): void {
  const { positions } = scene;
  const radius = dotRadius(at.scale);
  const put = radius < SQUARE_PX ? putSquare : putDisc;
  const run = (from: number, to: number) => {
    for (let place = from; place < to; place += 1) {
      const peer = members.peers[place] as number;
      const px = at.px(positions[2 * peer] as number);
      const py = at.py(positions[2 * peer + 1] as number);
      if (px < -radius || px > size.width + radius || py < -radius || py > size.height + radius) continue;
      put(context, px, py, radius);
    }
  };
  for (let slot = 0; slot < COLOURS; slot += 1) {
    context.fillStyle = slotColour(slot, inks.theme);
    for (const island of members.bySlot[slot] as Uint32Array) {
      const outline = outlines.of(island);
      if (!outline || !at.shows(outline, size, radius)) continue;
      run(members.offsets[island] as number, members.offsets[island + 1] as number);
    }
  }
  context.fillStyle = slotColour(COLOURS, inks.theme);
  run(0, members.without);
}

type Put = (context: CanvasRenderingContext2D, px: number, py: number, radius: number) => void;

const putSquare: Put = (context, px, py, radius) => context.fillRect(px - radius, py - radius, 2 * radius, 2 * radius);

/** A path for each disc: without a GPU that is many times quicker than a path of all, or than copies of a picture. */
const putDisc: Put = (context, px, py, radius) => {
  context.beginPath();
  context.arc(px, py, radius, 0, 2 * Math.PI);
  context.fill();
};

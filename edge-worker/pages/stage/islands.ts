import { COLOURS, slotColour } from "./colour.ts";
import type { Members } from "./members.ts";
import { type Outline, type Outlines, PADDING_M } from "./outlines.ts";
import type { Inks } from "./paint.ts";
import type { Projection, Size } from "./view.ts";

/** From the outermost dot to the outline, in pixels at least. */
const MIN_PADDING_PX = 6;

/** Players who are alone have no outline when the map is farther away than this, in pixels per metre: a city is full of them. */
const SOLITARY_SCALE = 0.5;

const FILL_ALPHA = { light: 0.12, dark: 0.16 } as const;
const STRONG_FILL_ALPHA = { light: 0.16, dark: 0.2 } as const;
const LINE_PX = 1.25;
const STRONG_LINE_PX = 2.5;

/** How far an outline is from the members, in pixels. */
export function paddingPx(scale: number): number {
  return Math.max(MIN_PADDING_PX, PADDING_M * scale);
}

/** Draws the outlines of all islands that are in sight; one path a colour. */
export function drawIslands(
  context: CanvasRenderingContext2D,
  at: Projection,
  size: Size,
  inks: Inks,
  { members, outlines }: { members: Members; outlines: Outlines },
): void {
  const padding = paddingPx(at.scale);
  context.lineWidth = LINE_PX;
  for (let slot = 0; slot < COLOURS; slot += 1) {
    context.beginPath();
    for (const island of members.bySlot[slot] as Uint32Array) {
      const outline = outlines.of(island);
      if (!outline || (members.size(island) === 1 && at.scale < SOLITARY_SCALE)) continue;
      if (!at.shows(outline, size, padding)) continue;
      trace(context, at, outline, padding);
    }
    paint(context, slotColour(slot, inks.theme), FILL_ALPHA[inks.theme]);
  }
}

/** Draws one island's outline once more, so that it stands out. */
export function drawStrongOutline(
  context: CanvasRenderingContext2D,
  at: Projection,
  inks: Inks,
  outline: Outline,
  slot: number,
  selected: boolean,
): void {
  const padding = paddingPx(at.scale);
  context.beginPath();
  trace(context, at, outline, padding);
  context.lineWidth = STRONG_LINE_PX;
  paint(context, slotColour(slot, inks.theme), selected ? STRONG_FILL_ALPHA[inks.theme] : FILL_ALPHA[inks.theme]);
  if (!selected) return;
  context.beginPath();
  trace(context, at, outline, padding + 2 * STRONG_LINE_PX);
  context.lineWidth = LINE_PX;
  context.strokeStyle = inks.selection;
  context.stroke();
}

function paint(context: CanvasRenderingContext2D, colour: string, alpha: number): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.globalAlpha = alpha;
  context.fill();
  context.globalAlpha = 1;
  context.stroke();
}

/** Adds to the path what is within `padding` pixels of a hull: an arc at each corner, and lines between them. */
function trace(context: CanvasRenderingContext2D, at: Projection, { corners }: Outline, padding: number): void {
  const [only] = corners;
  if (corners.length === 1 && only) {
    const x = at.px(only[0]);
    const y = at.py(only[1]);
    context.moveTo(x + padding, y);
    context.arc(x, y, padding, 0, 2 * Math.PI);
    return;
  }
  for (let index = 0; index < corners.length; index += 1) {
    const before = corners[(index + corners.length - 1) % corners.length] as readonly [number, number];
    const corner = corners[index] as readonly [number, number];
    const after = corners[(index + 1) % corners.length] as readonly [number, number];
    const x = at.px(corner[0]);
    const y = at.py(corner[1]);
    const from = outward(before, corner);
    if (index === 0) context.moveTo(x + padding * Math.cos(from), y + padding * Math.sin(from));
    context.arc(x, y, padding, from, outward(corner, after));
  }
  context.closePath();
}

/** The direction that leads out of a hull across its side from a to b, as an angle on the canvas. */
function outward(a: readonly [number, number], b: readonly [number, number]): number {
  // A side that is walked clockwise has the outside on its left. The canvas counts z downwards.
  return Math.atan2(-(b[0] - a[0]), -(b[1] - a[1]));
}

import { COLOURS, slotColour } from "./colour.ts";
import type { Members } from "./members.ts";
import { type Outline, type Outlines, PADDING_M } from "./outlines.ts";
import type { Inks } from "./paint.ts";
import type { Projection, Size } from "./view.ts";

/** x and z in metres. */
type Corner = readonly [number, number];

/** From the outermost dot to the outline, in pixels at least. */
const MIN_PADDING_PX = 6;

/**
 * Pixels per metre below which a whole city may be in sight: players who are alone then have no outline, and corners
 * are cut instead of rounded, which without a graphics card takes a third less time.
 */
const FAR_SCALE = 0.5;

/** Hulls with fewer corners are rounded all the same: they are slim enough for that to be seen. */
const CUT_CORNERS = 4;

const FILL_ALPHA = { light: 0.12, dark: 0.16 } as const;
const STRONG_FILL_ALPHA = { light: 0.16, dark: 0.2 } as const;
const LINE_PX = 1;
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
      if (!outline || (members.size(island) === 1 && at.scale < FAR_SCALE)) continue;
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
  if (corners.length === 1) {
    circle(context, at, corners[0] as Corner, padding);
    return;
  }
  const cut = at.scale < FAR_SCALE && corners.length >= CUT_CORNERS;
  for (let index = 0; index < corners.length; index += 1) {
    const before = corners[(index + corners.length - 1) % corners.length] as Corner;
    const corner = corners[index] as Corner;
    const after = corners[(index + 1) % corners.length] as Corner;
    const x = at.px(corner[0]);
    const y = at.py(corner[1]);
    const from = outward(before, corner);
    const to = outward(corner, after);
    const startX = x + padding * Math.cos(from);
    const startY = y + padding * Math.sin(from);
    if (index === 0) context.moveTo(startX, startY);
    else if (cut) context.lineTo(startX, startY);
    if (cut) context.lineTo(x + padding * Math.cos(to), y + padding * Math.sin(to));
    else context.arc(x, y, padding, from, to);
  }
  context.closePath();
}

function circle(context: CanvasRenderingContext2D, at: Projection, [x, z]: Corner, radius: number): void {
  context.moveTo(at.px(x) + radius, at.py(z));
  context.arc(at.px(x), at.py(z), radius, 0, 2 * Math.PI);
}

/** The direction that leads out of a hull across its side from a to b, as an angle on the canvas. */
function outward(a: Corner, b: Corner): number {
  // A side that is walked clockwise has the outside on its left. The canvas counts z downwards.
  return Math.atan2(-(b[0] - a[0]), -(b[1] - a[1]));
}

import type { Inks } from "./paint.ts";
import type { Projection } from "./view.ts";

/** The side of a parcel, in metres. */
export const PARCEL_M = 16;

/** Pixels between two lines at least: with labels, and without. */
const LABELLED_PX = 88;
const FINE_PX = 11;

/** Numbers of parcels between two lines. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000];

/** Font and place of the coordinates. */
const LABEL_FONT = "11px system-ui, sans-serif";
const LABEL_PX = 6;

/** The smallest step, in parcels, with at least `px` pixels between two lines. */
export function gridStep(scale: number, px: number): number {
  return STEPS.find((step) => step * PARCEL_M * scale >= px) ?? (STEPS.at(-1) as number);
}

/** Draws lines between the parcels and the coordinates of some, as far apart as the zoom asks for. */
export function drawGrid(
  context: CanvasRenderingContext2D,
  at: Projection,
  width: number,
  height: number,
  inks: Inks,
): void {
  const labelled = gridStep(at.scale, LABELLED_PX);
  context.lineWidth = 1;
  context.strokeStyle = inks.gridFine;
  strokeLines(context, at, width, height, gridStep(at.scale, FINE_PX));
  context.strokeStyle = inks.gridStrong;
  strokeLines(context, at, width, height, labelled);
  context.strokeStyle = inks.axis;
  context.beginPath();
  vertical(context, at.px(0), height);
  horizontal(context, at.py(0), width);
  context.stroke();
  drawLabels(context, at, width, height, labelled, inks);
}

function strokeLines(
  context: CanvasRenderingContext2D,
  at: Projection,
  width: number,
  height: number,
  step: number,
): void {
  const side = step * PARCEL_M;
  context.beginPath();
  for (let line = Math.ceil(at.x(0) / side); line <= at.x(width) / side; line += 1) {
    vertical(context, at.px(line * side), height);
  }
  for (let line = Math.ceil(at.z(height) / side); line <= at.z(0) / side; line += 1) {
    horizontal(context, at.py(line * side), width);
  }
  context.stroke();
}

function vertical(context: CanvasRenderingContext2D, px: number, height: number): void {
  const x = Math.round(px) + 0.5;
  context.moveTo(x, 0);
  context.lineTo(x, height);
}

function horizontal(context: CanvasRenderingContext2D, py: number, width: number): void {
  const y = Math.round(py) + 0.5;
  context.moveTo(0, y);
  context.lineTo(width, y);
}

/** A coordinate is beside the line at which its parcel begins: along the lower edge, and along the left one. */
function drawLabels(
  context: CanvasRenderingContext2D,
  at: Projection,
  width: number,
  height: number,
  step: number,
  inks: Inks,
): void {
  const side = step * PARCEL_M;
  context.font = LABEL_FONT;
  context.fillStyle = inks.label;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  for (let line = Math.ceil(at.x(0) / side); line <= at.x(width) / side; line += 1) {
    context.fillText(String(line * step), at.px(line * side) + 4, height - LABEL_PX);
  }
  for (let line = Math.ceil(at.z(height) / side); line <= at.z(0) / side; line += 1) {
    const y = at.py(line * side) - 4;
    // The corner belongs to the labels of the lower edge.
    if (y < height - 3 * LABEL_PX) context.fillText(String(line * step), LABEL_PX, y);
  }
}

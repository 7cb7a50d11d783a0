import type { Extent } from "./scene.ts";

/** What part of the world is shown: the metres at the middle of the canvas, and pixels (of CSS) per metre. */
export interface View {
  readonly x: number;
  readonly z: number;
  readonly scale: number;
}

/** The size of a canvas, in pixels of CSS. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels per metre at most: a parcel fills the screen of a phone. */
export const MAX_SCALE = 32;

/** Pixels per metre at least: 200 km on the screen of a phone. */
export const MIN_SCALE = 0.002;

/** Fitting does not go nearer: a single player stands among some parcels. */
const MAX_FIT_SCALE = 4;

/** Pixels between what is fitted and the edge, for outlines and labels. */
const FIT_MARGIN_PX = 44;

/** From metres to pixels of CSS: x grows to the right, z upwards, so that north is up. */
export class Projection {
  /** Pixels per metre. */
  readonly scale: number;
  /** Where x = 0 lies. */
  readonly left: number;
  /** Where z = 0 lies. */
  readonly top: number;

  constructor(scale: number, left: number, top: number) {
    this.scale = scale;
    this.left = left;
    this.top = top;
  }

  static of({ x, z, scale }: View, width: number, height: number): Projection {
    return new Projection(scale, width / 2 - scale * x, height / 2 + scale * z);
  }

  px(x: number): number {
    return this.left + this.scale * x;
  }

  py(z: number): number {
    return this.top - this.scale * z;
  }

  x(px: number): number {
    return (px - this.left) / this.scale;
  }

  z(py: number): number {
    return (this.top - py) / this.scale;
  }

  /** Whether anything within `marginPx` of an extent can be seen on a canvas of this size. */
  shows(extent: Extent, { width, height }: Size, marginPx: number): boolean {
    return (
      this.px(extent.maxX) >= -marginPx &&
      this.px(extent.minX) <= width + marginPx &&
      this.py(extent.minZ) >= -marginPx &&
      this.py(extent.maxZ) <= height + marginPx
    );
  }

  /** What is in the middle of a canvas of this size. */
  view(width: number, height: number): View {
    return { x: this.x(width / 2), z: this.z(height / 2), scale: this.scale };
  }
}

/** The nearest view in a canvas of this size that shows all of `extent`. */
export function viewOf(extent: Extent, width: number, height: number): View {
  const inner = (pixels: number) => Math.max(pixels - 2 * FIT_MARGIN_PX, pixels / 2, 1);
  const scale = Math.min(
    inner(width) / Math.max(extent.maxX - extent.minX, Number.EPSILON),
    inner(height) / Math.max(extent.maxZ - extent.minZ, Number.EPSILON),
    MAX_FIT_SCALE,
  );
  return {
    x: (extent.minX + extent.maxX) / 2,
    z: (extent.minZ + extent.maxZ) / 2,
    scale: Math.max(scale, MIN_SCALE),
  };
}

/** `x z scale`, for deep links and tests. */
export function formatView({ x, z, scale }: View): string {
  return `${x.toFixed(2)} ${z.toFixed(2)} ${scale.toPrecision(6)}`;
}

/** What {@link formatView} wrote; absent if it is no view. */
export function parseView(text: string): View | undefined {
  const [x, z, scale, ...rest] = text.split(" ").map(Number);
  if (x === undefined || z === undefined || scale === undefined || rest.length > 0) return undefined;
  if (![x, z, scale].every(Number.isFinite) || scale < MIN_SCALE || scale > MAX_SCALE) return undefined;
  return { x, z, scale };
}

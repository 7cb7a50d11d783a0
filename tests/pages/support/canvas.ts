/** What a stage has drawn. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Projection, parseView } from "../../../edge-worker/pages/stage/view.ts";

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** A picture of a canvas at one time, and where the world is in it. */
export class Picture {
  /** From metres to pixels of CSS. */
  readonly at: Projection;
  readonly width: number;
  readonly height: number;
  readonly #ratio: number;
  readonly #columns: number;
  readonly #pixels: Buffer;

  private constructor(drawn: Drawn) {
    const view = parseView(drawn.view);
    assert(view, `not a view: ${drawn.view}`);
    this.width = drawn.width;
    this.height = drawn.height;
    this.#columns = drawn.columns;
    this.#ratio = drawn.columns / drawn.width;
    this.#pixels = Buffer.from(drawn.pixels, "base64");
    this.at = Projection.of(view, drawn.width, drawn.height);
  }

  /** What a canvas shows once everything it knows is drawn. */
  static async of(page: Page, selector: string): Promise<Picture> {
    return new Picture(await page.locator(selector).evaluate(readCanvas));
  }

  /** Whether a point of the canvas is so far from its edges. */
  holds(px: number, py: number, margin = 0): boolean {
    return px >= margin && py >= margin && px < this.width - margin && py < this.height - margin;
  }

  /** The colour at a point, in pixels of CSS. */
  colour(px: number, py: number): Rgb {
    const offset = 4 * (Math.floor(py * this.#ratio) * this.#columns + Math.floor(px * this.#ratio));
    return [this.#pixels.readUInt8(offset), this.#pixels.readUInt8(offset + 1), this.#pixels.readUInt8(offset + 2)];
  }
}

interface Drawn {
  view: string;
  width: number;
  height: number;
  columns: number;
  pixels: string;
}

/** Runs in the page. */
async function readCanvas(element: Element): Promise<Drawn> {
  const canvas = element as HTMLCanvasElement;
  // The stage draws in the frame after a change; in the one after that it has.
  for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(
    0,
    0,
    canvas.width,
    canvas.height,
  );
  let text = "";
  for (let from = 0; from < data.length; from += 32_768) {
    text += String.fromCharCode(...data.subarray(from, from + 32_768));
  }
  return {
    view: canvas.dataset.view ?? "",
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    columns: canvas.width,
    pixels: btoa(text),
  };
}

/** `#rrggbb` as numbers. */
export function rgb(hex: string): Rgb {
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** The largest difference in a channel. */
export function difference(a: Rgb, b: Rgb): number {
  return Math.max(...a.map((channel, index) => Math.abs(channel - (b[index] ?? 0))));
}

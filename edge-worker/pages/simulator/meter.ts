/** How smoothly the page is drawn. */
import { quantile } from "./samples.ts";

/** What is looked at: the last two seconds. */
const WINDOW_MS = 2000;

/** All in milliseconds, except `fps`. */
export interface Smoothness {
  /** From one picture to the next, median. */
  readonly frame: number;
  /** What drawing one takes of that, median. */
  readonly drawing: number;
  /** Pictures a second. */
  readonly fps: number;
}

export class Meter {
  #pictures: { at: number; delta: number; drawing: number }[] = [];
  #lastAt: number | undefined;

  /** A picture has been drawn; `now_ms` as the browser says when it asks for one. */
  picture(now_ms: number, drawing_ms: number): void {
    const last = this.#lastAt;
    this.#lastAt = now_ms;
    if (last === undefined) return;
    this.#pictures.push({ at: now_ms, delta: now_ms - last, drawing: drawing_ms });
    const keep = this.#pictures.findIndex(({ at }) => at > now_ms - WINDOW_MS);
    this.#pictures.splice(0, Math.max(0, keep));
  }

  /** Nothing is drawn from now on: the time until the next picture says nothing. */
  rest(): void {
    this.#lastAt = undefined;
  }

  /** Undefined as long as there is nothing to say. */
  read(): Smoothness | undefined {
    const pictures = this.#pictures;
    const total = pictures.reduce((sum, { delta }) => sum + delta, 0);
    if (total === 0) return undefined;
    const median = (values: number[]) => quantile(Float64Array.from(values), 0.5);
    return {
      frame: median(pictures.map(({ delta }) => delta)),
      drawing: median(pictures.map(({ drawing }) => drawing)),
      fps: (pictures.length / total) * 1000,
    };
  }
}

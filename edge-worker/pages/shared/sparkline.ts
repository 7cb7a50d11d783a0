const SVG = "http://www.w3.org/2000/svg";

/** The size of the drawing's own coordinates; the style sheet decides about pixels. */
const WIDTH = 150;
const HEIGHT = 40;

/** Space for the line's own width. */
const MARGIN = 2;

/** One value at a time; milliseconds, in ascending order. */
export type Sample = readonly [timeMs: number, value: number];

/** A small chart of one figure over time. */
export class Sparkline {
  readonly element = document.createElementNS(SVG, "svg");
  readonly #line = document.createElementNS(SVG, "path");
  readonly #area = document.createElementNS(SVG, "path");

  constructor() {
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("class", "sparkline");
    this.element.setAttribute("role", "img");
    this.#area.setAttribute("class", "sparkline-area");
    this.#line.setAttribute("class", "sparkline-line");
    this.element.append(this.#area, this.#line);
  }

  /** Draws the samples, from zero up to the greatest; `text` says the same to who cannot see it. */
  update(samples: readonly Sample[], text: string): void {
    const line = stepsOf(samples);
    this.#line.setAttribute("d", line && `M${line}`);
    this.#area.setAttribute("d", line && `M0,${HEIGHT}L${line}V${HEIGHT}Z`);
    this.element.setAttribute("aria-label", text);
  }
}

/** A path without its first letter. A value holds until the next one comes, however late: a realm may sleep in between. */
function stepsOf(samples: readonly Sample[]): string {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return "";
  const greatest = Math.max(1, ...samples.map(([, value]) => value));
  const spanMs = Math.max(1, last[0] - first[0]);
  const x = (timeMs: number) => (((timeMs - first[0]) / spanMs) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - MARGIN - (value / greatest) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const steps = samples.slice(1).map(([timeMs, value]) => `H${x(timeMs)}V${y(value)}`);
  return `0,${y(first[1])}${steps.join("")}H${WIDTH}`;
}

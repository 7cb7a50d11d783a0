/** The live figures, for people and for tests: a description list whose values have names. */
import { setText } from "../shared/dom.ts";
import { number } from "../shared/format.ts";
import type { Frame } from "./messages.ts";
import type { Smoothness } from "./meter.ts";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const FINE = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const ONE = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const NOTHING = "–";

export class FiguresView {
  readonly #values: ReadonlyMap<string, HTMLElement>;

  /** `list` holds elements with `data-figure`. */
  constructor(list: HTMLElement) {
    const found = [...list.querySelectorAll<HTMLElement>("[data-figure]")];
    this.#values = new Map(found.map((element) => [element.dataset.figure ?? "", element]));
  }

  showFrame({ figures, flushes, time_s }: Frame): void {
    const { players, islands, recall } = figures;
    const flushed = islands > 0;
    this.#show("players", whole(players));
    this.#show("islands", whole(islands));
    this.#show("largest", whole(figures.largest));
    this.#show("median", number(figures.median));
    this.#show("reassignments", whole(figures.reassignments));
    this.#show("reassignments-per-minute", whole(figures.reassignmentsPerMinute));
    const perPlayer = players > 0 ? figures.reassignmentsPerMinute / players : 0;
    this.#show("reassignments-per-player-minute", fine(perPlayer));
    // Before anybody has an island, nobody shares one; that is no finding.
    this.#show("recall", share(flushed ? recall : undefined));
    this.#show("flush-last", milliseconds(flushed ? figures.flushLast : undefined));
    this.#show("flush-median", milliseconds(flushed ? figures.flushMedian : undefined));
    this.#show("flush-p99", milliseconds(flushed ? figures.flushP99 : undefined));
    this.#show("flushes", whole(flushes));
    this.#show("time", clock(time_s));
  }

  showSmoothness(smoothness: Smoothness | undefined): void {
    this.#show("frame", milliseconds(smoothness?.frame));
    this.#show("fps", smoothness ? whole(smoothness.fps) : NOTHING);
    this.#show("drawing", milliseconds(smoothness?.drawing));
  }

  #show(name: string, text: string): void {
    const target = this.#values.get(name);
    if (target) setText(target, text);
  }
}

/** `1,235` */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `1.23` */
export function fine(value: number): string {
  return FINE.format(value);
}

/** `66.7 %` */
export function share(value: number | undefined): string {
  return value === undefined ? NOTHING : `${ONE.format(value * 100)} %`;
}

/** `1.2 ms`; browsers do not tell time any finer. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  if (value < 0.1) return "< 0.1 ms";
  return `${value < 100 ? ONE.format(value) : WHOLE.format(value)} ms`;
}

/** `4:58` */
export function clock(time_s: number): string {
  const minutes = Math.floor(time_s / 60);
  return `${minutes}:${String(time_s % 60).padStart(2, "0")}`;
}

import type { Sample } from "../shared/sparkline.ts";
import type { Figures, LiveFrame } from "./frame.ts";

/** How many flushes are shown. */
const LENGTH = 150;

/** Reassignments a minute are those of the minute before. */
const WINDOW_MS = 60_000;

/** In a rush, frames come for every few arrivals. Of those within a second of each other the last is kept. */
const CLOSE_MS = 1_000;

/** The figures of the last flushes. */
export class History {
  #entries: Figures[] = [];

  /** Takes in a frame; one that brings a history of its own begins a new one. */
  push({ time, players, islands, reassignments, history }: LiveFrame): void {
    if (history) this.#entries = [...history];
    const last = this.#entries.at(-1);
    // A realm that has started anew counts from zero.
    if (last && (last[3] > reassignments || last[0] > time)) this.#entries = [];
    const before = this.#entries.at(-2);
    if (before && time - before[0] < CLOSE_MS) this.#entries.pop();
    this.#entries.push([time, players, islands.length, reassignments]);
    this.#entries.splice(0, this.#entries.length - LENGTH);
  }

  get players(): Sample[] {
    return this.#entries.map(([time, players]) => [time, players]);
  }

  get islands(): Sample[] {
    return this.#entries.map(([time, , islands]) => [time, islands]);
  }

  /** How often players were moved from one island to another in the minute before each entry. */
  get reassignmentsPerMinute(): Sample[] {
    let oldest = 0;
    return this.#entries.map(([time, , , total], index) => {
      while (oldest < index - 1 && (this.#entries[oldest] as Figures)[0] < time - WINDOW_MS) oldest += 1;
      const [since, , , then] = this.#entries[oldest] as Figures;
      return [time, time > since ? ((total - then) * 60_000) / Math.max(time - since, WINDOW_MS) : 0];
    });
  }
}

/** What the page says in words. */
import { byId, element } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import type { Frame } from "./messages.ts";

/** A screen reader hears of a run that goes on by itself no more often than this. */
const SUMMARY_MS = 30_000;

export class Notices {
  readonly #problems = byId("problems", HTMLElement);
  readonly #state = byId("state", HTMLElement);
  readonly #failure = byId("failure", HTMLElement);
  readonly #failureText = byId("failure-text", HTMLElement);
  readonly #summary = byId("summary", HTMLElement);
  #summaryAt = Number.NEGATIVE_INFINITY;

  /** `again` is called when a person wants another run after a failure. */
  constructor(again: () => void) {
    byId("again", HTMLButtonElement).addEventListener("click", again);
  }

  /** What of the address cannot be used. */
  problems(sentences: readonly string[]): void {
    this.#problems.replaceChildren(...sentences.map((sentence) => element("p", {}, sentence)));
    this.#problems.hidden = sentences.length === 0;
  }

  /** What one waits for; nothing with an empty text. */
  state(text: string): void {
    this.#state.textContent = text;
    this.#state.hidden = text === "";
  }

  failure(reason: string | undefined): void {
    this.#failure.hidden = reason === undefined;
    this.#failureText.textContent = reason ?? "";
  }

  /** For screen readers. `now`: something has happened that a person asked for. */
  summary({ figures, flushes }: Frame, { running, now }: { running: boolean; now: boolean }): void {
    const at = performance.now();
    if (!now && at - this.#summaryAt < SUMMARY_MS) return;
    this.#summaryAt = at;
    const islands = `${count(figures.players, "player")} in ${count(figures.islands, "island")}`;
    this.#summary.textContent = `${running ? "Running" : "Paused"} after ${count(flushes, "flush", "flushes")}: ${islands}.`;
  }
}

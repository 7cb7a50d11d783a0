import { setText } from "../shared/dom.ts";

/** Between two announcements: a screen reader must have time for the rest of the page. */
const PERIOD_MS = 10_000;

/** Tells screen readers the newest of what there is to say, now and then. */
export class Announcer {
  readonly #region: HTMLElement;
  #text = "";
  #timer: number | undefined;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  /** Says this at once if it has been quiet for long enough, otherwise later, unless something newer comes. */
  say(text: string): void {
    this.#text = text;
    if (this.#timer === undefined) this.#speak();
  }

  #speak(): void {
    this.#timer = undefined;
    if (this.#region.textContent === this.#text) return;
    setText(this.#region, this.#text);
    this.#timer = window.setTimeout(() => this.#speak(), PERIOD_MS);
  }
}

/** The page's address: a link to what is seen. */
import type { Settings } from "./settings.ts";
import { toQuery } from "./settings.ts";

/** Browsers refuse an address that changes with every movement of a slider. */
const INTERVAL_MS = 250;

export class Address {
  #settings: Settings | undefined;

  /** Shows that these settings are what is seen; soon. */
  show(settings: Settings): void {
    const waiting = this.#settings !== undefined;
    this.#settings = settings;
    if (!waiting) setTimeout(() => this.#write(), INTERVAL_MS);
  }

  #write(): void {
    if (this.#settings) history.replaceState(null, "", toQuery(this.#settings) + location.hash);
    this.#settings = undefined;
  }
}

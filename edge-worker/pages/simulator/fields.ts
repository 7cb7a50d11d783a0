/** Numbers that are set with a slider or typed, and what is said when they cannot be. */

import { byId, setText } from "../shared/dom.ts";

/** What a field takes. */
export interface Rule {
  /** The number that a text stands for; undefined if it is not allowed. */
  parse(text: string): number | undefined;
  /** What is allowed, in words. */
  allowed(): string;
}

/**
 * A number with a slider (`#name-slider`, optional), an input (`#name`) and a line for what is to be said about it
 * (`#name-note`). The input takes more than the slider reaches.
 */
export class NumberField {
  readonly #slider: HTMLInputElement | undefined;
  readonly #input: HTMLInputElement;
  readonly #note: HTMLElement;
  readonly #rule: Rule;

  /** `changed` is called with every allowed number that a person sets. */
  constructor(name: string, rule: Rule, changed: (value: number) => void) {
    this.#input = byId(name, HTMLInputElement);
    this.#note = byId(`${name}-note`, HTMLElement);
    this.#rule = rule;
    const slider = document.getElementById(`${name}-slider`);
    this.#slider = slider instanceof HTMLInputElement ? slider : undefined;
    this.#slider?.addEventListener("input", () => this.#take(this.#slider?.value ?? "", changed));
    this.#input.addEventListener("change", () => this.#take(this.#input.value, changed));
  }

  /** Shows a number, without telling anybody. */
  show(value: number): void {
    if (this.#input.value !== String(value)) this.#input.value = String(value);
    if (this.#slider) this.#slider.value = String(value);
    this.#input.removeAttribute("aria-invalid");
  }

  /** Says something about the number; nothing with an empty text. */
  say(text: string): void {
    setText(this.#note, text);
  }

  #take(text: string, changed: (value: number) => void): void {
    const value = this.#rule.parse(text);
    if (value === undefined) {
      this.#input.setAttribute("aria-invalid", "true");
      this.say(`${text === "" ? "That" : `“${text}”`} is not allowed: it is ${this.#rule.allowed()}.`);
      return;
    }
    this.say("");
    this.show(value);
    changed(value);
  }
}

/** The islands one by one: beside the pointer, and in a line for the one that was chosen. */
import { byId, setText } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import { Tooltip } from "../shared/tooltip.ts";
import type { Hit } from "../stage/hits.ts";
import type { Stage } from "../stage/stage.ts";
import type { Frame } from "./messages.ts";

export class IslandCard {
  readonly #card = byId("island", HTMLElement);
  readonly #spoken = byId("summary", HTMLElement);
  readonly #stage: Stage;
  readonly #tooltip = new Tooltip(byId("scene", HTMLElement));
  #frame: Frame | undefined;
  #chosen: string | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** The islands after another flush. */
  show(frame: Frame): void {
    this.#frame = frame;
    this.#update();
  }

  /** What is under the pointer, in pixels of the canvas. */
  hover(hit: Hit | undefined, px: number, py: number): void {
    const id = hit && this.#frame?.islands[hit.island];
    if (id === undefined) this.#tooltip.hide();
    else this.#tooltip.show([id, this.#size(id)], px, py);
  }

  /** Highlights an island and says how large it is, flush after flush; none with undefined. */
  choose(id: string | undefined): void {
    this.#chosen = id;
    this.#stage.select(id);
    this.#update();
  }

  /** Goes through the islands, oldest first, without a pointer; `by` is 1 or -1. */
  walk(by: 1 | -1): void {
    const islands = this.#frame?.islands ?? [];
    const at = this.#chosen === undefined ? -1 : islands.indexOf(this.#chosen);
    const next = at < 0 && by < 0 ? islands.length - 1 : (at + by + islands.length) % islands.length;
    const id = islands[next];
    if (id === undefined) return;
    this.choose(id);
    this.#stage.show(id);
    setText(this.#spoken, `Island ${id}, ${this.#size(id)}`);
  }

  #update(): void {
    const id = this.#chosen;
    this.#card.hidden = id === undefined;
    setText(this.#card, id === undefined ? "" : `Island ${id}: ${this.#size(id)}`);
  }

  #size(id: string): string {
    const wanted = this.#frame?.islands.indexOf(id) ?? -1;
    if (wanted < 0) return "gone";
    let players = 0;
    for (const island of this.#frame?.island ?? []) players += island === wanted ? 1 : 0;
    return count(players, "player");
  }
}

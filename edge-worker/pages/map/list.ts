import { element, setText } from "../shared/dom.ts";
import { count, duration, number } from "../shared/format.ts";
import { islandColour, islandNumber, type Theme } from "../stage/colour.ts";
import type { LiveFrame, LiveIsland } from "./frame.ts";
import { parcelOf } from "./picture.ts";

/** The rest is counted: nobody reads thousands of rows. */
const ROWS_MAX = 50;

/** One island of the list. */
interface Row {
  readonly element: HTMLTableRowElement;
  readonly button: HTMLButtonElement;
  readonly swatch: HTMLElement;
  readonly size: HTMLTableCellElement;
  readonly place: HTMLTableCellElement;
  readonly age: HTMLTableCellElement;
  formed: number;
}

/** The islands as a table, the largest first: what the map shows, for those who do not see it. */
export class IslandList {
  readonly #body: HTMLElement;
  readonly #more: HTMLElement;
  readonly #choose: (id: string) => void;
  readonly #rows = new Map<string, Row>();
  #theme: Theme;
  #selected: string | undefined;

  constructor(body: HTMLElement, more: HTMLElement, theme: Theme, choose: (id: string) => void) {
    this.#body = body;
    this.#more = more;
    this.#theme = theme;
    this.#choose = choose;
  }

  update({ islands }: LiveFrame): void {
    // Sorting is stable, so islands of one size stay in the order of their age.
    const shown = islands.toSorted((a, b) => b.peers.length - a.peers.length).slice(0, ROWS_MAX);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const [index, island] of shown.entries()) this.#place(index, this.#fill(island));
    setText(this.#more, moreOf(islands, shown));
  }

  /** Writes the ages anew; `nowMs` by the realm's clock. */
  tick(nowMs: number): void {
    for (const { age, formed } of this.#rows.values()) setText(age, duration(nowMs - formed));
  }

  select(id: string | undefined): void {
    this.#selected = id;
    for (const [each, row] of this.#rows) mark(row, each === id);
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    for (const [id, { swatch }] of this.#rows) swatch.style.backgroundColor = islandColour(islandNumber(id), theme);
  }

  /** Rows that are in their place are not touched, and one that moves keeps the focus. */
  #place(index: number, { element: row, button }: Row): void {
    const there = this.#body.children[index];
    if (there === row) return;
    const focused = document.activeElement === button;
    this.#body.insertBefore(row, there ?? null);
    if (focused) button.focus({ preventScroll: true });
  }

  #fill({ id, formed, peers }: LiveIsland): Row {
    const row = this.#rows.get(id) ?? this.#create(id);
    row.formed = formed;
    setText(row.size, number(peers.length / 2));
    setText(row.place, parcelOf(mean(peers, 0), mean(peers, 1)));
    return row;
  }

  #create(id: string): Row {
    const swatch = element("span", { className: "swatch" });
    swatch.style.backgroundColor = islandColour(islandNumber(id), this.#theme);
    const button = element("button", { type: "button", className: "choose" }, swatch, id);
    button.addEventListener("click", () => this.#choose(id));
    const size = element("td", { className: "count" });
    const place = element("td", { className: "soft" });
    const age = element("td", { className: "soft" });
    const row = element("tr", {}, element("td", {}, button), size, place, age);
    const created: Row = { element: row, button, swatch, size, place, age, formed: 0 };
    mark(created, id === this.#selected);
    this.#rows.set(id, created);
    return created;
  }
}

function mark({ element: row, button }: Row, selected: boolean): void {
  row.toggleAttribute("data-selected", selected);
  button.setAttribute("aria-pressed", String(selected));
}

function moreOf(islands: readonly LiveIsland[], shown: readonly LiveIsland[]): string {
  if (islands.length === 0) return "There are no islands: nobody is here.";
  const rest = islands.length - shown.length;
  if (rest === 0) return "";
  const players = (list: readonly LiveIsland[]) => list.reduce((sum, { peers }) => sum + peers.length / 2, 0);
  return `and ${count(rest, "smaller island")} with ${count(players(islands) - players(shown), "player")}`;
}

/** The mean of every second number, from `offset` on. */
function mean(pairs: readonly number[], offset: 0 | 1): number {
  let sum = 0;
  for (let index = offset; index < pairs.length; index += 2) sum += pairs[index] as number;
  return sum / (pairs.length / 2);
}

/** The table that says what each policy would do, and the button that fills it. */
import { byId, element, setText } from "../shared/dom.ts";
import { count, number } from "../shared/format.ts";
import { Contest } from "./contest.ts";
import { clock, fine, milliseconds, share, whole } from "./figures.ts";
import type { Compared, Standing } from "./messages.ts";
import { POLICIES, type Policy, type Settings } from "./settings.ts";
import { COMPARED_FLUSHES } from "./time.ts";

/** In the order of the table's columns. */
const COLUMNS: readonly ((standing: Standing) => string)[] = [
  ({ recall20 }) => share(recall20),
  ({ recall50 }) => share(recall50),
  ({ reassignments }) => fine(reassignments),
  ({ islands }) => whole(islands),
  ({ flush_ms }) => milliseconds(flush_ms),
];

export class ComparisonView {
  readonly #button = byId("compare", HTMLButtonElement);
  readonly #progress = byId("compare-progress", HTMLProgressElement);
  readonly #state = byId("compare-state", HTMLElement);
  readonly #table = byId("comparison", HTMLTableElement);
  readonly #caption = byId("comparison-caption", HTMLElement);
  readonly #rows: ReadonlyMap<Policy, { row: HTMLTableRowElement; cells: readonly HTMLElement[] }>;
  readonly #settings: () => Settings;
  #contest: Contest | undefined;

  /** `settings` are asked for when a comparison begins. */
  constructor(settings: () => Settings) {
    this.#settings = settings;
    const rows = POLICIES.map((policy) => {
      const cells = COLUMNS.map(() => element("td"));
      const name = element("th", { scope: "row" }, policy.replace("coherent:", ""));
      return [policy, { row: element("tr", {}, name, ...cells), cells }] as const;
    });
    this.#rows = new Map(rows);
    byId("comparison-rows", HTMLTableSectionElement).append(...rows.map(([, { row }]) => row));
    this.#button.addEventListener("click", () => (this.#contest ? this.#stop() : this.#start()));
    this.#progress.max = COMPARED_FLUSHES;
    this.choose(settings().policy);
  }

  /** Marks the policy that the map shows. */
  choose(policy: Policy): void {
    for (const [name, { row }] of this.#rows) {
      if (name === policy) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  /** Other walkers, or other islands: what was found does not hold of them. */
  clear(): void {
    this.#end();
    this.#table.hidden = true;
    setText(this.#state, "");
  }

  #start(): void {
    this.#table.hidden = true;
    this.#progress.value = 0;
    this.#progress.hidden = false;
    setText(this.#button, "Stop");
    setText(this.#state, "Comparing…");
    this.#contest = new Contest(this.#settings(), {
      compared: (compared) => this.#show(compared),
      failed: (reason) => {
        this.#end();
        setText(this.#state, `The comparison has stopped: ${reason}`);
      },
    });
  }

  #stop(): void {
    this.#end();
    setText(this.#state, "Stopped.");
  }

  #end(): void {
    this.#contest?.stop();
    this.#contest = undefined;
    this.#progress.hidden = true;
    setText(this.#button, "Compare");
  }

  #show(compared: Compared): void {
    const { flushes, time_s, players, islandsMin, standings } = compared;
    for (const standing of standings) {
      const cells = this.#rows.get(standing.policy)?.cells ?? [];
      for (const [at, cell] of cells.entries()) setText(cell, COLUMNS[at]?.(standing) ?? "");
    }
    const least = `at least ${count(islandsMin, "island")}`;
    setText(this.#caption, `${clock(time_s)} min, ${count(players, "player")}, ${least}`);
    this.#table.hidden = false;
    this.#progress.value = flushes;
    if (flushes < COMPARED_FLUSHES) return;
    this.#end();
    setText(this.#state, `Compared over ${number(flushes)} flushes.`);
  }
}

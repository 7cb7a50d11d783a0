import { element, setText } from "../shared/dom.ts";
import { duration, number } from "../shared/format.ts";
import { type Sample, Sparkline } from "../shared/sparkline.ts";
import type { History } from "./history.ts";

/** The realm's figures as numbers, each with a chart of its last minutes. */
export class FiguresView {
  readonly #players: Figure;
  readonly #islands: Figure;
  readonly #reassignments: Figure;

  constructor(list: HTMLElement) {
    this.#players = new Figure(list, "players", "Players");
    this.#islands = new Figure(list, "islands", "Islands");
    this.#reassignments = new Figure(list, "reassignments", "Reassignments a minute");
  }

  update(history: History): void {
    this.#players.update(history.players);
    this.#islands.update(history.islands);
    this.#reassignments.update(history.reassignmentsPerMinute);
  }
}

class Figure {
  readonly #title: string;
  readonly #value = element("dd", { className: "value pending" }, "–");
  readonly #chart = new Sparkline();

  constructor(list: HTMLElement, name: string, title: string) {
    this.#title = title;
    this.#value.dataset.figure = name;
    const chart = element("dd", { className: "chart" });
    chart.append(this.#chart.element);
    list.append(element("div", {}, element("dt", {}, title), this.#value, chart));
    this.#chart.update([], `${title}: nothing is known yet`);
  }

  update(samples: readonly Sample[]): void {
    const [first, last] = [samples[0], samples.at(-1)];
    if (!first || !last) return;
    this.#value.classList.remove("pending");
    setText(this.#value, round(last[1]));
    const values = samples.map(([, value]) => value);
    const [least, most] = [round(Math.min(...values)), round(Math.max(...values))];
    const span = duration(last[0] - first[0]);
    this.#chart.update(samples, `${this.#title}, last ${span}: from ${least} to ${most}, now ${round(last[1])}`);
  }
}

/** Parts of a reassignment matter only where there are few. */
function round(value: number): string {
  return number(value < 10 ? value : Math.round(value));
}

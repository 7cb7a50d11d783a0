import { element } from "./dom.ts";

/** Pixels between the pointer and the tooltip. */
const GAP_PX = 14;

/** A few lines beside the pointer. It repeats what the page says elsewhere, so screen readers are spared it. */
export class Tooltip {
  readonly #box: HTMLElement;
  readonly #around: HTMLElement;

  /** `around`: the positioned element whose corner the pixels count from, and which the tooltip does not leave. */
  constructor(around: HTMLElement) {
    this.#around = around;
    this.#box = element("div", { className: "tooltip", hidden: true, ariaHidden: "true" });
    around.append(this.#box);
  }

  show(lines: readonly string[], px: number, py: number): void {
    const [title = "", ...rest] = lines;
    this.#box.replaceChildren(element("strong", {}, title), ...rest.map((line) => element("span", {}, line)));
    this.#box.hidden = false;
    const { offsetWidth, offsetHeight } = this.#box;
    const right = px + GAP_PX + offsetWidth <= this.#around.clientWidth;
    const below = py + GAP_PX + offsetHeight <= this.#around.clientHeight;
    const left = right ? px + GAP_PX : Math.max(0, px - GAP_PX - offsetWidth);
    const top = below ? py + GAP_PX : Math.max(0, py - GAP_PX - offsetHeight);
    this.#box.style.transform = `translate(${left}px, ${top}px)`;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}

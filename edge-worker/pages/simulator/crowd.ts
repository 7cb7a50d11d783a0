/** Dragging players instead of the map, and the ring that shows how far that reaches. */

import { byId } from "../shared/dom.ts";
import type { Stage } from "../stage/stage.ts";
import { NumberField } from "./fields.ts";
import type { Drag } from "./messages.ts";

/** Metres around the pointer within which players are taken along. */
const REACH = { min: 1, max: 500, usual: 30 } as const;

/** What the reach is on the screen, about, as long as nobody has set it. */
const REACH_PX = 40;

/** From the origin, and of a single movement: the worlds take no more. */
const WORLD_MAX_M = 1_000_000;

export class Crowd {
  readonly #stage: Stage;
  readonly #ring = byId("ring", HTMLElement);
  readonly #dragged: (drag: Drag) => void;
  #reach: number = REACH.usual;
  /** Whether a person has set the reach. */
  #reachSet = false;
  readonly #field: NumberField;
  #on = false;

  constructor(stage: Stage, dragged: (drag: Drag) => void) {
    this.#stage = stage;
    this.#dragged = dragged;
    this.#field = new NumberField("reach", RULE, (reach) => {
      this.#reach = reach;
      this.#reachSet = true;
    });
    this.#field.show(this.#reach);
    stage.canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => this.#showRing(offsetX, offsetY));
    stage.canvas.addEventListener("pointerleave", () => this.#hideRing());
  }

  get on(): boolean {
    return this.#on;
  }

  /** Whether pointers drag players. */
  set on(on: boolean) {
    this.#on = on;
    if (on && !this.#reachSet) this.#reachAsSeen();
    this.#stage.canvas.classList.toggle("dragging", on);
    this.#hideRing();
    this.#stage.dragHandler = on
      ? {
          start: () => {},
          move: (x, z, dx, dz) => this.#drag({ x: x - dx, z: z - dz, radius: this.#reach, dx, dz }),
          end: () => {},
        }
      : undefined;
  }

  /** A reach that can be seen and aimed with at the present zoom. */
  #reachAsSeen(): void {
    const reach = rounded(REACH_PX / this.#stage.projection.scale);
    this.#reach = Math.min(Math.max(reach, REACH.min), REACH.max);
    this.#field.show(this.#reach);
  }

  #drag(drag: Drag): void {
    const farthest = Math.max(...[drag.x, drag.z, drag.dx, drag.dz].map(Math.abs));
    if (farthest <= WORLD_MAX_M) this.#dragged(drag);
  }

  #showRing(px: number, py: number): void {
    if (!this.on) return;
    const radius = this.#reach * this.#stage.projection.scale;
    const { style } = this.#ring;
    style.width = `${2 * radius}px`;
    style.height = `${2 * radius}px`;
    style.translate = `${px - radius}px ${py - radius}px`;
    this.#ring.hidden = false;
  }

  #hideRing(): void {
    this.#ring.hidden = true;
  }
}

/** To one or one and a half digits: 7.5, 35, 150. */
function rounded(metres: number): number {
  const step = 10 ** Math.floor(Math.log10(metres)) / 2;
  return Math.round(metres / step) * step;
}

const RULE = {
  parse: (text: string) => {
    const reach = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : 0;
    return reach >= REACH.min && reach <= REACH.max ? reach : undefined;
  },
  allowed: () => `a number from ${REACH.min} to ${REACH.max} m`,
};

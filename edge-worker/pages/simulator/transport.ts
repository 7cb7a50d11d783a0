/** The buttons and keys that run the simulation. */
import { byId } from "../shared/dom.ts";

const ZOOM = 1.5;

/** What they do. */
export interface Commands {
  toggle(): void;
  step(): void;
  restart(): void;
  fit(): void;
  /** More than 1 is nearer. */
  zoom(factor: number): void;
  /** Goes to the next island, 1, or the one before, -1. */
  island(by: 1 | -1): void;
  /** Whether players are dragged instead of the map. */
  dragging(on: boolean): void;
}

export class Transport {
  readonly #pause = byId("pause", HTMLButtonElement);
  readonly #step = byId("step", HTMLButtonElement);

  constructor(commands: Commands) {
    const drag = byId("drag", HTMLButtonElement);
    this.#pause.addEventListener("click", () => commands.toggle());
    this.#step.addEventListener("click", () => commands.step());
    byId("restart", HTMLButtonElement).addEventListener("click", () => commands.restart());
    byId("fit", HTMLButtonElement).addEventListener("click", () => commands.fit());
    byId("zoom-in", HTMLButtonElement).addEventListener("click", () => commands.zoom(ZOOM));
    byId("zoom-out", HTMLButtonElement).addEventListener("click", () => commands.zoom(1 / ZOOM));
    drag.addEventListener("click", () => {
      const on = drag.getAttribute("aria-pressed") !== "true";
      drag.setAttribute("aria-pressed", String(on));
      commands.dragging(on);
    });
    // Only there: elsewhere such keys have meanings of their own, and whoever speaks to the page presses them everywhere.
    byId("stage", HTMLCanvasElement).addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " ") commands.toggle();
      else if (event.key === ".") commands.step();
      else if (event.key === "n") commands.island(1);
      else if (event.key === "p") commands.island(-1);
      else return;
      event.preventDefault();
    });
  }

  /** Whether the run goes on by itself. */
  show(running: boolean): void {
    this.#pause.textContent = running ? "Pause" : "Resume";
  }

  /** Whether there is a run at all. */
  enable(on: boolean): void {
    this.#pause.disabled = !on;
    this.#step.disabled = !on;
  }
}

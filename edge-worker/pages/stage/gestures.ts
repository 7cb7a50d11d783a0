import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { MAX_SCALE, MIN_SCALE, Projection, type View } from "./view.ts";

/** Takes over the dragging with one finger or the main button; without one, dragging moves the map. Metres. */
export interface DragHandler {
  start(x: number, z: number): void;
  /** `dx`, `dz`: since the last call. */
  move(x: number, z: number, dx: number, dz: number): void;
  end(): void;
}

/** What a user's gestures lead to. */
export interface GestureEvents {
  /** `byUser`: with the mouse, a finger or a key, not by {@link Gestures.show}. */
  moved(byUser: boolean): void;
  /** A click or tap that moved nothing, in pixels of the canvas. */
  clicked(px: number, py: number): void;
  /** The pointer is there, or has left. */
  pointed(px: number, py: number): void;
  left(): void;
  /** The key for showing everything. */
  fit(): void;
}

/** Pixels that an arrow key moves the map by, and the factor of the zoom keys. */
const ARROW_PX = 64;
const KEY_ZOOM = 1.5;

/** Pixels that the hand may tremble during a click. */
const CLICK_PX = 4;

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Panning, zooming, pinching, pointing and the keys of one canvas. Owns where the map is. */
export class Gestures {
  /** See {@link DragHandler}. */
  dragHandler: DragHandler | undefined;
  readonly #canvas: HTMLCanvasElement;
  readonly #events: GestureEvents;
  readonly #zoom = zoom<HTMLCanvasElement, unknown>();
  #transform: ZoomTransform = zoomIdentity;
  #showing = false;
  #drag: { pointer: number; x: number; z: number } | undefined;
  readonly #ending = new AbortController();

  constructor(canvas: HTMLCanvasElement, events: GestureEvents) {
    this.#canvas = canvas;
    this.#events = events;
    this.#zoom
      .scaleExtent([MIN_SCALE, MAX_SCALE])
      .clickDistance(CLICK_PX)
      .filter((event: MouseEvent | TouchEvent | WheelEvent) => this.#movesMap(event))
      .on("zoom", ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.#transform = transform;
        events.moved(!this.#showing);
      });
    select(canvas).call(this.#zoom);
    this.#listen();
  }

  /** Where the map is. */
  get projection(): Projection {
    return new Projection(this.#transform.k, this.#transform.x, this.#transform.y);
  }

  /** Moves the map, in a canvas of this size. */
  show(view: View, width: number, height: number): void {
    const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, view.scale));
    const { left, top } = Projection.of({ ...view, scale }, width, height);
    this.#showing = true;
    select(this.#canvas).call(this.#zoom.transform, zoomIdentity.translate(left, top).scale(scale));
    this.#showing = false;
  }

  /** Zooms by a factor around the middle. */
  zoomBy(factor: number): void {
    select(this.#canvas).call(this.#zoom.scaleBy, factor);
  }

  /** Lets go of the canvas. */
  dispose(): void {
    this.#ending.abort();
    select(this.#canvas).on(".zoom", null);
  }

  /** Whether a gesture that begins with this event is about the map; d3-zoom's own filter, and nobody else wants it. */
  #movesMap(event: MouseEvent | TouchEvent | WheelEvent): boolean {
    if (event.type === "wheel") return true;
    if (event.ctrlKey || (event instanceof MouseEvent && event.button !== 0)) return false;
    if (!this.dragHandler) return true;
    // Two fingers pinch, whoever has the first; a double click still zooms.
    return event.type === "dblclick" || ("touches" in event && event.touches.length > 1);
  }

  #listen(): void {
    const canvas = this.#canvas;
    const { signal } = this.#ending;
    canvas.addEventListener("pointerdown", (event) => this.#pressed(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.#moved(event), { signal });
    for (const type of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(type, (event) => this.#released(event), { signal });
    }
    canvas.addEventListener("pointerleave", () => this.#events.left(), { signal });
    canvas.addEventListener("click", ({ offsetX, offsetY }) => this.#events.clicked(offsetX, offsetY), { signal });
    canvas.addEventListener("keydown", (event) => this.#typed(event), { signal });
  }

  #pressed(event: PointerEvent): void {
    if (!event.isPrimary) this.#endDrag();
    if (!this.dragHandler || !event.isPrimary || event.button !== 0) return;
    const { x, z } = this.#place(event);
    this.#drag = { pointer: event.pointerId, x, z };
    this.#canvas.setPointerCapture(event.pointerId);
    this.dragHandler.start(x, z);
  }

  #moved(event: PointerEvent): void {
    this.#events.pointed(event.offsetX, event.offsetY);
    const drag = this.#drag;
    if (drag?.pointer !== event.pointerId) return;
    const { x, z } = this.#place(event);
    this.dragHandler?.move(x, z, x - drag.x, z - drag.z);
    drag.x = x;
    drag.z = z;
  }

  #released(event: PointerEvent): void {
    if (this.#drag?.pointer === event.pointerId) this.#endDrag();
    // A finger that is gone points at nothing.
    if (event.pointerType === "touch") this.#events.left();
  }

  #endDrag(): void {
    if (!this.#drag) return;
    this.#drag = undefined;
    this.dragHandler?.end();
  }

  #place({ offsetX, offsetY }: PointerEvent): { x: number; z: number } {
    const at = this.projection;
    return { x: at.x(offsetX), z: at.z(offsetY) };
  }

  #typed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const [right, down] = arrow;
      const { k } = this.#transform;
      select(this.#canvas).call(this.#zoom.translateBy, (right * ARROW_PX) / k, (down * ARROW_PX) / k);
    } else if (event.key === "+" || event.key === "=") this.zoomBy(KEY_ZOOM);
    else if (event.key === "-" || event.key === "_") this.zoomBy(1 / KEY_ZOOM);
    else if (event.key === "0") this.#events.fit();
    else return;
    event.preventDefault();
  }
}

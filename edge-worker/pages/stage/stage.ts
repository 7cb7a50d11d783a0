import type { Theme } from "./colour.ts";
import { type DragHandler, Gestures } from "./gestures.ts";
import { drawGrid } from "./grid.ts";
import { type Hit, Hits } from "./hits.ts";
import { drawIslands, drawStrongOutline } from "./islands.ts";
import { Members } from "./members.ts";
import { Outlines } from "./outlines.ts";
import { type Inks, inksOf } from "./paint.ts";
import { dotRadius, drawPeers } from "./peers.ts";
import { type Change, EMPTY_SCENE, type Extent, extentOf, type Scene } from "./scene.ts";
import { formatView, type Projection, type View, viewOf } from "./view.ts";

/** How a stage starts, and what it tells. */
export interface StageOptions {
  readonly theme: Theme;
  /** The pointer has come to something else, or to nothing; `px`, `py`: where on the canvas. */
  readonly onHover?: (hit: Hit | undefined, px: number, py: number) => void;
  /** Somebody has clicked on an island, or on nothing. The stage selects nothing by itself: see {@link Stage.select}. */
  readonly onSelect?: (id: string | undefined) => void;
  /** The map has moved; `byUser`: with the mouse, a finger, a key or a zoom button, not by {@link Stage.setView}. */
  readonly onView?: (view: View, byUser: boolean) => void;
}

/** Pixels around the pointer within which a peer is meant: a fingertip is wide. */
const REACH_PX = 14;

/** Milliseconds between two looks at what has moved under a pointer that rests. */
const HOVER_MS = 150;

/** What could be shown this many times larger is too small. */
const FAIR = 2;

/** What is shown before anybody is there: the parcels around the origin. */
const FIRST_VIEW: View = { x: 0, z: 0, scale: 2 };

/**
 * The parcel grid with islands and peers, on a canvas that the user can move with mouse, fingers and keys.
 *
 * It draws in the next animation frame after something has changed, and not otherwise. `canvas.dataset.view` says which
 * part of the world was drawn: `x z scale`, the metres in the middle and the pixels of CSS per metre.
 */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  /** How long the last drawing took, in milliseconds. */
  drawMs = 0;
  readonly #context: CanvasRenderingContext2D;
  readonly #options: StageOptions;
  readonly #gestures: Gestures;
  readonly #resizing: ResizeObserver;
  readonly #members = new Members();
  readonly #outlines = new Outlines();
  readonly #hits = new Hits();
  #scene: Scene = EMPTY_SCENE;
  #stale = { members: true, outlines: true };
  #inks: Inks;
  #width = 0;
  #height = 0;
  #ratio = 1;
  #selected: string | undefined;
  #selectedIsland = -1;
  #pointer: { px: number; py: number } | undefined;
  #hovered: Hit | undefined;
  #hoverDueMs = 0;
  #frame: number | undefined;

  constructor(canvas: HTMLCanvasElement, options: StageOptions) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser has no 2D canvas");
    this.canvas = canvas;
    this.#context = context;
    this.#options = options;
    this.#inks = inksOf(canvas, options.theme);
    this.#gestures = new Gestures(canvas, {
      moved: (byUser) => this.#viewChanged(byUser),
      clicked: (px, py) => this.#clicked(px, py),
      pointed: (px, py) => this.#pointed({ px, py }),
      left: () => this.#pointed(undefined),
      fit: () => this.fit(),
    });
    this.#measure();
    this.setView(FIRST_VIEW);
    this.#resizing = new ResizeObserver(() => this.#resized());
    this.#resizing.observe(canvas);
  }

  /** What is drawn from now on. Its arrays are not copied; call this again after writing into them. */
  setScene(scene: Scene, change: Change = "all"): void {
    this.#scene = scene;
    this.#stale.outlines = true;
    if (change === "all") this.#stale.members = true;
    this.#hits.invalidate();
    this.requestDraw();
  }

  /** The middle of what is shown in metres, and pixels per metre. */
  get view(): View {
    return this.#gestures.projection.view(this.#width, this.#height);
  }

  setView(view: View): void {
    this.#gestures.show(view, this.#width, this.#height);
  }

  /** Shows all of a part of the world; of everybody if none is given. */
  fit(extent: Extent | undefined = extentOf(this.#scene)): void {
    this.setView(extent ? viewOf(extent, this.#width, this.#height) : FIRST_VIEW);
  }

  /** Whether all of a part of the world is in sight, and takes up a fair part of the canvas. */
  frames(extent: Extent): boolean {
    const best = viewOf(extent, this.#width, this.#height);
    const at = this.projection;
    const inside =
      at.px(extent.minX) >= 0 &&
      at.px(extent.maxX) <= this.#width &&
      at.py(extent.maxZ) >= 0 &&
      at.py(extent.minZ) <= this.#height;
    return inside && best.scale / at.scale < FAIR;
  }

  /** Zooms around the middle. */
  zoomBy(factor: number): void {
    this.#gestures.zoomBy(factor);
  }

  /** Where a point of the world is drawn, in pixels of CSS from the canvas's upper left corner. */
  get projection(): Projection {
    return this.#gestures.projection;
  }

  /** Highlights an island, as long as it exists, or none. */
  select(id: string | undefined): void {
    if (id === this.#selected) return;
    this.#selected = id;
    this.#selectedIsland = this.#indexOf(id);
    this.requestDraw();
  }

  /** Moves the map, without zooming out or in more than it takes, so that an island is in sight; `false` if it is gone. */
  show(id: string): boolean {
    this.#prepare();
    const outline = this.#outlines.of(this.#indexOf(id));
    if (!outline) return false;
    const { scale } = viewOf(outline, this.#width, this.#height);
    const x = (outline.minX + outline.maxX) / 2;
    const z = (outline.minZ + outline.maxZ) / 2;
    this.setView({ x, z, scale: Math.min(scale, Math.max(this.view.scale, scale / 2)) });
    return true;
  }

  /** See {@link DragHandler}. */
  set dragHandler(handler: DragHandler | undefined) {
    this.#gestures.dragHandler = handler;
  }

  /** The style sheet's colours have changed. */
  setTheme(theme: Theme): void {
    this.#inks = inksOf(this.canvas, theme);
    this.requestDraw();
  }

  /** Draws in the next animation frame. */
  requestDraw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.draw();
    });
  }

  /** Draws now. */
  draw(): void {
    const startMs = performance.now();
    this.#prepare();
    this.#hover(startMs);
    const context = this.#context;
    const at = this.#gestures.projection;
    const size = { width: this.#width, height: this.#height, ratio: this.#ratio };
    const drawn = { scene: this.#scene, members: this.#members, outlines: this.#outlines };
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.fillStyle = this.#inks.background;
    context.fillRect(0, 0, this.#width, this.#height);
    drawGrid(context, at, this.#width, this.#height, this.#inks);
    drawIslands(context, at, size, this.#inks, drawn);
    this.#highlight(at);
    drawPeers(context, at, size, this.#inks, drawn);
    this.#ringHovered(at);
    this.canvas.dataset.view = formatView(this.view);
    this.drawMs = performance.now() - startMs;
  }

  /** Stops drawing and listening. */
  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#resizing.disconnect();
    this.#gestures.dispose();
  }

  #prepare(): void {
    if (this.#stale.members) {
      this.#members.update(this.#scene);
      this.#selectedIsland = this.#indexOf(this.#selected);
    }
    if (this.#stale.outlines || this.#stale.members) this.#outlines.update(this.#scene, this.#members);
    this.#stale.members = false;
    this.#stale.outlines = false;
  }

  #highlight(at: Projection): void {
    const hovered = this.#hovered?.island ?? -1;
    if (hovered !== this.#selectedIsland) this.#strongOutline(at, hovered, false);
    this.#strongOutline(at, this.#selectedIsland, true);
  }

  #strongOutline(at: Projection, island: number, selected: boolean): void {
    const outline = this.#outlines.of(island);
    if (!outline) return;
    drawStrongOutline(this.#context, at, this.#inks, outline, this.#members.slot(island), selected);
  }

  #ringHovered(at: Projection): void {
    const peer = this.#hovered?.peer ?? -1;
    if (peer < 0) return;
    const context = this.#context;
    context.beginPath();
    const x = at.px(this.#scene.positions[2 * peer] as number);
    const y = at.py(this.#scene.positions[2 * peer + 1] as number);
    context.arc(x, y, dotRadius(at.scale) + 3, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = this.#inks.selection;
    context.stroke();
  }

  #indexOf(id: string | undefined): number {
    return id === undefined ? -1 : this.#scene.islands.findIndex((island) => island.id === id);
  }

  #clicked(px: number, py: number): void {
    const hit = this.#hitAt(px, py);
    this.#options.onSelect?.(hit && hit.island >= 0 ? this.#scene.islands[hit.island]?.id : undefined);
  }

  #pointed(pointer: { px: number; py: number } | undefined): void {
    this.#pointer = pointer;
    this.#hoverDueMs = 0;
    this.requestDraw();
  }

  /** Looks again at what is under the pointer, if it is time to. */
  #hover(nowMs: number): void {
    if (nowMs < this.#hoverDueMs || (!this.#pointer && !this.#hovered)) return;
    this.#hoverDueMs = nowMs + HOVER_MS;
    const { px, py } = this.#pointer ?? { px: 0, py: 0 };
    this.#hovered = this.#pointer && this.#hitAt(px, py);
    this.#options.onHover?.(this.#hovered, px, py);
  }

  #hitAt(px: number, py: number): Hit | undefined {
    this.#prepare();
    const at = this.#gestures.projection;
    return this.#hits.at(this.#scene, this.#outlines, at.x(px), at.z(py), REACH_PX / at.scale);
  }

  #viewChanged(byUser: boolean): void {
    this.#hoverDueMs = 0;
    this.#options.onView?.(this.view, byUser);
    this.requestDraw();
  }

  #resized(): void {
    const { view } = this;
    this.#measure();
    // What was in the middle stays there.
    this.setView(view);
    // At once: a canvas that has been resized is blank until it is drawn.
    this.draw();
  }

  #measure(): void {
    this.#width = Math.max(1, this.canvas.clientWidth);
    this.#height = Math.max(1, this.canvas.clientHeight);
    this.#ratio = window.devicePixelRatio;
    this.canvas.width = Math.round(this.#width * this.#ratio);
    this.canvas.height = Math.round(this.#height * this.#ratio);
  }
}

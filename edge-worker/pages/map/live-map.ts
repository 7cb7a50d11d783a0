import { byId, setText } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import { Tooltip } from "../shared/tooltip.ts";
import type { Theme } from "../stage/colour.ts";
import { EMPTY_SCENE, extentOf, type Scene } from "../stage/scene.ts";
import { Stage } from "../stage/stage.ts";
import { Announcer } from "./announcer.ts";
import { Feed, type FeedState } from "./feed.ts";
import { FiguresView } from "./figures.ts";
import type { LiveFrame } from "./frame.ts";
import { History } from "./history.ts";
import { IslandList } from "./list.ts";
import { Panel } from "./panel.ts";
import { describeHit, sceneOf } from "./picture.ts";

/** Pressed once, the zoom buttons change the scale by this factor. */
const ZOOM_STEP = 1.5;

/** Ages and the countdown of the connection are written anew this often, in milliseconds. */
const TICK_MS = 1_000;

/** The realm as it is: the map, and what is beside it. */
export class LiveMap {
  readonly #stage: Stage;
  readonly #panel: Panel;
  readonly #list: IslandList;
  readonly #figures = new FiguresView(byId("figures", HTMLElement));
  readonly #history = new History();
  readonly #announcer = new Announcer(byId("summary", HTMLElement));
  readonly #feedBadge = byId("feed", HTMLElement);
  readonly #empty = byId("empty", HTMLElement);
  #frame: LiveFrame | undefined;
  #scene: Scene = EMPTY_SCENE;
  #feed: FeedState = { kind: "connecting" };
  #lost = false;
  #selected: string | undefined;
  /** The realm's clock minus this page's, in ms. */
  #clockOffsetMs = 0;
  /** Everybody is kept in sight until somebody moves the map by hand. */
  #following = true;

  readonly #onLine: () => void;

  /** `onLine` is called when the line to the realm is lost, and when it is there again. */
  constructor(theme: Theme, onLine: () => void) {
    this.#onLine = onLine;
    const tooltip = new Tooltip(byId("stage", HTMLElement));
    this.#stage = new Stage(byId("map", HTMLCanvasElement), {
      theme,
      onHover: (hit, px, py) => {
        const lines = hit && this.#frame ? describeHit(this.#frame, this.#scene, hit) : [];
        if (lines.length > 0) tooltip.show(lines, px, py);
        else tooltip.hide();
      },
      onSelect: (id) => this.#select(id),
      onView: (_, byUser) => {
        if (byUser) this.#following = false;
      },
    });
    this.#panel = new Panel(theme, { show: (id) => this.#show(id), close: () => this.#close() });
    this.#list = new IslandList(byId("island-rows", HTMLElement), byId("islands-more", HTMLElement), theme, (id) => {
      this.#select(id);
      this.#show(id);
    });
    this.#listen();
    new Feed(liveUrl(), { frame: (frame) => this.#update(frame), state: (state) => this.#setFeed(state) });
    window.setInterval(() => this.#tick(), TICK_MS);
  }

  setTheme(theme: Theme): void {
    this.#stage.setTheme(theme);
    this.#panel.setTheme(theme);
    this.#list.setTheme(theme);
  }

  #listen(): void {
    byId("zoom-in", HTMLButtonElement).addEventListener("click", () => this.#stage.zoomBy(ZOOM_STEP));
    byId("zoom-out", HTMLButtonElement).addEventListener("click", () => this.#stage.zoomBy(1 / ZOOM_STEP));
    byId("fit", HTMLButtonElement).addEventListener("click", () => {
      this.#following = true;
      this.#stage.fit();
    });
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#selected !== undefined) this.#close();
    });
  }

  #update(frame: LiveFrame): void {
    this.#clockOffsetMs = frame.time - Date.now();
    this.#frame = frame;
    this.#scene = sceneOf(frame);
    this.#stage.setScene(this.#scene);
    if (this.#following && !this.#allInSight()) this.#stage.fit();
    this.#history.push(frame);
    this.#figures.update(this.#history);
    this.#list.update(frame);
    this.#panel.update(frame);
    this.#tick();
    this.#announce();
  }

  /** Whether everybody is on the map and takes up a fair part of it. */
  #allInSight(): boolean {
    const extent = extentOf(this.#scene);
    return !extent || this.#stage.frames(extent);
  }

  #select(id: string | undefined): void {
    this.#selected = id;
    this.#stage.select(id);
    this.#list.select(id);
    this.#panel.select(id, this.#frame);
    if (id !== undefined) byId("panel", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  /** The focus was in what closes: it goes on to the list. */
  #close(): void {
    const focused = byId("panel", HTMLElement).contains(document.activeElement);
    this.#select(undefined);
    if (focused) byId("islands-title", HTMLElement).focus();
  }

  #show(id: string): void {
    this.#following = false;
    this.#stage.show(id);
  }

  #setFeed(state: FeedState): void {
    const lost = state.kind === "waiting";
    const back = this.#lost && state.kind === "live";
    this.#lost = lost || (this.#lost && !back);
    this.#feed = state;
    this.#tick();
    if (lost) this.#announce();
    if (lost || back) this.#onLine();
  }

  #tick(): void {
    const nowMs = Date.now() + this.#clockOffsetMs;
    this.#list.tick(nowMs);
    this.#panel.tick(nowMs);
    this.#feedBadge.dataset.state = { live: "good", connecting: "warn", waiting: "bad" }[this.#feed.kind];
    setText(this.#feedBadge, feedText(this.#feed));
    // Who has lost the realm cannot know that nobody is there.
    this.#empty.hidden = this.#feed.kind !== "live" || this.#frame?.players !== 0;
  }

  #announce(): void {
    const lost = this.#feed.kind === "waiting" ? "Not connected. " : "";
    const { players = 0, islands = [] } = this.#frame ?? {};
    const realm =
      players === 0 ? "Nobody is here." : `${count(players, "player")} on ${count(islands.length, "island")}.`;
    this.#announcer.say(lost + (this.#frame ? realm : ""));
  }
}

function feedText(state: FeedState): string {
  if (state.kind === "live") return "Live";
  if (state.kind === "connecting") return "Connecting …";
  const seconds = Math.max(0, Math.ceil((state.retryAtMs - performance.now()) / 1000));
  return `Not connected, next try in ${seconds} s`;
}

/** The stream of the realm that has served this page. */
function liveUrl(): string {
  const url = new URL("live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  return url.href;
}

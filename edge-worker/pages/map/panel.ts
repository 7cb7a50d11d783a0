import { byId, element, setText } from "../shared/dom.ts";
import { duration } from "../shared/format.ts";
import { islandColour, islandNumber, type Theme } from "../stage/colour.ts";
import type { LiveFrame, LiveIsland } from "./frame.ts";
import { fetchMembers, type Member } from "./members.ts";

/** Members walk: their parcels are asked for again after this time, or when they are more or fewer. */
const MEMBERS_AGE_MS = 5_000;

/** How long the answer may take. */
const MEMBERS_LIMIT_MS = 8_000;

/** Everything about the island that somebody has chosen. */
export class Panel {
  readonly #section = byId("panel", HTMLElement);
  readonly #title = byId("panel-title", HTMLElement);
  readonly #swatch = byId("panel-swatch", HTMLElement);
  readonly #show = byId("panel-show", HTMLButtonElement);
  readonly #gone = byId("panel-gone", HTMLElement);
  readonly #age = byId("panel-age", HTMLElement);
  readonly #size = byId("panel-size", HTMLElement);
  readonly #members = byId("panel-members", HTMLElement);
  #theme: Theme;
  #id: string | undefined;
  #island: LiveIsland | undefined;
  #maxPeers = 0;
  #asking: AbortController | undefined;
  #askedMs = 0;

  constructor(theme: Theme, events: { show(id: string): void; close(): void }) {
    this.#theme = theme;
    this.#show.addEventListener("click", () => {
      if (this.#id !== undefined) events.show(this.#id);
    });
    byId("panel-close", HTMLButtonElement).addEventListener("click", () => events.close());
  }

  /** Shows an island, or nothing. */
  select(id: string | undefined, frame: LiveFrame | undefined): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#id = id;
    this.#island = undefined;
    this.#askedMs = 0;
    this.#members.replaceChildren();
    this.#section.hidden = id === undefined;
    this.#setGone(false);
    if (id === undefined) return;
    setText(this.#title, `Island ${id}`);
    this.setTheme(this.#theme);
    if (frame) this.update(frame);
  }

  /** The realm has changed. */
  update(frame: LiveFrame): void {
    if (this.#id === undefined) return;
    const found = frame.islands.find((each) => each.id === this.#id);
    this.#setGone(!found);
    // What was known of an island that is gone stays, but for its age: it had one.
    if (!found) return;
    const changed = this.#island?.peers.length !== found.peers.length;
    this.#island = found;
    this.#maxPeers = frame.maxPeers;
    setText(this.#size, `${found.peers.length / 2} of ${this.#maxPeers}`);
    this.tick(frame.time);
    if (changed || performance.now() - this.#askedMs >= MEMBERS_AGE_MS) void this.#askForMembers(this.#id);
  }

  /** Writes the age anew; `nowMs` by the realm's clock. */
  tick(nowMs: number): void {
    if (this.#island && this.#gone.hidden) setText(this.#age, duration(nowMs - this.#island.formed));
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    if (this.#id !== undefined) this.#swatch.style.backgroundColor = islandColour(islandNumber(this.#id), theme);
  }

  #setGone(gone: boolean): void {
    this.#show.disabled = gone;
    this.#gone.hidden = !gone;
    setText(this.#gone, gone ? "This island is gone: its players have left, or are on others now." : "");
  }

  /** One request at a time; one that fails is made again soon. */
  async #askForMembers(id: string): Promise<void> {
    if (this.#asking) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#askedMs = performance.now();
    const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(MEMBERS_LIMIT_MS)]);
    try {
      const members = await fetchMembers(id, signal);
      if (members !== "gone" && this.#asking === asking) this.#list(members);
    } catch (error) {
      this.#askedMs = 0;
      // That the realm cannot be reached is said elsewhere.
      if (!asking.signal.aborted) console.warn(error);
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  #list(members: readonly Member[]): void {
    for (const [index, { address, parcel }] of members.entries()) {
      const row = this.#members.children[index] ?? this.#addRow();
      setText(row.querySelector("code") as Element, address);
      setText(row.lastElementChild as Element, parcel.join(","));
    }
    while (this.#members.children.length > members.length) this.#members.lastElementChild?.remove();
  }

  #addRow(): Element {
    const row = element("tr", {}, element("td", {}, element("code")), element("td", { className: "count" }));
    this.#members.append(row);
    return row;
  }
}

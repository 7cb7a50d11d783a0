/// <reference lib="dom" />
/** The simulator page in a browser, and what a test wants to know of it. */
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { islandColour, islandNumber, type Theme } from "../../../edge-worker/pages/stage/colour.ts";
import { Visit } from "./browser.ts";
import { difference, Picture, type Rgb, rgb } from "./canvas.ts";
import type { Player } from "./simulated.ts";

/** Figures that are the same on every machine. */
const FIGURES = [
  "players",
  "islands",
  "largest",
  "median",
  "reassignments",
  "reassignments-per-minute",
  "reassignments-per-player-minute",
  "recall",
  "flushes",
  "time",
];

/** Pixels between the middles of two players of different islands that are looked at. */
const APART_PX = 8;

/** How far a colour may be off that was drawn over another one without hiding it to the last bit. */
const ROUNDING = 2;

/** A player, and where on the canvas it is drawn. */
export interface Drawn extends Player {
  px: number;
  py: number;
}

export class SimulatorPage {
  readonly visit: Visit;

  private constructor(visit: Visit) {
    this.visit = visit;
  }

  /** Opens the page and waits for the first figures: those after the steps that the address asks for. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<SimulatorPage> {
    const opened = new SimulatorPage(await Visit.open(browser, url, options));
    await opened.page.waitForFunction(() => document.querySelector("[data-figure=flushes]")?.textContent !== "–");
    return opened;
  }

  get page(): Page {
    return this.visit.page;
  }

  /** What the page says about the world: all that does not depend on the machine. */
  async figures(): Promise<Record<string, string>> {
    return Object.fromEntries(await Promise.all(FIGURES.map(async (name) => [name, await this.figure(name)])));
  }

  async figure(name: string): Promise<string> {
    return (await this.page.locator(`#figures [data-figure="${name}"]`).textContent()) ?? "";
  }

  /** Waits until the page shows these figures: after a change they come from its worker. */
  async shows(figures: Record<string, string>): Promise<void> {
    await this.page
      .waitForFunction(
        (wanted) =>
          Object.entries(wanted).every(
            ([name, text]) => document.querySelector(`[data-figure="${name}"]`)?.textContent === text,
          ),
        figures,
      )
      .catch(async () => assert.deepEqual(await this.figures(), { ...(await this.figures()), ...figures }));
  }

  /** Waits until the address says so; null for what is not to be in it. */
  async addressed(parts: Record<string, string | null>): Promise<void> {
    await this.page
      .waitForFunction((wanted) => {
        const query = new URLSearchParams(location.search);
        return Object.entries(wanted).every(([key, value]) => query.get(key) === value);
      }, parts)
      .catch(() => assert.fail(`the address is ${this.page.url()}, not with ${JSON.stringify(parts)}`));
  }

  /** Types into a field, as somebody does who then goes on. */
  async type(field: string, text: string): Promise<void> {
    await this.page.locator(`#${field}`).fill(text);
    await this.page.locator(`#${field}`).press("Enter");
  }

  async text(id: string): Promise<string> {
    return (await this.page.locator(`#${id}`).textContent()) ?? "";
  }

  async value(id: string): Promise<string> {
    return this.page.locator(`#${id}`).inputValue();
  }

  /** Where players at these places are drawn. */
  async project(players: readonly Player[]): Promise<Drawn[]> {
    const { at } = await this.picture();
    return players.map((player) => ({ ...player, px: at.px(player.x), py: at.py(player.z) }));
  }

  picture(): Promise<Picture> {
    return Picture.of(this.page, "#stage");
  }

  /** Fails unless some of the players, at least so many, are drawn in the colours of their islands. */
  async assertDrawn(players: readonly Player[], atLeast: number, theme: Theme = "light"): Promise<void> {
    const picture = await this.picture();
    const sample = clearlyDrawn(await this.project(players), 200);
    assert.ok(sample.length >= atLeast, `only ${sample.length} of ${players.length} players can be told apart`);
    const wrong = sample
      .map(({ island, px, py }) => ({ island, px, py, seen: picture.colour(px, py), wanted: colourOf(island, theme) }))
      .filter(({ seen, wanted }) => difference(seen, wanted) > ROUNDING);
    assert.deepEqual(wrong, []);
  }
}

/** Some of the players, evenly chosen among those that nobody of another island is drawn upon. */
export function clearlyDrawn(players: readonly Drawn[], wanted: number): Drawn[] {
  const near = (a: Drawn, b: Drawn) => Math.abs(a.px - b.px) < APART_PX && Math.abs(a.py - b.py) < APART_PX;
  const clear = players.filter((one) => players.every((other) => other.island === one.island || !near(one, other)));
  const every = Math.max(1, Math.floor(clear.length / wanted));
  return clear.filter((_, index) => index % every === 0).slice(0, wanted);
}

function colourOf(island: string, theme: Theme): Rgb {
  return rgb(islandColour(islandNumber(island), theme));
}

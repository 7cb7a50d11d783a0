/// <reference lib="dom" />
/** The simulator page in a browser, and what a test wants to know of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { islandColour, islandNumber, type Theme } from "../../../edge-worker/pages/stage/colour.ts";
import type { Simulated } from "./simulated.ts";

const WIDE = { width: 1280, height: 800 };

/** A player of a {@link Simulated} run, and where on the page it is drawn. */
export interface Drawn {
  x: number;
  z: number;
  px: number;
  py: number;
  island: string;
}

export class SimulatorPage {
  readonly page: Page;
  readonly #origin: string;
  /** What a page may not do: errors, violations of its policy, requests to elsewhere. */
  readonly #faults: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#origin = new URL(url).origin;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.#faults.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.#faults.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== this.#origin) this.#faults.push(`request: ${request.url()}`);
    });
  }

  /** Opens the page in a context of its own and waits for the first frame, and for the end of its steps. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<SimulatorPage> {
    const context = await browser.newContext({ viewport: WIDE, ...options });
    const opened = new SimulatorPage(await context.newPage(), url);
    await opened.page.goto(url);
    await opened.page.waitForFunction(() => document.querySelector("[data-figure=flushes]")?.textContent !== "–");
    await opened.painted();
    return opened;
  }

  /** Ends it, and judges what it did. */
  async close(): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(this.#faults, []);
  }

  /** Faults that the test has provoked. */
  takeFaults(): string[] {
    return this.#faults.splice(0);
  }

  /** Two animation frames: what has changed is drawn. */
  async painted(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
    );
  }

  async figure(name: string): Promise<string> {
    return (await this.page.locator(`#figures [data-figure="${name}"]`).textContent()) ?? "";
  }

  /** Those that do not depend on the machine. */
  async figures(): Promise<Record<string, string>> {
    const names = ["players", "islands", "largest", "median", "reassignments", "recall", "flushes", "time"];
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.figure(name)])));
  }

  /** Waits until so many flushes are shown. */
  async flushed(flushes: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.querySelector("[data-figure=flushes]")?.textContent === wanted,
      String(flushes),
    );
    await this.painted();
  }

  /** Waits until the address says so. */
  async addressed(parts: Record<string, string | null>): Promise<void> {
    await this.page.waitForFunction((wanted) => {
      const query = new URLSearchParams(location.search);
      return Object.entries(wanted).every(([key, value]) => query.get(key) === value);
    }, parts);
  }

  /** Where the players are on the canvas, in pixels of CSS. */
  async project(players: Simulated["players"]): Promise<Drawn[]> {
    const [view, width, height] = await this.page
      .locator("#stage")
      .evaluate((canvas) => [canvas.dataset.view ?? "", canvas.clientWidth, canvas.clientHeight] as const);
    const [x = 0, z = 0, scale = 0] = view.split(" ").map(Number);
    return players.map((player) => ({
      ...player,
      px: width / 2 + (player.x - x) * scale,
      py: height / 2 - (player.z - z) * scale,
    }));
  }

  /** The colours at some places of the canvas, `#rrggbb`. */
  async colours(places: readonly Drawn[]): Promise<string[]> {
    return this.page.locator("#stage").evaluate(
      (canvas, spots) => {
        const context = (canvas as HTMLCanvasElement).getContext("2d");
        const ratio = devicePixelRatio;
        return spots.map(([px, py]) => {
          const pixel = context?.getImageData(Math.floor(px * ratio), Math.floor(py * ratio), 1, 1).data ?? [];
          return `#${[...pixel]
            .slice(0, 3)
            .map((part) => part.toString(16).padStart(2, "0"))
            .join("")}`;
        });
      },
      places.map(({ px, py }) => [px, py] as const),
    );
  }

  /** A screenshot, if the environment says where to put it. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (folder) await this.page.screenshot({ path: join(folder, `simulator-${name}.png`) });
  }
}

/** Some of them, evenly chosen among those that nobody of another island is drawn upon. */
export function clearlyDrawn(players: readonly Drawn[], wanted: number): Drawn[] {
  const APART_PX = 8;
  const clear = players.filter((one) =>
    players.every(
      (other) =>
        other.island === one.island || Math.abs(other.px - one.px) > APART_PX || Math.abs(other.py - one.py) > APART_PX,
    ),
  );
  const every = Math.max(1, Math.floor(clear.length / wanted));
  return clear.filter((_, index) => index % every === 0).slice(0, wanted);
}

/** The colours that they should have. */
export function islandColours(players: readonly Drawn[], theme: Theme = "light"): string[] {
  return players.map(({ island }) => islandColour(islandNumber(island), theme));
}

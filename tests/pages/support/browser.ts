/** Chromium, and a page that notes what a good page does not do. */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where screenshots are written to, if anywhere. */
const SCREENSHOTS = process.env.SCREENSHOTS;

/** What a page is made of; the answers of the realm's API are not. */
const PARTS = new Set(["document", "stylesheet", "script", "image"]);

/** What Chromium says when the realm is down or unwell; the tests that need it allow it. */
export const UNREACHABLE = /WebSocket connection|Failed to load resource/;

/** The browser that `npm test` has found. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM;
  assert(executablePath, "CHROMIUM must be the path of Chromium or Chrome; `npm test` sets it");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
}

/** A page in a profile of its own. */
export class Visit {
  readonly page: Page;
  /** Errors that the page wrote or threw, violations of its Content-Security-Policy among them. */
  readonly faults: string[] = [];
  /** Requests that left the page's origin. */
  readonly strayed: string[] = [];
  readonly #sizes: Promise<readonly [type: string, bytes: number]>[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("request", (request) => this.#judge(request.url(), origin));
    page.on("websocket", (socket) => this.#judge(socket.url().replace(/^ws/, "http"), origin));
    page.on("response", (response) => {
      const type = response.request().resourceType();
      const size = response.body().then((body) => [type, body.length] as const);
      this.#sizes.push(size.catch(() => [type, 0] as const));
    });
  }

  /** Opens a page. Violations of its policy are reported as errors of the page. */
  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const visit = new Visit(page, new URL(url).origin);
    await prepare(page);
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        console.error(`the policy forbids it: ${violatedDirective} ${blockedURI}`);
      });
    });
    await page.goto(url);
    return visit;
  }

  /** How many bytes the parts of the page have, without compression. */
  async weight(): Promise<number> {
    const sizes = await Promise.all(this.#sizes);
    return sizes.filter(([type]) => PARTS.has(type)).reduce((sum, [, bytes]) => sum + bytes, 0);
  }

  /** Saves what is to be seen, if somebody wants it. */
  async screenshot(name: string, options: { fullPage?: boolean } = {}): Promise<void> {
    if (!SCREENSHOTS) return;
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), ...options });
  }

  /** Fails on any accessibility fault that axe calls serious or critical. */
  async assertAccessible(): Promise<void> {
    const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    // Evaluated by the debugger: the page's policy is neither in the way nor weakened.
    const violations = await this.page.evaluate<AxeViolation[]>(
      `(() => { ${source}; return axe.run().then(({ violations }) => violations); })()`,
    );
    const grave = violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    assert.deepEqual(grave, []);
  }

  /** Leaves; fails if the page did what it should not, but for errors that are `allowed`. */
  async close(allowed?: RegExp): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(
      this.faults.filter((fault) => !allowed?.test(fault)),
      [],
      "the page had errors",
    );
    assert.deepEqual(this.strayed, [], "the page spoke to somebody else");
  }

  #judge(url: string, origin: string): void {
    if (new URL(url).origin !== origin && !url.startsWith("data:")) this.strayed.push(url);
  }
}

interface AxeViolation {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}

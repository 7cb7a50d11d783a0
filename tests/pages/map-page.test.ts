/** The page of the live map by itself: what it makes of frames and answers, and of the time between them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page, WebSocketRoute } from "playwright-core";
import type { Figures, LiveFrame, LiveIsland } from "../../edge-worker/pages/map/frame.ts";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { type StaticServer, serveFolder } from "../../scripts/lib/static-server.mjs";
import { eventually } from "../e2e/support/wait.ts";
import { launch, UNREACHABLE, Visit } from "./support/browser.ts";

/** Long enough for whatever must come, on a busy machine. */
const PATIENCE_MS = 20_000;

const START_MS = Date.UTC(2030, 0, 1);

/** What `/about` answers, as far as the page reads it. */
const ABOUT = {
  healthy: true,
  configurations: { realmName: "paper" },
  comms: { adapter: "archipelago:archipelago:ws://paper/ws", version: "1.2.3", commitHash: "abc" },
};

function island(id: string, players: number): LiveIsland {
  return { id, formed: START_MS - 65_000, peers: Array.from({ length: 2 * players }, (_, index) => index) };
}

function frame(islands: LiveIsland[], rest: Partial<LiveFrame> = {}): LiveFrame {
  const players = islands.reduce((sum, { peers }) => sum + peers.length / 2, 0);
  return { time: START_MS, maxPeers: 100, players, reassignments: 0, islands, ...rest };
}

/** A realm of paper: the test writes what it answers. The page's clock stands still until the test moves it. */
class Paper {
  readonly visit: Visit;
  /** Connections to the live stream so far. */
  readonly sockets: readonly WebSocketRoute[];

  private constructor(visit: Visit, sockets: readonly WebSocketRoute[]) {
    this.visit = visit;
    this.sockets = sockets;
  }

  static async open(browser: Browser, url: string, about: { status: number; body: unknown }[]): Promise<Paper> {
    const sockets: WebSocketRoute[] = [];
    let answers = 0;
    const prepare = async (page: Page) => {
      // Until it is paused it runs.
      await page.clock.install({ time: START_MS - 3_600_000 });
      await page.clock.pauseAt(START_MS);
      await page.route("**/about", (route) => {
        const { status, body } = about[Math.min(answers, about.length - 1)] ?? { status: 500, body: {} };
        answers += 1;
        return route.fulfill({ status, json: body });
      });
      await page.route("**/islands/*", (route) => route.fulfill({ status: 404, json: { error: "Not Found" } }));
      await page.routeWebSocket("**/live", (socket) => {
        sockets.push(socket);
      });
    };
    return new Paper(await Visit.open(browser, `${url}index.html`, {}, prepare), sockets);
  }

  get page(): Page {
    return this.visit.page;
  }

  /** Sends a frame on the newest connection, and waits until it is shown. */
  async send(sent: LiveFrame): Promise<void> {
    this.sockets.at(-1)?.send(JSON.stringify(sent));
    await this.page.locator('[data-figure="players"]', { hasText: new RegExp(`^${sent.players}$`) }).waitFor();
  }

  figure(name: string): Promise<string | null> {
    return this.page.locator(`[data-figure="${name}"]`).textContent();
  }

  chart(name: string): Promise<string | null> {
    return this.page.locator(`[data-figure="${name}"] + dd svg`).getAttribute("aria-label");
  }
}

describe("the page of the live map", () => {
  let browser: Browser;
  let assets: StaticServer;
  before(async () => {
    [browser, assets] = await Promise.all([launch(), serveFolder(join(ROOT, "edge-worker", "assets"))]);
  });
  after(() => Promise.all([browser?.close(), assets?.close()]));

  function open(...about: { status: number; body: unknown }[]): Promise<Paper> {
    return Paper.open(browser, assets.url, about.length > 0 ? about : [{ status: 200, body: ABOUT }]);
  }

  it("lists the largest islands and counts the rest", async () => {
    const paper = await open();
    const small = Array.from({ length: 60 }, (_, index) => island(`Ia${index}`, 1));
    await paper.send(frame([...small, island("Ib", 7), island("Ic", 9)]));
    const ids = await paper.page.locator("#island-rows button").allTextContents();
    assert.deepEqual(ids, ["Ic", "Ib", ...small.slice(0, 48).map(({ id }) => id)]);
    const more = await paper.page.locator("#islands-more").textContent();
    assert.equal(more, "and 12 smaller islands with 12 players");
    await paper.visit.close(UNREACHABLE);
  });

  it("keeps the rows, and the focus in them, from frame to frame", async () => {
    const paper = await open();
    await paper.send(frame([island("Ia", 2), island("Ib", 5)]));
    await paper.page.locator("#island-rows button", { hasText: "Ib" }).focus();
    await paper.send(frame([island("Ia", 2), island("Ib", 6), island("Ic", 3)]));
    const ids = await paper.page.locator("#island-rows button").allTextContents();
    assert.deepEqual(ids, ["Ib", "Ic", "Ia"]);
    assert.equal(await paper.page.locator("#island-rows button:focus").textContent(), "Ib");
    await paper.visit.close(UNREACHABLE);
  });

  it("shows the reassignments of the last minute, and the last five minutes as charts", async () => {
    const paper = await open();
    // One reassignment every two seconds, beginning in the middle.
    const history = Array.from(
      { length: 150 },
      (_, index): Figures => [START_MS - (150 - index) * 2_000, 10 + (index % 5), 2, 100 + Math.max(0, index - 75)],
    );
    await paper.send(frame([island("Ia", 8), island("Ib", 4)], { reassignments: 175, history }));
    assert.equal(await paper.figure("reassignments"), "30");
    assert.equal(await paper.chart("reassignments"), "Reassignments a minute, last 4 min 58 s: from 0 to 30, now 30");
    assert.equal(await paper.chart("players"), "Players, last 4 min 58 s: from 10 to 14, now 12");
    assert.equal(await paper.chart("islands"), "Islands, last 4 min 58 s: from 2 to 2, now 2");
    assert.match(
      (await paper.page.locator(".sparkline-line").last().getAttribute("d")) ?? "",
      /^M0,38\.0(H[\d.]+V[\d.]+){149}H150$/,
    );

    // The realm has started anew.
    await paper.send(frame([island("Ia", 3)], { time: START_MS + 2_000, reassignments: 1 }));
    assert.equal(await paper.figure("reassignments"), "0");
    await paper.visit.close(UNREACHABLE);
  });

  it("lets ages tick by the realm's clock", async () => {
    const paper = await open();
    await paper.send(frame([island("Ia", 1)], { time: START_MS + 7_000 }));
    const age = paper.page.locator("#island-rows td").last();
    assert.equal(await age.textContent(), "1 min 12 s");
    await paper.page.clock.runFor(3_000);
    assert.equal(await age.textContent(), "1 min 15 s");
    await paper.visit.close(UNREACHABLE);
  });

  it("speaks to screen readers at once, then every ten seconds at most", async () => {
    const paper = await open();
    const summary = paper.page.locator("#summary");
    await paper.send(frame([island("Ia", 1)]));
    assert.equal(await summary.textContent(), "1 player on 1 island.");
    const spoken: (string | null)[] = [];
    for (let players = 2; players <= 21; players += 1) {
      await paper.send(frame([island("Ia", players)]));
      await paper.page.clock.runFor(1_000);
      spoken.push(await summary.textContent());
    }
    assert.deepEqual(
      [...new Set(spoken)],
      ["1 player on 1 island.", "11 players on 1 island.", "21 players on 1 island."],
    );
    await paper.visit.close(UNREACHABLE);
  });

  it("connects again, less and less often while that fails", async () => {
    const paper = await open();
    await paper.send(frame([]));
    const connections: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await paper.sockets.at(-1)?.close();
      await paper.page.locator("#feed[data-state=bad]").waitFor();
      const before = paper.sockets.length;
      let seconds = 0;
      while (paper.sockets.length === before) {
        assert.ok(seconds < 60, "it gave up");
        seconds += 1;
        await paper.page.clock.runFor(1_000);
      }
      connections.push(seconds);
    }
    const longest = [1, 2, 4, 8, 16, 30].map((wait) => Math.ceil(1.3 * wait));
    for (const [index, seconds] of connections.entries()) {
      assert.ok(seconds <= (longest[index] ?? 0), `${connections}`);
      assert.ok(seconds >= (longest[index] ?? 0) / 1.3 - 1, `${connections}`);
    }
    // What works begins with short waits again.
    await paper.send(frame([island("Ia", 1)]));
    await paper.page.locator("#feed[data-state=good]").waitFor();
    await paper.sockets.at(-1)?.close();
    await paper.page.locator("#feed", { hasText: "Not connected, next try in" }).waitFor();
    const before = paper.sockets.length;
    await paper.page.clock.runFor(1_500);
    await eventually(PATIENCE_MS, () => assert.equal(paper.sockets.length, before + 1));
    await paper.visit.close(UNREACHABLE);
  });

  it("says what is wrong with the realm, and when it is well again", async () => {
    const sick = { ...ABOUT, healthy: false };
    const paper = await open(
      { status: 500, body: { error: "REALM_NAME is what it may not be" } },
      { status: 503, body: sick },
      { status: 502, body: "nonsense" },
      { status: 200, body: ABOUT },
    );
    const trouble = paper.page.locator("#trouble");
    const expected = [
      "The realm cannot work: REALM_NAME is what it may not be",
      "The realm says that it is not healthy",
      "/about answers 502.",
    ];
    for (const text of expected) {
      await trouble.filter({ hasText: text }).waitFor();
      assert.equal(await paper.page.locator("#health").textContent(), "Not healthy");
      await paper.page.clock.runFor(10_000);
    }
    await trouble.waitFor({ state: "hidden" });
    assert.equal(await paper.page.locator("#health").textContent(), "Healthy");
    assert.equal(await paper.page.locator("#version").textContent(), "1.2.3 (abc)");
    await paper.visit.close(UNREACHABLE);
  });
});

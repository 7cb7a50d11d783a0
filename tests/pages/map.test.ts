/** The live map of a realm as an operator starts it, in Chromium. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Locator } from "playwright-core";
import type { Point } from "../e2e/support/packets.ts";
import type { About, Island, Peer } from "../e2e/support/stats.ts";
import { eventually } from "../e2e/support/wait.ts";
import { launch, UNREACHABLE, Visit } from "./support/browser.ts";
import { Picture } from "./support/canvas.ts";
import { assertDrawn, assertOutlined, colourOf } from "./support/drawn.ts";
import { seeded } from "./support/random.ts";
import { type Inhabitant, Server } from "./support/server.ts";

/** Long enough for whatever must come, on a busy machine. */
const PATIENCE_MS = 20_000;

/** All that a visit may transfer, uncompressed. */
const WEIGHT_MAX = 150_000;

/** A phone of 2020. */
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

const VARS = {
  ARCHIPELAGO_JOIN_DISTANCE: "64",
  ARCHIPELAGO_MAX_PEERS_PER_ISLAND: "100",
  ARCHIPELAGO_FLUSH_FREQUENCY: "0.5",
  REALM_NAME: "atoll",
};

/** Groups of players: where, how many, and how far from the middle, in metres. The first is more than an island takes. */
const GROUPS = [
  { x: 0, z: 0, players: 120, radius: 45 },
  { x: 260, z: 60, players: 60, radius: 40 },
  { x: -250, z: -40, players: 50, radius: 50 },
  { x: 40, z: 230, players: 40, radius: 35 },
  { x: -150, z: 210, players: 20, radius: 25 },
  { x: 120, z: -230, players: 9, radius: 20 },
  { x: 330, z: -210, players: 1, radius: 0 },
];

/** How many are in the group that leaves in the end. */
const LEAVING = 20;

function groupPoint({ x, z, radius }: (typeof GROUPS)[number], random: () => number): Point {
  const angle = random() * 2 * Math.PI;
  const distance = radius * Math.sqrt(random());
  return [x + distance * Math.cos(angle), 0, z + distance * Math.sin(angle)];
}

/** The number that the page shows for a figure. */
async function figure(visit: Visit, name: string): Promise<string> {
  return (await visit.page.locator(`[data-figure="${name}"]`).textContent()) ?? "";
}

/** Waits until the page shows as many players and islands as the stats have, and returns those islands. */
async function agreed(server: Server, visit: Visit): Promise<Island[]> {
  return eventually(PATIENCE_MS, async () => {
    const islands = await server.islands();
    const { peers } = await server.get<{ peers: Peer[] }>("/peers");
    assert.equal(await figure(visit, "players"), String(peers.length));
    assert.equal(await figure(visit, "islands"), String(islands.length));
    return islands;
  });
}

describe("the live map", () => {
  let browser: Browser;
  let server: Server;
  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start(VARS)]);
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
  });

  describe("of an empty realm", () => {
    it("says how to enter", async () => {
      const visit = await Visit.open(browser, server.url);
      const { page } = visit;
      await page.locator("#empty").waitFor();
      assert.equal(await page.locator("#empty code").textContent(), `/changerealm ${server.url}`);
      assert.deepEqual(await Promise.all(["players", "islands", "reassignments"].map((name) => figure(visit, name))), [
        "0",
        "0",
        "0",
      ]);
      await page.locator("#feed[data-state=good]", { hasText: "Live" }).waitFor();
      await visit.assertAccessible();
      await visit.screenshot("map-empty");
      await visit.close();
    });

    it("shows the realm's name, health, version and adapter", async () => {
      const visit = await Visit.open(browser, server.url);
      const { comms } = await server.get<About>("/about");
      await visit.page.locator("#health[data-state=good]", { hasText: "Healthy" }).waitFor();
      assert.equal(await visit.page.locator("h1").textContent(), "Realm atoll");
      assert.equal(await visit.page.title(), "atoll · Archipelago");
      assert.equal(await visit.page.locator("#version").textContent(), comms.version);
      assert.equal(await visit.page.locator("#adapter").textContent(), comms.adapter);
      assert.equal(await visit.page.locator("#trouble").isVisible(), false);
      await visit.close();
    });

    it("copies the command", async () => {
      const visit = await Visit.open(browser, server.url, { permissions: ["clipboard-read", "clipboard-write"] });
      await visit.page.locator("#empty button", { hasText: "Copy" }).click();
      await visit.page.locator("#empty button", { hasText: "Copied" }).waitFor();
      const copied = await visit.page.evaluate(() => navigator.clipboard.readText());
      assert.equal(copied, `/changerealm ${server.url}`);
      await visit.close();
    });

    it("weighs little", async () => {
      const visit = await Visit.open(browser, server.url);
      await visit.page.waitForLoadState("networkidle");
      const weight = await visit.weight();
      assert.ok(weight > 50_000 && weight < WEIGHT_MAX, `${weight} bytes`);
      await visit.close();
    });
  });

  describe("of 300 players", () => {
    const random = seeded("300 players");
    /**
     * The islands of those who came first in each group, into its middle, where all who follow can join them whatever
     * the order they come in. Their numbers follow each other.
     */
    let founders: string[];
    let visit: Visit;
    let islands: Island[];
    /** The group that leaves in the end. */
    const leaving: Inhabitant[] = [];

    before(async () => {
      founders = [];
      for (const group of GROUPS) {
        const founder = await server.player([group.x, 0, group.z]);
        founders.push(founder.firstIsland);
        if (group.players === LEAVING) leaving.push(founder);
      }
      for (const group of GROUPS) {
        const points = Array.from({ length: group.players - 1 }, () => groupPoint(group, random));
        const arrived = await server.players(points);
        if (group.players === LEAVING) leaving.push(...arrived);
      }
      visit = await Visit.open(browser, server.url);
      islands = await agreed(server, visit);
    });
    after(() => visit?.close(UNREACHABLE));

    it("counts as the stats do", async () => {
      assert.equal(await figure(visit, "players"), "300");
      assert.equal(islands.length, GROUPS.length + 1, "the first group is on two islands");
      const chart = visit.page.locator('[data-figure="players"] + dd svg');
      await eventually(PATIENCE_MS, async () => {
        assert.match((await chart.getAttribute("aria-label")) ?? "", /^Players, last .+: from \d+ to 300, now 300$/);
      });
      const summary = visit.page.locator("#summary");
      await eventually(PATIENCE_MS, async () => {
        assert.equal(await summary.textContent(), `300 players on ${islands.length} islands.`);
      });
    });

    it("draws everybody at their place in the colour of their island", async () => {
      await visit.screenshot("map-300");
      assertDrawn(await Picture.of(visit.page, "#map"), islands, "light");
    });

    it("gives neighbours different colours", () => {
      const there = new Set(islands.map(({ id }) => id));
      assert.deepEqual(
        founders.filter((id) => !there.has(id)),
        [],
        "the oldest island of a group stays",
      );
      assert.equal(new Set(founders.map((id) => String(colourOf({ id }, "light")))).size, GROUPS.length);
    });

    it("draws a line around an island", async () => {
      const picture = await Picture.of(visit.page, "#map");
      const apart = islands.filter(({ id, peers }) => founders.slice(1).includes(id) && peers.length > 3);
      assert.equal(apart.length, 5);
      for (const island of apart) assertOutlined(picture, island, "light");
    });

    it("lists the islands, the largest first", async () => {
      const rows = await visit.page
        .locator("#island-rows tr")
        .evaluateAll((all) =>
          all.map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => cell.textContent)),
        );
      const sizes = islands.map(({ peers }) => peers.length).sort((a, b) => b - a);
      assert.deepEqual(
        rows.map(([, size]) => Number(size)),
        sizes,
      );
      const size = new Map(islands.map(({ id, peers }) => [id, String(peers.length)]));
      for (const [id, players] of rows) assert.equal(players, size.get(id ?? ""), `${id}`);
    });

    /** Fails unless the panel says of an island what the stats say. */
    async function assertPanel(island: Island): Promise<void> {
      const { page } = visit;
      assert.equal(await page.locator("#panel-title").textContent(), `Island ${island.id}`);
      const { peers } = await server.get<Island>(`/islands/${island.id}`);
      await eventually(PATIENCE_MS, async () => {
        const members = await page
          .locator("#panel-members tr")
          .evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
        assert.deepEqual(
          members,
          peers.map(({ address, parcel }) => [address, parcel.join(",")]),
        );
      });
      assert.equal(await page.locator("#panel-size").textContent(), `${peers.length} of 100`);
      assert.match((await page.locator("#panel-age").textContent()) ?? "", /^\d+ (s|min|h)/);
    }

    it("shows the members and the age of an island that is clicked", async () => {
      const picture = await Picture.of(visit.page, "#map");
      for (const island of islands.filter(({ id }) => founders.slice(1).includes(id))) {
        const [x, , z] = island.peers[0]?.position ?? [0, 0, 0];
        await visit.page.locator("#map").click({ position: { x: picture.at.px(x), y: picture.at.py(z) } });
        await assertPanel(island);
      }
      const age = visit.page.locator("#panel-age");
      const before = await age.textContent();
      await eventually(PATIENCE_MS, async () => assert.notEqual(await age.textContent(), before, "the age ticks"));
      await visit.assertAccessible();
      await visit.page.locator("#panel-close").click();
      assert.equal(await visit.page.locator("#panel").isVisible(), false);
    });

    it("shows the same when the island is chosen by keyboard", async () => {
      const island = islands.toSorted((a, b) => b.peers.length - a.peers.length)[0];
      assert.ok(island);
      const button = visit.page.locator("#island-rows button").first();
      await button.focus();
      await visit.page.keyboard.press("Enter");
      await assertPanel(island);
      assert.equal(await button.getAttribute("aria-pressed"), "true");
      await visit.screenshot("map-300-selected");
      await visit.page.keyboard.press("Escape");
      assert.equal(await visit.page.locator("#panel").isVisible(), false);
      await visit.page.locator("#fit").click();
    });

    it("says what is under the pointer", async () => {
      const picture = await Picture.of(visit.page, "#map");
      const island = islands.find(({ peers }) => peers.length === 1);
      const [peer] = island?.peers ?? [];
      assert.ok(island && peer);
      const [x, , z] = peer.position;
      await visit.page.locator("#map").hover({ position: { x: picture.at.px(x) + 2, y: picture.at.py(z) - 2 } });
      const tooltip = visit.page.locator(".tooltip");
      await tooltip.waitFor();
      assert.equal(await tooltip.textContent(), `Island ${island.id}1 playerParcel ${peer.parcel.join(",")}`);
      await visit.page.mouse.move(10, 10);
      await tooltip.waitFor({ state: "hidden" });
    });

    it("moves and zooms by keys, by the mouse and by its buttons", async () => {
      const map = visit.page.locator("#map");
      const at = async () => (await Picture.of(visit.page, "#map")).at;
      const start = await at();
      await map.focus();
      await visit.page.keyboard.press("ArrowRight");
      const right = await at();
      assert.equal(Math.round(start.left - right.left), 64);
      await visit.page.keyboard.press("+");
      assert.ok((await at()).scale > right.scale);
      await visit.page.keyboard.press("-");
      await visit.page.keyboard.press("-");
      assert.ok((await at()).scale < right.scale);
      await visit.page.keyboard.press("0");
      assert.deepEqual(await at(), start);

      await dragBy(map, 120, -40);
      const dragged = await at();
      assert.deepEqual(
        [dragged.left - start.left, dragged.top - start.top].map((pixels) => Math.round(pixels)),
        [120, -40],
      );
      await visit.page.mouse.wheel(0, -240);
      assert.ok((await at()).scale > start.scale);
      await visit.page.locator("#zoom-out").click();
      await visit.page.locator("#fit").click();
      assert.deepEqual(await at(), start);
    });

    it("is as right in the dark, and stays so", async () => {
      await visit.page.locator("#theme").click();
      assertDrawn(await Picture.of(visit.page, "#map"), islands, "dark");
      await visit.assertAccessible();
      await visit.screenshot("map-300-dark");
      await visit.page.reload();
      await agreed(server, visit);
      assertDrawn(await Picture.of(visit.page, "#map"), islands, "dark");
      await visit.page.locator("#theme").click();
      assertDrawn(await Picture.of(visit.page, "#map"), islands, "light");
    });

    it("is dark where the system is", async () => {
      const dark = await Visit.open(browser, server.url, { colorScheme: "dark" });
      await agreed(server, dark);
      assertDrawn(await Picture.of(dark.page, "#map"), islands, "dark");
      await dark.close();
    });

    it("fits on a phone", async () => {
      const phone = await Visit.open(browser, server.url, PHONE);
      await agreed(server, phone);
      assertDrawn(await Picture.of(phone.page, "#map"), islands, "light");
      const wide = await phone.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      assert.deepEqual(wide, [390, 390]);
      await phone.assertAccessible();
      await phone.screenshot("map-300-phone", { fullPage: true });

      const island = islands.find(({ peers }) => peers.length === 9);
      const [x, , z] = island?.peers[0]?.position ?? [0, 0, 0];
      const { at } = await Picture.of(phone.page, "#map");
      await phone.page.locator("#map").tap({ position: { x: at.px(x), y: at.py(z) } });
      await phone.page.locator("#panel-title", { hasText: `Island ${island?.id}` }).waitFor();
      await phone.assertAccessible();
      await phone.close();
    });

    it("says so when the chosen island is gone", async () => {
      const island = islands.find(({ peers }) => peers.length === LEAVING);
      assert.ok(island);
      await visit.page.locator("#island-rows button", { hasText: new RegExp(`^${island.id}$`) }).click();
      await assertPanel(island);
      assert.equal(await visit.page.locator("#panel-gone").isVisible(), false);
      await Promise.all(leaving.map(({ client }) => client.leave()));
      await visit.page.locator("#panel-gone", { hasText: "This island is gone" }).waitFor();
      assert.equal(await visit.page.locator("#panel-title").textContent(), `Island ${island.id}`);
      assert.equal((await agreed(server, visit)).length, islands.length - 1);
    });

    it("connects again when the realm is back", async () => {
      await server.pause();
      await visit.page.locator("#feed[data-state=bad]", { hasText: "Not connected" }).waitFor();
      await visit.page.locator("#trouble", { hasText: "The realm cannot be reached." }).waitFor();
      await visit.assertAccessible();
      await visit.screenshot("map-lost");
      await server.resume();
      await visit.page.locator("#feed[data-state=good]", { hasText: "Live" }).waitFor({ timeout: 60_000 });
      await visit.page.locator("#health[data-state=good]").waitFor();
      await agreed(server, visit);
      await server.player([0, 0, 0]);
      await agreed(server, visit);
    });
  });
});

describe("the live map of a realm that cannot work", () => {
  let browser: Browser;
  let server: Server;
  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start({ ARCHIPELAGO_JOIN_DISTANCE: "near" })]);
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
  });

  it("says why", async () => {
    const visit = await Visit.open(browser, server.url);
    await visit.page.locator("#health[data-state=bad]", { hasText: "Not healthy" }).waitFor();
    const { error } = (await (await fetch(`${server.url}/about`)).json()) as { error: string };
    assert.match(error, /ARCHIPELAGO_JOIN_DISTANCE.*near/);
    assert.equal(await visit.page.locator("#trouble").textContent(), `The realm cannot work: ${error}`);
    await visit.assertAccessible();
    await visit.screenshot("map-trouble");
    await visit.close(UNREACHABLE);
  });
});

/** Drags with the mouse, from somewhere left of the middle. */
async function dragBy(target: Locator, dx: number, dy: number): Promise<void> {
  const box = await target.boundingBox();
  assert.ok(box);
  const { mouse } = target.page();
  const [x, y] = [box.x + box.width / 3, box.y + box.height / 2];
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x + dx / 2, y + dy / 2);
  await mouse.move(x + dx, y + dy);
  await mouse.up();
}

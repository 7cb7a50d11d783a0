/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./support/browser.ts";
import { simulate, simulateRegrouped } from "./support/simulated.ts";
import { visitFiles } from "./support/simulator-files.ts";
import { clearlyDrawn, type SimulatorPage } from "./support/simulator-page.ts";

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

function onFiles(query: string, test: (simulator: SimulatorPage) => Promise<void>): Promise<void> {
  return visitFiles(browser, query, test);
}

describe("pointers and keys", () => {
  it("drag players, who stay where they are put", async () => {
    const { players } = await simulate({ world: "plaza-400", steps: 1 });
    const undragged = await simulate({ world: "plaza-400", steps: 2 });
    await onFiles("?world=plaza-400&paused=1", async (simulator) => {
      const { page } = simulator;
      await page.locator("#drag").click();
      await simulator.type("reach", "30");
      // There has to be an empty place to put them.
      await page.locator("#zoom-out").click();
      await page.locator("#zoom-out").click();
      const { at } = await simulator.picture();
      const box = await page.locator("#stage").boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + at.px(0), box.y + at.py(0));
      await page.locator("#ring").waitFor();
      await page.mouse.down();
      await page.mouse.move(box.x + at.px(215), box.y + at.py(0));
      await page.mouse.up();
      // The pointer takes everybody within 30 m along; on whole pixels, not on whole metres.
      const taken = players.filter(({ x, z }) => Math.hypot(x, z) < 28);
      const dx = Math.round(at.px(215)) - Math.round(at.px(0));
      await simulator.assertDrawn(
        taken.map((player) => ({ ...player, x: player.x + dx / at.scale })),
        5,
      );

      await page.locator("#stage").press(".");
      await simulator.shows({ flushes: "2" });
      // Too far from the others to be on an island with any of them.
      const others = players.length - taken.length;
      const atLeast = Math.ceil(taken.length / 100) + Math.ceil(others / 100);
      assert.ok(atLeast > Number(undragged.figures.islands));
      assert.ok(Number(await simulator.figure("islands")) >= atLeast);
      await simulator.addressed({ paused: "1", steps: null });
    });
  });

  it("reach as far as can be seen, unless somebody has said how far", async () => {
    await onFiles("?world=city&paused=1", async (simulator) => {
      const { page } = simulator;
      const drag = page.locator("#drag");
      const ringPx = async () => {
        await page.locator("#stage").hover({ position: { x: 200, y: 200 } });
        return (await page.locator("#ring").boundingBox())?.width ?? 0;
      };
      for (const zooms of [0, 3]) {
        for (let zoom = 0; zoom < zooms; zoom += 1) await page.locator("#zoom-in").click();
        await drag.click();
        const { at } = await simulator.picture();
        const reach = Number(await simulator.value("reach"));
        const wanted = 40 / at.scale;
        assert.ok(Math.abs(reach - wanted) <= wanted / 4, `${reach} m for ${wanted} m`);
        assert.ok(Math.abs((await ringPx()) - 2 * reach * at.scale) < 1);
        await drag.click();
      }
      await simulator.type("reach", "12");
      await drag.click();
      assert.equal(await simulator.value("reach"), "12");
    });
  });

  it("name the island under the pointer, choose it by a click, and go through the islands by keys", async () => {
    const { players } = await simulate({ world: "hamlets", steps: 2 });
    await onFiles("?world=hamlets&steps=2", async (simulator) => {
      const { page } = simulator;
      const stage = page.locator("#stage");
      const [one] = clearlyDrawn(await simulator.project(players), 1);
      assert.ok(one);
      const members = players.filter(({ island }) => island === one.island).length;
      const size = `${members} ${members === 1 ? "player" : "players"}`;
      await stage.hover({ position: { x: one.px, y: one.py } });
      await page.locator(".tooltip").getByText(size).waitFor();
      assert.equal(await page.locator(".tooltip").textContent(), `${one.island}${size}`);
      await stage.click({ position: { x: one.px, y: one.py } });
      assert.equal(await simulator.text("island"), `Island ${one.island}: ${size}`);
      await stage.press("n");
      assert.doesNotMatch(await simulator.text("summary"), new RegExp(`${one.island},`));
      await stage.press("p");
      assert.equal(await simulator.text("summary"), `Island ${one.island}, ${size}`);
    });
  });

  it("choose an island of a run, not of the next one", async () => {
    await onFiles("?world=hamlets&steps=2", async (simulator) => {
      const { page } = simulator;
      const chosen = page.locator("#island");
      for (const begin of [
        () => page.locator("#restart").click(),
        () => page.locator("#world").selectOption("festival"),
        () => simulator.type("max", "50"),
      ]) {
        await page.locator("#stage").press("n");
        await chosen.waitFor();
        await begin();
        await chosen.waitFor({ state: "hidden" });
      }
    });
  });

  it("run the simulation only from the map", async () => {
    const expected = await simulateRegrouped({ world: "festival", steps: 1 }, { max: 40 });
    await onFiles("?world=festival&paused=1", async (simulator) => {
      const { page } = simulator;
      for (const elsewhere of ["body", "#pause", "#join-slider", "#seed", "#calm", "#speed input:checked", "#world"]) {
        for (const key of [".", "n", "p"]) await page.locator(elsewhere).press(key);
      }
      for (const elsewhere of ["body", "#zoom-in", "#join-slider", "#seed", "#speed input:checked"]) {
        await page.locator(elsewhere).press("Space");
        assert.equal(await simulator.text("pause"), "Resume", elsewhere);
      }
      assert.equal(await page.locator("#island").isVisible(), false);
      // The worker answers in order: a flush would be there before this.
      await simulator.type("max", "40");
      await simulator.shows(expected.figures);
      await page.locator("#stage").press("Space");
      assert.equal(await simulator.text("pause"), "Pause");
    });
  });

  it("decide whether the map keeps everybody in sight: not by a click, but by a movement", async () => {
    await onFiles("?world=surge&steps=5", async (simulator) => {
      const { page } = simulator;
      const stage = page.locator("#stage");
      const view = async () => {
        const { at } = await simulator.picture();
        return `${at.scale} ${at.left} ${at.top}`;
      };
      const fitted = await view();
      await stage.click({ position: { x: 20, y: 20 } });
      await page.locator("#drag").click();
      await page.mouse.move(300, 300);
      await page.mouse.down();
      await page.mouse.move(340, 320);
      await page.mouse.up();
      await stage.press(".");
      await simulator.shows({ flushes: "6" });
      assert.notEqual(await view(), fitted);

      for (const moves of [() => stage.press("ArrowRight"), () => page.locator("#zoom-in").click()]) {
        await page.locator("#fit").click();
        await moves();
        const moved = await view();
        const flushes = Number(await simulator.figure("flushes"));
        await page.locator("#step").click();
        await simulator.shows({ flushes: String(flushes + 1) });
        assert.equal(await view(), moved);
      }
    });
  });

  it("decide so for other sizes of the window, too", async () => {
    const { players } = await simulate({ world: "city", steps: 2 });
    await onFiles("?world=city&steps=2", async (simulator) => {
      const { page } = simulator;
      const canvas = page.locator("#stage");
      const inSight = async () => {
        const box = await canvas.boundingBox();
        const drawn = await simulator.project(players);
        return drawn.every(({ px, py }) => px >= 0 && py >= 0 && px <= (box?.width ?? 0) && py <= (box?.height ?? 0));
      };
      const resize = async (width: number, height: number) => {
        await simulator.picture();
        const before = await canvas.getAttribute("data-view");
        await page.setViewportSize({ width, height });
        await page.waitForFunction(
          (view) => document.querySelector<HTMLElement>("#stage")?.dataset.view !== view,
          before,
        );
      };
      await resize(390, 844);
      assert.ok(await inSight());
      await resize(1280, 800);
      assert.ok(await inSight());
      await canvas.press("ArrowRight");
      const { scale } = (await simulator.picture()).at;
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForFunction(() => document.querySelector("#stage")?.clientWidth === 390);
      assert.equal((await simulator.picture()).at.scale, scale);
    });
  });
});

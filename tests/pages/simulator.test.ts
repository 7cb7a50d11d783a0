/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { serveFolder } from "../../scripts/lib/static-server.mjs";
import { launch } from "./support/browser.ts";
import { Server } from "./support/server.ts";
import { simulate, simulateRegrouped } from "./support/simulated.ts";
import { ASSETS, visit, visitFiles } from "./support/simulator-files.ts";
import type { SimulatorPage } from "./support/simulator-page.ts";
import { trapIn } from "./support/trap.ts";

const ENGINE = "/archipelago_wasm_bg.wasm";
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let server: Server;

before(async () => {
  browser = await launch();
  server = await Server.start();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Runs a test on the page as the Worker serves it, and judges the page afterwards. */
async function onPage(
  query: string,
  test: (simulator: SimulatorPage) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  await visit(browser, `${server.url}/simulator${query}`, test, options);
}

describe("what is simulated", () => {
  it("is what Node computes, drawn where the players are, in the colours of their islands", async () => {
    const expected = await simulate({ world: "uniform-5000", steps: 20 });
    await onPage("?world=uniform-5000&steps=20", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      await simulator.assertDrawn(expected.players, 200);
      await simulator.visit.screenshot("simulator-5000");
    });
  });

  it("is the same on a server of plain files", async () => {
    const expected = await simulate({ world: "uniform-5000", steps: 20 });
    await visitFiles(browser, "?world=uniform-5000&steps=20", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      await simulator.assertDrawn(expected.players, 200);
    });
  });

  it("follows all settings of the address", async () => {
    const expected = await simulate({
      world: "crowd-300-85",
      seed: 4_294_967_295,
      join: 12.5,
      leave: 40,
      max: 7,
      steps: 3,
    });
    const query = "?world=crowd-300-85&seed=4294967295&join=12.5&leave=40&max=7&steps=3&speed=16";
    await onPage(query, async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      for (const [id, value] of Object.entries({ world: "crowd", players: "300", leave: "40", max: "7" })) {
        assert.equal(await simulator.value(id), value);
      }
      assert.equal(await simulator.page.locator("#calm").isChecked(), true);
      assert.equal(await simulator.page.locator("#speed input:checked").inputValue(), "16");
    });
  });

  it("has nobody in it where nobody has come yet", async () => {
    const expected = await simulate({ world: "surge", steps: 1 });
    await onPage("?world=surge&paused=1", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      assert.equal(await simulator.figure("players"), "0");
      await simulator.visit.screenshot("simulator-empty");
    });
  });

  it("has moved so many players in the last minute, whatever happened before", async () => {
    const expected = await simulate({ world: "festival", steps: 45 });
    assert.notEqual(expected.figures["reassignments-per-minute"], expected.figures.reassignments);
    await onPage("?world=festival&steps=45", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
    });
  });

  it("goes on by itself until it is paused, and the address is then a link to it", async () => {
    await onPage("?world=plaza-400&speed=16&seed=3", async (simulator) => {
      const { page } = simulator;
      await page.waitForFunction(() => Number(document.querySelector("[data-figure=flushes]")?.textContent) >= 8);
      assert.match(await simulator.figure("fps"), /^\d+$/);
      for (const name of ["frame", "drawing", "flush-last", "flush-median"]) {
        assert.match(await simulator.figure(name), /^(< )?\d+(\.\d)? ms$/, name);
      }
      await page.locator("#stage").press("Space");
      assert.equal(await simulator.text("pause"), "Resume");
      const flushes = await simulator.figure("flushes");
      await simulator.addressed({ world: "plaza-400", seed: "3", paused: "1", steps: flushes });
      const expected = await simulate({ world: "plaza-400", seed: 3, steps: Number(flushes) });
      assert.deepEqual(await simulator.figures(), expected.figures);

      await page.reload();
      await simulator.shows(expected.figures);
      assert.equal(await simulator.text("pause"), "Resume");
    });
  });

  it("goes on as what the address says, whatever is changed meanwhile", async () => {
    await onPage("?world=hamlets&speed=16", async (simulator) => {
      const { page } = simulator;
      const running = { speed: "16", paused: null, steps: null };
      await page.locator("#world").selectOption("uniform");
      await simulator.addressed({ ...running, world: "uniform-10000", seed: "1" });
      await simulator.type("players", "700");
      await simulator.addressed({ ...running, world: "uniform-700" });
      await page.locator("#calm").check();
      await simulator.addressed({ ...running, world: "uniform-700-85" });
      await simulator.type("seed", "5");
      await simulator.addressed({ ...running, world: "uniform-700-85", seed: "5" });
      await page.locator("#new-seed").click();
      await page.waitForFunction(() => new URLSearchParams(location.search).get("seed") !== "5");
      const seed = await simulator.value("seed");
      await simulator.addressed({ ...running, world: "uniform-700-85", seed });

      await page.reload();
      await simulator.shows({ players: "700" });
      assert.equal(await simulator.text("pause"), "Pause");
      assert.equal(await simulator.value("seed"), seed);
      await page.locator("#pause").click();
      const steps = Number(await simulator.figure("flushes"));
      const expected = await simulate({ world: "uniform-700-85", seed: Number(seed), steps });
      assert.deepEqual(await simulator.figures(), expected.figures);
    });
  });

  it("is timed without the first flush, and the 99th percentile is one of enough others", async () => {
    await onPage("?world=hamlets&paused=1", async (simulator) => {
      const { page } = simulator;
      const times = () =>
        Promise.all(["flush-last", "flush-median", "flush-p99"].map((name) => simulator.figure(name)));
      const some = String.raw`(< )?\d+(\.\d)? ms`;
      assert.match((await times()).join(), new RegExp(`^${some},–,–$`));
      await page.locator("#step").click();
      await simulator.shows({ flushes: "2" });
      const [last, median, p99] = await times();
      assert.deepEqual([median, p99], [last, "–"]);
      for (let flushes = 3; flushes <= 20; flushes += 1) {
        await page.locator("#step").click();
        await simulator.shows({ flushes: String(flushes) });
      }
      assert.match((await times()).join(), new RegExp(`^${some},${some},–$`));
      await page.locator("#step").click();
      await simulator.shows({ flushes: "21" });
      assert.match((await times()).join(), new RegExp(`^${some},${some},${some}$`));
      await simulator.type("max", "40");
      await simulator.shows({ "flush-median": "–", "flush-p99": "–" });
    });
  });

  it("is the same step by step as at once, and another with another seed", async () => {
    const expected = await simulate({ world: "festival", steps: 3 });
    const other = await simulate({ world: "festival", seed: 2, steps: 3 });
    assert.notDeepEqual(other.figures, expected.figures);
    await onPage("?world=festival&paused=1", async (simulator) => {
      const { page } = simulator;
      await page.locator("#stage").press(".");
      await simulator.shows({ flushes: "2" });
      await page.locator("#step").click();
      await simulator.shows(expected.figures);
      await simulator.addressed({ paused: "1", steps: "3" });

      await simulator.type("seed", "2");
      await simulator.shows({ flushes: "1" });
      for (const flushes of ["2", "3"]) {
        await page.locator("#stage").press(".");
        await simulator.shows({ flushes });
      }
      assert.deepEqual(await simulator.figures(), other.figures);
      await page.locator("#restart").click();
      await simulator.shows({ flushes: "1" });
      await simulator.addressed({ seed: "2", paused: "1", steps: "1" });
    });
  });
});

describe("settings", () => {
  it("form the islands anew, of the players where they are", async () => {
    const run = { world: "plaza-1000", steps: 5 };
    await onPage("?world=plaza-1000&steps=5", async (simulator) => {
      await simulator.type("max", "40");
      await simulator.shows((await simulateRegrouped(run, { max: 40 })).figures);
      await simulator.page.locator("#join-slider").fill("20");
      const nearer = await simulateRegrouped(run, { max: 40, join: 20, leave: 80 });
      await simulator.shows(nearer.figures);
      await simulator.assertDrawn(nearer.players, 20);
      // No link leads here: islands depend on what was before.
      await simulator.addressed({ join: "20", leave: "80", max: "40", paused: "1", steps: null });
    });
  });

  it("form the islands of those who are shown, also in the middle of a run", async () => {
    await onPage("?world=surge&speed=16", async (simulator) => {
      const { page } = simulator;
      await page.waitForFunction(() => Number(document.querySelector("[data-figure=flushes]")?.textContent) >= 8);
      await page.locator("#pause").click();
      await simulator.type("max", "40");
      await simulator.shows({ largest: "40" });
      const run = { world: "surge", steps: Number(await simulator.figure("flushes")) };
      const expected = await simulateRegrouped(run, { max: 40 });
      assert.deepEqual(await simulator.figures(), expected.figures);
      await simulator.assertDrawn(expected.players, 20);
    });
  });

  it("keep the leave distance above the join distance, and say so", async () => {
    await onPage("?world=hamlets&paused=1", async (simulator) => {
      const { page } = simulator;
      await page.locator("#join-slider").fill("90");
      assert.equal(await simulator.value("leave"), "90");
      assert.equal(await simulator.text("leave-note"), "Raised to 90 m: it cannot be below the join distance.");
      await page.locator("#leave-slider").fill("50");
      assert.equal(await simulator.value("leave"), "90");
      assert.equal(await simulator.value("leave-slider"), "90");
      assert.equal(await simulator.text("leave-note"), "Stays at 90 m: it cannot be below the join distance.");
      await page.locator("#leave-slider").fill("120");
      assert.equal(await simulator.text("leave-note"), "");
      await simulator.addressed({ join: "90", leave: "120" });
    });
  });

  it("refuse what they cannot be, by name", async () => {
    await onPage("?world=hamlets&paused=1", async (simulator) => {
      await simulator.type("max", "0");
      const said = "“0” is not allowed: it is a whole number from 1 to 10000 players.";
      assert.equal(await simulator.text("max-note"), said);
      assert.equal(await simulator.page.locator("#max").getAttribute("aria-invalid"), "true");
      await simulator.addressed({ max: "100" });
    });
  });

  it("lead to other worlds, of as many players as one likes", async () => {
    const expected = await simulate({ world: "uniform-700-85", steps: 1 });
    await onPage("?world=hamlets&steps=2", async (simulator) => {
      const { page } = simulator;
      await page.locator("#world").selectOption("uniform");
      await page.locator("#players-slider").fill("700");
      await simulator.shows({ players: "700", flushes: "1" });
      await simulator.addressed({ world: "uniform-700" });
      await page.locator("#calm").check();
      await simulator.shows(expected.figures);
      await simulator.addressed({ world: "uniform-700-85" });
    });
  });

  it("of a bad address are refused one by one, and the defaults are used", async () => {
    const query = "?world=atlantis&seed=-1&join=90&leave=50&max=2.5&speed=3&paused=maybe&steps=0&colour=blue";
    await onPage(query, async (simulator) => {
      const said = await simulator.page.locator("#problems p").allTextContents();
      assert.deepEqual(
        said.map((sentence) => sentence.split(" is not ")[0]),
        ["“colour”", "world=atlantis", "seed=-1", "leave=50", "max=2.5", "speed=3", "paused=maybe", "steps=0"],
      );
      assert.match(said[1] ?? "", /one of plaza-400, .*, crowd-N, with N from 1 to 200000, .* Using city\.$/);
      assert.match(said[3] ?? "", /a number from 90 \(the join distance\) to 1250 m\. Using 112\.5\.$/);
      assert.equal(await simulator.figure("players"), "10,000");
      assert.equal(await simulator.value("leave"), "112.5");
    });
  });
});

describe("a failure", () => {
  it("of the WebAssembly in the middle of a run is said, and another run is offered", async () => {
    const expected = await simulate({ world: "hamlets", max: 50, steps: 2 });
    let broken = true;
    await visitFiles(
      browser,
      "?world=hamlets&steps=2",
      async (simulator) => {
        const { page } = simulator;
        // The engine before this one is given back.
        await page.locator("#max-slider").fill("50");
        await page.locator("#failure").waitFor();
        assert.match(await simulator.text("failure-text"), /WebAssembly has stopped \(RuntimeError: unreachable\)/);
        assert.equal(await page.locator("#step").isDisabled(), true);
        await simulator.visit.screenshot("simulator-failure");

        broken = false;
        await page.getByRole("button", { name: "Start again" }).click();
        await page.locator("#failure").waitFor({ state: "hidden" });
        await simulator.shows({ flushes: "1" });
        await page.locator("#step").click();
        await simulator.shows(expected.figures);
      },
      (path, bytes) => (broken && path.endsWith(ENGINE) ? trapIn("__wbg_archipelago_free", bytes) : bytes),
    );
  });

  for (const missing of ["/simulator-worker.js", "/worlds_bg.wasm", ENGINE]) {
    it(`to load ${missing} is said too`, async () => {
      const files = await serveFolder(ASSETS, (path, bytes) => {
        if (path.endsWith(missing)) throw new Error("not found");
        return bytes;
      });
      try {
        const page = await browser.newPage();
        await page.goto(`${files.url}simulator.html?world=hamlets`);
        await page.locator("#failure").waitFor();
        assert.notEqual(await page.locator("#failure-text").textContent(), "");
        await page.close();
      } finally {
        await files.close();
      }
    });
  }
});

describe("looks", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [size, options] of Object.entries({ wide: { colorScheme }, narrow: { colorScheme, ...PHONE } })) {
      it(`have no serious fault for axe: ${colorScheme}, ${size}`, async () => {
        await onPage(
          "?world=festival&steps=2&seed=x",
          async ({ page, visit }) => {
            if (!(await page.locator("#join").isVisible())) await page.locator("#settings summary").click();
            await visit.assertAccessible();
          },
          options,
        );
      });
    }
  }

  it("are dark where that is preferred, and change with the button", async () => {
    const { players } = await simulate({ world: "city", steps: 3 });
    await onPage(
      "?world=city&steps=3",
      async (simulator) => {
        await simulator.assertDrawn(players, 50, "dark");
        await simulator.visit.screenshot("simulator-dark");
        await simulator.page.locator("#theme").click();
        await simulator.assertDrawn(players, 50, "light");
      },
      { colorScheme: "dark" },
    );
  });

  it("fit a phone: nothing sticks out, and the settings are folded away", async () => {
    await onPage(
      "?world=festival&steps=3",
      async ({ page, visit }) => {
        await visit.screenshot("simulator-phone");
        assert.equal(await page.locator("#join").isVisible(), false);
        await page.locator("#settings summary").click();
        assert.equal(await page.locator("#join").isVisible(), true);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.viewport.width);
        await visit.screenshot("simulator-phone-whole", { fullPage: true });
      },
      PHONE,
    );
  });
});

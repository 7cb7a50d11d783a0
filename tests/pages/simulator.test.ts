/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import binaryen from "binaryen";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { type StaticServer, serveFolder } from "../../scripts/lib/static-server.mjs";
import { simulate, simulateRegrouped } from "./support/simulated.ts";
import { clearlyDrawn, islandColours, SimulatorPage } from "./support/simulator-page.ts";

const ASSETS = fileURLToPath(new URL("../../edge-worker/assets", import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let files: StaticServer;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  files = await serveFolder(ASSETS);
});

after(async () => {
  await browser?.close();
  await files?.close();
});

/** Runs a test on the page with that query, on a server of plain files, and judges the page afterwards. */
async function onPage(
  query: string,
  test: (simulator: SimulatorPage) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const simulator = await SimulatorPage.open(browser, `${files.url}simulator.html${query}`, options);
  await test(simulator);
  await simulator.close();
}

describe("what is simulated", () => {
  it("is what Node computes, drawn where the players are, in the colours of their islands", async () => {
    const expected = await simulate({ world: "uniform-5000", steps: 20 });
    await onPage("?world=uniform-5000&steps=20", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      const sample = clearlyDrawn(await simulator.project(expected.players), 200);
      assert.equal(sample.length, 200);
      assert.deepEqual(await simulator.colours(sample), islandColours(sample));
      await simulator.screenshot("5000");
    });
  });

  it("follows all settings of the address", async () => {
    const run = { world: "crowd-300-85", seed: 4_294_967_295, join: 12.5, leave: 40, max: 7, steps: 3 };
    const expected = await simulate(run);
    await onPage("?world=crowd-300-85&seed=4294967295&join=12.5&leave=40&max=7&steps=3&speed=16", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      assert.equal(await simulator.page.locator("#world").inputValue(), "crowd");
      assert.equal(await simulator.page.locator("#players").inputValue(), "300");
      assert.equal(await simulator.page.locator("#calm").isChecked(), true);
      assert.equal(await simulator.page.locator("#leave").inputValue(), "40");
      assert.equal(await simulator.page.locator("#speed input:checked").inputValue(), "16");
    });
  });

  it("has nobody in it where nobody has come yet", async () => {
    const expected = await simulate({ world: "surge", steps: 1 });
    await onPage("?world=surge&paused=1", async (simulator) => {
      assert.deepEqual(await simulator.figures(), expected.figures);
      assert.equal(await simulator.figure("players"), "0");
      await simulator.screenshot("empty");
    });
  });

  it("goes on by itself, at the speed that is chosen, until it is paused, and the address says where it is", async () => {
    await onPage("?world=plaza-400&speed=16&seed=3", async (simulator) => {
      const { page } = simulator;
      await page.waitForFunction(() => Number(document.querySelector("[data-figure=flushes]")?.textContent) >= 8);
      assert.match(await simulator.figure("fps"), /^\d+$/);
      assert.match(await simulator.figure("frame"), /^\d+\.\d ms$/);
      assert.match(await simulator.figure("drawing"), /^\d+\.\d ms$/);
      await page.locator("#stage").press("Space");
      assert.equal(await page.locator("#pause").textContent(), "Resume");
      const flushes = await simulator.figure("flushes");
      await simulator.addressed({ world: "plaza-400", seed: "3", paused: "1", steps: flushes });
      const shown = await simulator.figures();
      const expected = await simulate({ world: "plaza-400", seed: 3, steps: Number(flushes) });
      // The neighbours are not counted anew at every flush of a run in a hurry.
      assert.deepEqual({ ...shown, recall: "" }, { ...expected.figures, recall: "" });

      await page.reload();
      await simulator.flushed(Number(flushes));
      assert.deepEqual(await simulator.figures(), expected.figures);
      assert.equal(await page.locator("#pause").textContent(), "Resume");
    });
  });

  it("is the same step by step as at once, and another with another seed", async () => {
    const expected = await simulate({ world: "festival", steps: 4 });
    const other = await simulate({ world: "festival", seed: 2, steps: 4 });
    assert.notDeepEqual(other.figures, expected.figures);
    await onPage("?world=festival&paused=1", async (simulator) => {
      const { page } = simulator;
      for (const flushes of [2, 3]) {
        await page.locator("#stage").press(".");
        await simulator.flushed(flushes);
      }
      await page.locator("#step").click();
      await simulator.flushed(4);
      assert.deepEqual(await simulator.figures(), expected.figures);
      await simulator.addressed({ paused: "1", steps: "4" });

      await page.locator("#seed").fill("2");
      await page.locator("#seed").press("Enter");
      await simulator.flushed(1);
      for (const flushes of [2, 3, 4]) {
        await page.locator("#stage").press(".");
        await simulator.flushed(flushes);
      }
      assert.deepEqual(await simulator.figures(), other.figures);
      await page.locator("#restart").click();
      await simulator.flushed(1);
      await simulator.addressed({ seed: "2", paused: "1", steps: "1" });
    });
  });
});

describe("settings", () => {
  it("form the islands anew, of the players where they are", async () => {
    const run = { world: "plaza-1000", steps: 5 };
    await onPage("?world=plaza-1000&steps=5", async (simulator) => {
      const { page } = simulator;
      await page.locator("#max").fill("40");
      await page.locator("#max").press("Enter");
      const smaller = await simulateRegrouped(run, { max: 40 });
      await shows(simulator, smaller.figures);
      await page.locator("#join-slider").fill("20");
      const nearer = await simulateRegrouped(run, { max: 40, join: 20, leave: 80 });
      await shows(simulator, nearer.figures);
      const sample = clearlyDrawn(await simulator.project(nearer.players), 20);
      assert.deepEqual(await simulator.colours(sample), islandColours(sample));
      // No link leads here: the islands depend on what was before.
      await simulator.addressed({ join: "20", leave: "80", max: "40", paused: "1", steps: null });
    });
  });

  it("keep the leave distance above the join distance, and say so", async () => {
    await onPage("?world=hamlets&paused=1", async (simulator) => {
      const { page } = simulator;
      await page.locator("#join-slider").fill("90");
      assert.equal(await page.locator("#leave").inputValue(), "90");
      assert.equal(
        await page.locator("#leave-note").textContent(),
        "Raised to 90 m: it cannot be below the join distance.",
      );
      await page.locator("#leave-slider").fill("50");
      assert.equal(await page.locator("#leave").inputValue(), "90");
      assert.equal(await page.locator("#leave-slider").inputValue(), "90");
      assert.equal(
        await page.locator("#leave-note").textContent(),
        "Stays at 90 m: it cannot be below the join distance.",
      );
      await page.locator("#leave-slider").fill("120");
      assert.equal(await page.locator("#leave-note").textContent(), "");
      await simulator.addressed({ join: "90", leave: "120" });
    });
  });

  it("refuse what they cannot be, by name", async () => {
    await onPage("?world=hamlets&paused=1", async (simulator) => {
      const { page } = simulator;
      await page.locator("#max").fill("0");
      await page.locator("#max").press("Enter");
      assert.equal(
        await page.locator("#max-note").textContent(),
        "“0” is not allowed: it is a whole number from 1 to 10000 players.",
      );
      assert.equal(await page.locator("#max").getAttribute("aria-invalid"), "true");
      await simulator.addressed({ max: "100" });
    });
  });

  it("lead to other worlds, of as many players as one likes", async () => {
    await onPage("?world=hamlets&steps=2", async (simulator) => {
      const { page } = simulator;
      await page.locator("#world").selectOption("uniform");
      await page.locator("#players-slider").fill("700");
      await simulator.flushed(1);
      await page.waitForFunction(() => document.querySelector("[data-figure=players]")?.textContent === "700");
      await simulator.addressed({ world: "uniform-700" });
      await page.locator("#calm").check();
      await simulator.addressed({ world: "uniform-700-85" });
      const expected = await simulate({ world: "uniform-700-85", steps: 1 });
      await shows(simulator, expected.figures);
    });
  });

  it("of a bad address are refused one by one, and the defaults are used", async () => {
    const query = "?world=atlantis&seed=-1&join=90&leave=50&max=2.5&speed=3&paused=maybe&steps=0&colour=blue";
    const expected = await simulate({ world: "city", seed: 1, join: 90, leave: 112.5, max: 100, steps: 1 });
    await onPage(query, async (simulator) => {
      const { page } = simulator;
      await page.locator("#stage").press("Space");
      const said = await page.locator("#problems p").allTextContents();
      assert.deepEqual(
        said.map((sentence) => sentence.split(" is not ")[0]),
        ["“colour”", "world=atlantis", "seed=-1", "leave=50", "max=2.5", "speed=3", "paused=maybe", "steps=0"],
      );
      assert.match(said[1] ?? "", /one of plaza-400, .*, crowd-N, with N from 1 to 200000, .* Using city\.$/);
      assert.match(said[3] ?? "", /a number from 90 \(the join distance\) to 1250 m\. Using 112\.5\.$/);
      assert.equal(await simulator.figure("players"), expected.figures.players);
      assert.equal(await page.locator("#leave").inputValue(), "112.5");
    });
  });
});

describe("pointers and keys", () => {
  it("drag players, who stay where they are put", async () => {
    const run = { world: "plaza-400", steps: 1 };
    const before = await simulate(run);
    await onPage("?world=plaza-400&paused=1", async (simulator) => {
      const { page } = simulator;
      await page.locator("#drag").click();
      const near = before.players.filter(({ x, z }) => Math.hypot(x, z) < 10);
      assert.ok(near.length > 5);
      const [origin] = await simulator.project([{ x: 0, z: 0, island: "" }]);
      const [goal] = await simulator.project([{ x: 130, z: 0, island: "" }]);
      assert.ok(origin && goal);
      const box = await page.locator("#stage").boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + origin.px, box.y + origin.py);
      assert.equal(await page.locator("#ring").isVisible(), true);
      await page.mouse.down();
      await page.mouse.move(box.x + goal.px, box.y + goal.py);
      await page.mouse.up();
      await simulator.painted();
      const moved = near.map(({ x, z, island }) => ({ x: x + 130, z, island }));
      const drawn = clearlyDrawn(await simulator.project(moved), 20);
      assert.ok(drawn.length > 2);
      assert.deepEqual(await simulator.colours(drawn), islandColours(drawn));
      // Whoever has been dragged away is too far from the others now.
      await page.locator("#stage").press(".");
      await simulator.flushed(2);
      const undragged = await simulate({ ...run, steps: 2 });
      assert.ok(Number(await simulator.figure("islands")) > Number(undragged.figures.islands));
      await simulator.addressed({ paused: "1", steps: null });
    });
  });

  it("name the island under the pointer, choose it by a click, and go through the islands by keys", async () => {
    const { players } = await simulate({ world: "hamlets", steps: 2 });
    await onPage("?world=hamlets&steps=2", async (simulator) => {
      const { page } = simulator;
      const [one] = clearlyDrawn(await simulator.project(players), 1);
      assert.ok(one);
      const members = players.filter(({ island }) => island === one.island).length;
      const size = `${members} ${members === 1 ? "player" : "players"}`;
      await page.locator("#stage").hover({ position: { x: one.px, y: one.py } });
      await page.locator(".tooltip").getByText(size).waitFor();
      assert.equal(await page.locator(".tooltip").textContent(), `${one.island}${size}`);
      await page.locator("#stage").click({ position: { x: one.px, y: one.py } });
      assert.equal(await page.locator("#island").textContent(), `Island ${one.island}: ${size}`);
      await page.locator("#stage").press("n");
      const [next] = (await page.locator("#summary").textContent())?.match(/I\w+/) ?? [];
      assert.notEqual(next, one.island);
      await page.locator("#stage").press("p");
      assert.equal(await page.locator("#summary").textContent(), `Island ${one.island}, ${size}`);
    });
  });
});

describe("a failure", () => {
  it("of the WebAssembly in the middle of a run is said, and another run is offered", async () => {
    let broken = true;
    const trapping = await serveFolder(ASSETS, (path, bytes) =>
      broken && path.endsWith("/archipelago_wasm_bg.wasm") ? trapIn("__wbg_archipelago_free", bytes) : bytes,
    );
    const simulator = await SimulatorPage.open(browser, `${trapping.url}simulator.html?world=hamlets&steps=2`);
    const { page } = simulator;
    // The engine that was is given back.
    await page.locator("#max-slider").fill("50");
    const failure = page.locator("#failure");
    await failure.waitFor();
    assert.match(
      (await page.locator("#failure-text").textContent()) ?? "",
      /WebAssembly has stopped \(RuntimeError: unreachable\)/,
    );
    assert.equal(await page.locator("#step").isDisabled(), true);
    await simulator.screenshot("failure");

    broken = false;
    await page.getByRole("button", { name: "Start again" }).click();
    await failure.waitFor({ state: "hidden" });
    await simulator.flushed(1);
    await page.locator("#step").click();
    await simulator.flushed(2);
    const expected = await simulate({ world: "hamlets", max: 50, steps: 2 });
    assert.deepEqual(await simulator.figures(), expected.figures);
    await simulator.close();
    await trapping.close();
  });

  it("to load anything is said too", async () => {
    for (const missing of ["simulator-worker.js", "worlds_bg.wasm", "archipelago_wasm_bg.wasm"]) {
      const incomplete = await serveFolder(ASSETS, (path, bytes) => {
        if (path.endsWith(missing)) throw new Error("not found");
        return bytes;
      });
      const page = await browser.newPage();
      await page.goto(`${incomplete.url}simulator.html?world=hamlets`);
      await page.locator("#failure").waitFor();
      assert.notEqual(await page.locator("#failure-text").textContent(), "");
      await page.close();
      await incomplete.close();
    }
  });
});

describe("looks", () => {
  it("have no serious fault for axe, in light and dark, wide and narrow", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const options of [{ colorScheme }, { colorScheme, ...PHONE }]) {
        const query = "?world=festival&steps=2&seed=x";
        await onPage(query, async (simulator) => assert.deepEqual(await seriousFaults(simulator), []), options);
      }
    }
  });

  it("are dark where that is preferred, and change with the button", async () => {
    const { players } = await simulate({ world: "city", steps: 3 });
    await onPage(
      "?world=city&steps=3",
      async (simulator) => {
        const sample = clearlyDrawn(await simulator.project(players), 50);
        assert.deepEqual(await simulator.colours(sample), islandColours(sample, "dark"));
        await simulator.screenshot("dark");
        await simulator.page.locator("#theme").click();
        await simulator.painted();
        assert.deepEqual(await simulator.colours(sample), islandColours(sample, "light"));
      },
      { colorScheme: "dark" },
    );
  });

  it("fit a phone: nothing sticks out, and the settings are folded away", async () => {
    await onPage(
      "?world=festival&steps=3",
      async (simulator) => {
        const { page } = simulator;
        await simulator.screenshot("phone");
        assert.equal(await page.locator("#join").isVisible(), false);
        await page.locator("#settings summary").click();
        assert.equal(await page.locator("#join").isVisible(), true);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.viewport.width);
        await page.locator("#join").scrollIntoViewIfNeeded();
        await simulator.screenshot("phone-settings");
      },
      PHONE,
    );
  });
});

/** Waits until the page shows these figures: after a change they come from the worker. */
async function shows(simulator: SimulatorPage, figures: Record<string, string>): Promise<void> {
  await simulator.page
    .waitForFunction(
      (wanted) =>
        Object.entries(wanted).every(
          ([name, text]) => document.querySelector(`[data-figure="${name}"]`)?.textContent === text,
        ),
      figures,
    )
    .catch(async () => assert.deepEqual(await simulator.figures(), figures));
  await simulator.painted();
}

/** What axe finds, if it is serious or worse: the rule and the elements. */
async function seriousFaults({ page }: SimulatorPage): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** The same WebAssembly, with a function that stops it. */
function trapIn(name: string, wasm: Buffer): Buffer {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(binaryen.Features.All);
  const { value } = binaryen.getExportInfo(module.getExport(name));
  const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
  module.removeFunction(value);
  module.addFunction(value, params, results, [], module.unreachable());
  const changed = Buffer.from(module.emitBinary());
  module.dispose();
  return changed;
}

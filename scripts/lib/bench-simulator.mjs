/// <reference lib="dom" />
/** `npm run bench -- simulator`: how smoothly the simulator page runs in Chromium, and how long its flushes take. */
import { join } from "node:path";
import { buildPages } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";
import { serveFolder } from "./static-server.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("playwright-core").Browser} Browser
 * @typedef {import("playwright-core").Page} Page
 */

/** Worlds that are looked at unless others are named. */
const WORLDS = ["uniform-10000", "crowd-10000", "plazas-10000"];
/** Four times as many flushes as in life: there has to be something to measure. */
const SPEED = 4;
const WARM_UP_MS = 4_000;
const RUN_MS = 20_000;
const VIEWPORT = { width: 1440, height: 900 };

/**
 * What is recorded in the page, in milliseconds.
 *
 * @typedef {object} Recording
 * @property {number[]} frames from one animation frame to the next
 * @property {number[]} work what the page's own callbacks take of each: moving everybody, and drawing
 * @property {number[]} flushes each flush as the page shows it
 */

/**
 * @param {Tools} tools
 * @param {readonly string[]} args names of worlds
 */
export async function benchSimulator(tools, args) {
  const { browser: executablePath } = findChromium(tools.env);
  await buildPages(tools);
  // Set-up may only just have installed it.
  const { chromium } = await import("playwright-core");
  const server = await serveFolder(join(ROOT, "edge-worker", "assets"));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
  try {
    console.log(`Simulator page, ${VIEWPORT.width} × ${VIEWPORT.height}, ${RUN_MS / 1000} s a world at ${SPEED}×, ms`);
    for (const world of args.length > 0 ? args : WORLDS) await benchWorld(browser, server.url, world);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {Browser} browser
 * @param {string} url
 * @param {string} world
 */
async function benchWorld(browser, url, world) {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.addInitScript(recordFrames);
  await page.goto(`${url}simulator.html?world=${encodeURIComponent(world)}&speed=${SPEED}`);
  const problem = page.locator("#problems, #failure").filter({ visible: true });
  if ((await problem.count()) > 0) throw new Failure((await problem.allTextContents()).join("\n"));
  await page.waitForTimeout(WARM_UP_MS);
  await page.evaluate(startRecording);
  await page.waitForTimeout(RUN_MS);
  const recording = /** @type {Recording} */ (await page.evaluate("recording"));
  const shown = await page.evaluate(readFigures);
  await page.close();

  console.log(`\n${world}: ${shown.players} players, ${shown.islands} islands`);
  tell("frame", recording.frames, `the page says ${shown.frame} median, ${shown.fps} a second`);
  tell("work per frame", recording.work, `the page says ${shown.drawing} of it is drawing`);
  tell("flush", recording.flushes, `the page says ${shown["flush-median"]} median, ${shown["flush-p99"]} p99`);
}

/**
 * @param {string} name
 * @param {readonly number[]} samples
 * @param {string} said
 */
function tell(name, samples, said) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ rank) => (sorted[Math.ceil(sorted.length * rank) - 1] ?? Number.NaN).toFixed(1);
  const quantiles = `median ${at(0.5).padStart(6)}   p95 ${at(0.95).padStart(6)}   p99 ${at(0.99).padStart(6)}`;
  console.log(`  ${name.padEnd(16)}${quantiles}   of ${String(samples.length).padStart(4)}; ${said}`);
}

/** Runs in the page, before its scripts: every animation frame goes through here. */
function recordFrames() {
  /** @type {Recording} */
  const recording = { frames: [], work: [], flushes: [] };
  const request = window.requestAnimationFrame.bind(window);
  let frameAt = 0;
  window.requestAnimationFrame = (callback) =>
    request((now) => {
      const started = performance.now();
      callback(now);
      const took = performance.now() - started;
      // Several callbacks can share a frame.
      if (now === frameAt) recording.work.push((recording.work.pop() ?? 0) + took);
      else {
        if (frameAt > 0) recording.frames.push(now - frameAt);
        recording.work.push(took);
      }
      frameAt = now;
    });
  Object.assign(window, { recording });
}

/** Runs in the page: forgets what was recorded, and records flushes too. */
function startRecording() {
  const { recording } = /** @type {{ recording: Recording }} */ (/** @type {unknown} */ (window));
  recording.frames.length = 0;
  recording.work.length = 0;
  const figure = (/** @type {string} */ name) => document.querySelector(`[data-figure="${name}"]`);
  const flushed = figure("flushes");
  if (!flushed) throw new Error("the page shows no flushes");
  new MutationObserver(() => {
    recording.flushes.push(Number.parseFloat(figure("flush-last")?.textContent ?? ""));
  }).observe(flushed, { childList: true, characterData: true, subtree: true });
}

/**
 * Runs in the page.
 *
 * @returns {Record<string, string>}
 */
function readFigures() {
  const figures = [...document.querySelectorAll("[data-figure]")];
  return Object.fromEntries(figures.map((figure) => [figure.getAttribute("data-figure"), figure.textContent]));
}

/** The tests, suite by suite. A suite builds what it looks at. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildBots, buildFaultyWorker, buildPackage, buildPages, buildWorker, oneProfile } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { Failure } from "./failure.mjs";
import { PACKAGE, ROOT, TARGET } from "./paths.mjs";
import { run } from "./process.mjs";
import { command, guarded } from "./steps.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./steps.mjs").Step} Step
 *
 * @typedef {object} NodeTests
 * @property {readonly ((tools: Tools) => Promise<void>)[]} builds what they look at
 * @property {boolean} browser whether they drive one: in CHROMIUM they read which
 * @property {number} atOnce how many files at a time
 */

const FAILURES_REPORTER = "./scripts/lib/failures-reporter.mjs";

/** Ends a test file that hangs; none comes near it otherwise. */
const FILE_TIMEOUT_MS = 600_000;

/** What the runner says when it leaves out a test binary that is not configured for a browser. */
const SKIPPED = "so skipping";

/** Crates whose tests run as WebAssembly. */
const WASM_CRATES = ["wasm-pkg", "tests/worlds"];

/**
 * All suites by name, in the order in which they run.
 *
 * @param {Tools} tools
 * @returns {Record<string, Step[]>}
 */
export function suites(tools) {
  return {
    core: [command("core", ["cargo", "test", "--locked"], tools.env)],
    wasm: WASM_CRATES.map((crate) => inNode(crate, tools)),
    chrome: WASM_CRATES.map((crate) => inChrome(crate, tools)),
    package: [nodeTests("package", "tests/package", tools, { builds: [buildPackage], browser: true, atOnce: 2 })],
    bench: [nodeTests("bench", "tests/bench", tools, { builds: [], browser: false, atOnce: 1 })],
    // Most of a test is waiting: two at a time even on two cores.
    e2e: [
      nodeTests("end to end", "tests/e2e", tools, {
        builds: [buildWorker, buildFaultyWorker, buildPages, buildBots],
        browser: false,
        atOnce: 2,
      }),
    ],
    // A page that is drawn keeps all cores busy.
    pages: [nodeTests("pages", "tests/pages", tools, { builds: [buildWorker, buildPages], browser: true, atOnce: 1 })],
  };
}

/**
 * @param {string} crate
 * @param {Tools} tools
 * @returns {Step}
 */
function inNode(crate, { env }) {
  return command(`${crate} in Node`, ["wasm-pack", "test", "--node", "--mode", "no-install", crate], oneProfile(env));
}

/**
 * @param {string} crate
 * @param {Tools} tools
 * @returns {Step}
 */
function inChrome(crate, { env }) {
  return guarded(`${crate} in Chrome`, async () => {
    const { browser, driver } = findChromium(env);
    const options = ["--headless", "--chrome", "--chromedriver", driver, "--mode", "no-install"];
    const { status, output } = await run("wasm-pack", ["test", ...options, crate], {
      env: {
        ...oneProfile(env),
        // wasm-pack sets it for the tests, but not for the build before them, which would then be of no use.
        WASM_BINDGEN_TEST_ONLY_WEB: "1",
        WASM_BINDGEN_TEST_WEBDRIVER_JSON: await webdriverConfig(browser),
      },
      echo: true,
    });
    if (output.includes(SKIPPED)) {
      throw new Failure(
        `Some tests of ${crate} did not run in Chrome.`,
        "They need: #[cfg(in_browser)] wasm_bindgen_test_configure!(run_in_browser);",
      );
    }
    return status === 0;
  });
}

/**
 * The package's settings for its browser, and which browser it is.
 *
 * @param {string} browser
 * @returns {Promise<string>} path of the file
 */
async function webdriverConfig(browser) {
  const config = JSON.parse(await readFile(join(PACKAGE, "webdriver.json"), "utf8"));
  config["goog:chromeOptions"].binary = browser;
  const file = join(TARGET, "webdriver.json");
  await mkdir(TARGET, { recursive: true });
  await writeFile(file, JSON.stringify(config));
  return file;
}

/**
 * The tests of a folder.
 *
 * @param {string} name
 * @param {string} folder
 * @param {Tools} tools
 * @param {NodeTests} how
 * @returns {Step}
 */
function nodeTests(name, folder, tools, { builds, browser, atOnce }) {
  const failures = join(TARGET, `failures in ${name}.txt`);
  const step = guarded(name, async () => {
    await rm(failures, { force: true });
    const names = await readdir(join(ROOT, folder)).catch(() => []);
    const files = names.filter((file) => file.endsWith(".test.ts")).sort();
    if (files.length === 0) throw new Failure(`There are no tests in ${folder}.`);
    const env = browser ? { ...tools.env, CHROMIUM: findChromium(tools.env).browser } : tools.env;
    for (const build of builds) await build(tools);
    const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
    reporters.push(`--test-reporter=${FAILURES_REPORTER}`, `--test-reporter-destination=${failures}`);
    const options = [...reporters, `--test-concurrency=${atOnce}`, `--test-timeout=${FILE_TIMEOUT_MS}`];
    return command("", [tools.node, "--test", ...options, ...files.map((file) => join(folder, file))], env).run();
  });
  return { ...step, failures };
}

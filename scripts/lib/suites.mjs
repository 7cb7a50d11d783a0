/** The tests, suite by suite. A suite builds what it looks at. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPackage, buildPages, buildWorker } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { Failure } from "./failure.mjs";
import { PACKAGE, ROOT, TARGET } from "./paths.mjs";
import { command, guarded } from "./steps.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./steps.mjs").Step} Step
 */

/** Ends a test file that hangs; none comes near it otherwise. */
const FILE_TIMEOUT_MS = 600_000;

/** Ends a test binary that hangs in the browser; the slowest takes a twentieth of it. */
const BROWSER_TIMEOUT_S = 300;

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
    package: [nodeTests("package", "tests/package", tools, [buildPackage], withChromium)],
    e2e: [nodeTests("end to end", "tests/e2e", tools, [buildWorker])],
    pages: [nodeTests("pages", "tests/pages", tools, [buildWorker, buildPages], withChromium)],
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
    const tests = command("", ["wasm-pack", "test", ...options, crate], {
      ...oneProfile(env),
      // wasm-pack sets it for the tests, but not for the build before them, which would then be of no use.
      WASM_BINDGEN_TEST_ONLY_WEB: "1",
      WASM_BINDGEN_TEST_TIMEOUT: String(BROWSER_TIMEOUT_S),
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: await webdriverConfig(browser),
    });
    return tests.run();
  });
}

/**
 * `wasm-pack test` calls `cargo build --tests`, which takes the dev profile, and then `cargo test`, which takes the
 * test profile: equal settings let the second find what the first compiled.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function oneProfile(env) {
  return { ...env, CARGO_PROFILE_DEV_OPT_LEVEL: "2" };
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
 * @param {readonly ((tools: Tools) => Promise<void>)[]} builds what they look at
 * @param {(env: NodeJS.ProcessEnv) => NodeJS.ProcessEnv} [prepare] makes their environment
 * @returns {Step}
 */
function nodeTests(name, folder, tools, builds, prepare = (env) => env) {
  return guarded(name, async () => {
    const names = await readdir(join(ROOT, folder)).catch(() => []);
    const files = names.filter((file) => file.endsWith(".test.ts")).sort();
    if (files.length === 0) throw new Failure(`There are no tests in ${folder}.`);
    const env = prepare(tools.env);
    for (const build of builds) await build(tools);
    // Most of a test is waiting: two at a time even on two cores.
    const options = ["--test-reporter=spec", "--test-concurrency=2", `--test-timeout=${FILE_TIMEOUT_MS}`];
    return command("", [tools.node, "--test", ...options, ...files.map((file) => join(folder, file))], env).run();
  });
}

/**
 * Tests read in CHROMIUM which browser they are to drive.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withChromium(env) {
  return { ...env, CHROMIUM: findChromium(env).browser };
}

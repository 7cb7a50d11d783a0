/**
 * Set-up: every tool at its pinned version. Does and says nothing when all is there.
 *
 * Node packages and Node go into this clone, tools into a cache that clones share, the Rust toolchain beside a
 * person's others; nothing a person installed is replaced. Runs on Node 18 without any package, since it is what
 * installs them.
 */
import { delimiter, join } from "node:path";
import { cargoToolBin, installCargoTools, missingCargoTools } from "./cargo-tools.mjs";
import { Failure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { fittingNode, installLocalNode, nodeIsThere } from "./node.mjs";
import { installNpmPackages, npmPackagesAreThere } from "./npm-packages.mjs";
import { NPM_BIN } from "./paths.mjs";
import { duration } from "./report.mjs";
import { CARGO_BIN, installRust, remappedSources, rustIsThere, toolchain } from "./rust.mjs";

/**
 * @typedef {object} Tools
 * @property {string} node the Node to run tools and tests with
 * @property {NodeJS.ProcessEnv} env an environment in which every tool is found, at its pinned version
 */

/**
 * Installs what is missing.
 *
 * @returns {Promise<Tools>}
 * @throws {Failure} when something cannot be had; the message says what to do
 */
export async function setUp() {
  if (process.platform === "win32") {
    throw new Failure("Windows itself is not supported.", "Use WSL: https://learn.microsoft.com/windows/wsl/install");
  }
  const env = environment();
  if (!(await everythingIsThere(env))) {
    const started = performance.now();
    await withLock(() => installMissing(env));
    console.log(`▸ Set-up is complete after ${duration(performance.now() - started)}; the next one takes none of it\n`);
  }
  // Anew: installing may have brought sources of crates.
  return { node: fittingNode(), env: environment() };
}

/** @param {NodeJS.ProcessEnv} env */
async function everythingIsThere(env) {
  const [packages, rust] = await Promise.all([npmPackagesAreThere(), rustIsThere(env)]);
  return packages && rust && nodeIsThere() && missingCargoTools().length === 0;
}

/**
 * Each piece is checked again: another set-up may have been at work until now.
 *
 * @param {NodeJS.ProcessEnv} env
 */
async function installMissing(env) {
  // Rust first: where it cannot be had, it is better to know before the downloads.
  if (!(await rustIsThere(env))) await installRust(env);
  if (!(await npmPackagesAreThere())) await installNpmPackages();
  if (!nodeIsThere()) await installLocalNode();
  await installCargoTools(missingCargoTools(), env);
}

/** @returns {NodeJS.ProcessEnv} */
function environment() {
  const bins = [cargoToolBin("wasm-bindgen-cli"), cargoToolBin("worker-build"), cargoToolBin("wasm-pack"), NPM_BIN];
  return {
    ...process.env,
    // A person's own cargo comes before the usual place of one, which is only for shells that lack it.
    PATH: [...bins, process.env.PATH, CARGO_BIN].join(delimiter),
    RUSTUP_TOOLCHAIN: toolchain.channel,
    // Without these worker-build downloads its own from release pages.
    WASM_BINDGEN_BIN: join(cargoToolBin("wasm-bindgen-cli"), "wasm-bindgen"),
    WASM_OPT_BIN: join(NPM_BIN, "wasm-opt"),
    ESBUILD_BIN: join(NPM_BIN, "esbuild"),
    // What worker-build sets for its own cargo call: clippy has to see the same code.
    WASM_BINDGEN_USE_JS_SYS: "1",
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: remappedSources().join(" "),
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
  };
}

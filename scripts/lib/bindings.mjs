/** WebAssembly with its JavaScript: from a crate to what a page or a package holds. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, TARGET } from "./paths.mjs";
import { runQuietly } from "./product.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

/**
 * @typedef {object} Bindings
 * @property {string} artifact what cargo calls the crate's WebAssembly, without the extension
 * @property {string} name what the files are to be called
 * @property {string} folder where they go, within the repository; whatever is in it gives way
 * @property {readonly string[]} [options] wasm-bindgen's, besides the usual ones
 */

/** What rustc emits for wasm32-unknown-unknown by default, and what `.cargo/config.toml` adds to it. */
const FEATURES = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
].map((feature) => `--enable-${feature}`);

/**
 * The arguments for wasm-bindgen and wasm-opt; they are part of what decides whether something is up to date.
 *
 * @param {Bindings} bindings
 */
export function bindingArguments({ name, options = [] }) {
  const usual = ["--target", "web", "--remove-name-section", "--remove-producers-section", "--out-name", name];
  return { bindgen: [...usual, ...options], optimise: ["-O3", ...FEATURES] };
}

/**
 * Compiles crates to WebAssembly, in one call so that they share what they have in common.
 *
 * @param {readonly string[]} crates
 * @param {Tools} tools
 */
export async function compile(crates, { env }) {
  const packages = crates.flatMap((crate) => ["-p", crate]);
  const target = ["--release", "--lib", "--target", "wasm32-unknown-unknown"];
  await runQuietly(["cargo", "build", "--locked", ...target, ...packages], env);
}

/**
 * Makes bindings of what was compiled.
 *
 * @param {Bindings} bindings
 * @param {Tools} tools
 */
export async function bind(bindings, { env }) {
  const { bindgen, optimise } = bindingArguments(bindings);
  const compiled = join(TARGET, "wasm32-unknown-unknown", "release", `${bindings.artifact}.wasm`);
  const folder = join(ROOT, bindings.folder);
  await rm(folder, { recursive: true, force: true });
  await runQuietly(["wasm-bindgen", ...bindgen, "--out-dir", folder, compiled], env);
  const wasm = join(folder, `${bindings.name}_bg.wasm`);
  await runQuietly(["wasm-opt", ...optimise, wasm, "-o", wasm], env);
}

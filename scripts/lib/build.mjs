/** What is built here: the Worker, the npm package, the worlds of tests and the simulator, and the pages. */
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bind, bindingArguments, compile } from "./bindings.mjs";
import { FAULTY_BUILD, PACKAGE, ROOT, TARGET } from "./paths.mjs";
import { makeIfNeeded, runQuietly } from "./product.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./product.mjs").Product} Product
 * @typedef {import("./bindings.mjs").Bindings} Bindings
 */

/** Sources of everything that is Rust, besides the crates themselves. */
const RUST = [".cargo/config.toml", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "package-lock.json"];
const CORE = ["archipelago-core", "proto"];

/** @type {readonly [string, ...string[]]} */
const WORKER_BUILD = ["worker-build", "--release", "edge-worker"];

/** @type {Product} */
const WORKER = {
  name: "the Worker",
  stamp: "worker",
  compiles: true,
  sources: [...RUST, ...CORE, "edge-worker/Cargo.toml", "edge-worker/build.rs", "edge-worker/src"],
  outputs: ["edge-worker/build/index.js", "edge-worker/build/index_bg.wasm"],
  words: WORKER_BUILD,
  make: async ({ env }) => {
    await runQuietly(WORKER_BUILD, env);
    await tellSize("edge-worker/build/index_bg.wasm");
  },
};

/**
 * Compiles as the tests of the other crates for WebAssembly do, so that they share what is compiled.
 *
 * @type {readonly [string, ...string[]]}
 */
const FAULTY_WORKER_BUILD = [
  "worker-build",
  ...["--dev", "--out-dir", `../${FAULTY_BUILD}`, "edge-worker", "--locked", "--features", "faults"],
];

/** @type {Product} */
const FAULTY_WORKER = {
  name: "the Worker with faults",
  stamp: "faulty-worker",
  compiles: true,
  sources: WORKER.sources,
  outputs: [`${FAULTY_BUILD}/index.js`, `${FAULTY_BUILD}/index_bg.wasm`],
  words: FAULTY_WORKER_BUILD,
  make: ({ env }) => runQuietly(FAULTY_WORKER_BUILD, oneProfile(env)),
};

/** Compiled together, also when only one of them has changed: cargo sees which, and they agree about what they share. */
const CRATES = ["archipelago-wasm", "archipelago-worlds"];

/** @type {Bindings} */
const PACKAGE_BINDINGS = {
  artifact: "archipelago_wasm",
  name: "archipelago_wasm",
  folder: "wasm-pkg/dist/bindings",
  // The package finds the file by itself. After a trap it begins anew.
  options: ["--omit-default-module-path", "--experimental-reset-state-function"],
};

/** @type {Bindings} */
const WORLDS_BINDINGS = { artifact: "archipelago_worlds", name: "worlds", folder: "tests/worlds/dist" };

/** @type {Product} */
const PACKAGE_WASM = {
  name: "the WebAssembly of the npm package",
  stamp: "package-wasm",
  compiles: true,
  sources: [...RUST, ...CORE, "wasm-pkg/Cargo.toml", "wasm-pkg/build.rs", "wasm-pkg/src"],
  outputs: [PACKAGE_BINDINGS.folder],
  words: Object.values(bindingArguments(PACKAGE_BINDINGS)).flat(),
  make: async (tools) => {
    await compile(CRATES, tools);
    await bind(PACKAGE_BINDINGS, tools);
    await tellSize(`${PACKAGE_BINDINGS.folder}/archipelago_wasm_bg.wasm`);
  },
};

/** How esbuild puts the protobuf library into the file that hands it on. */
const WIRE = ["--bundle", "--format=esm", "--minify", "--legal-comments=inline", "--allow-overwrite"];

/** @type {Product} */
const PACKAGE_CODE = {
  name: "the npm package",
  stamp: "package-code",
  sources: [
    "wasm-pkg/ts",
    "wasm-pkg/tsconfig.json",
    "package-lock.json",
    `${PACKAGE_BINDINGS.folder}/archipelago_wasm.d.ts`,
  ],
  outputs: ["wasm-pkg/dist"],
  words: WIRE,
  make: async ({ env }) => {
    await clearPackage();
    await runQuietly(["tsc", "-p", PACKAGE], env);
    // The one library goes into the package: a page without a bundler could not find it.
    await runQuietly(["esbuild", `${PACKAGE}/ts/wire.ts`, ...WIRE, `--outfile=${PACKAGE}/dist/wire.js`], env);
  },
};

/** @type {Product} */
const WORLDS = {
  name: "the worlds",
  stamp: "worlds",
  sources: [...RUST, ...CORE, "tests/worlds/Cargo.toml", "tests/worlds/src", "wasm-pkg/build.rs"],
  outputs: [WORLDS_BINDINGS.folder],
  words: Object.values(bindingArguments(WORLDS_BINDINGS)).flat(),
  make: async (tools) => {
    await compile(CRATES, tools);
    await bind(WORLDS_BINDINGS, tools);
    await tellSize(`${WORLDS_BINDINGS.folder}/worlds_bg.wasm`);
  },
};

/** @type {Bindings} */
const BENCH_BINDINGS = { artifact: "archipelago_bench", name: "bench", folder: "tests/bench/dist" };

/** @type {Product} */
const BENCH = {
  name: "the benchmark as WebAssembly",
  stamp: "bench",
  compiles: true,
  sources: [...WORLDS.sources, "tests/bench/Cargo.toml", "tests/bench/src"],
  outputs: [BENCH_BINDINGS.folder],
  words: Object.values(bindingArguments(BENCH_BINDINGS)).flat(),
  make: async (tools) => {
    await compile(["archipelago-bench"], tools);
    await bind(BENCH_BINDINGS, tools);
  },
};

/** The load generator's program. */
export const BOTS = join(TARGET, "release", "archipelago-bots");

/** @type {readonly [string, ...string[]]} */
const BOTS_BUILD = ["cargo", "build", "--release", "--locked", "-p", "archipelago-bots"];

/** @type {Product} */
const PAGES = {
  name: "the pages",
  stamp: "pages",
  sources: ["edge-worker/pages", "wasm-pkg/dist", "tests/worlds/dist", "scripts/lib/pages.mjs", "package-lock.json"],
  outputs: ["edge-worker/assets/build"],
  make: async () => {
    // Set-up may only just have installed what it imports.
    const { bundlePages } = await import("./pages.mjs");
    await bundlePages();
  },
};

/**
 * Builds the Worker, unless it is up to date.
 *
 * @param {Tools} tools
 */
export async function buildWorker(tools) {
  await makeIfNeeded(WORKER, tools);
}

/**
 * Builds the Worker in which tests can have things fail, unless it is up to date.
 *
 * @param {Tools} tools
 */
export async function buildFaultyWorker(tools) {
  await makeIfNeeded(FAULTY_WORKER, tools);
}

/**
 * `wasm-pack test` calls `cargo build --tests`, which takes the dev profile, and then `cargo test`, which takes the
 * test profile: equal settings let the second find what the first compiled.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function oneProfile(env) {
  return { ...env, CARGO_PROFILE_DEV_OPT_LEVEL: "2" };
}

/**
 * Builds the npm package, as far as it is not up to date.
 *
 * @param {Tools} tools
 */
export async function buildPackage(tools) {
  await makeIfNeeded(PACKAGE_WASM, tools);
  await makeIfNeeded(PACKAGE_CODE, tools);
}

/**
 * Builds the worlds, unless they are up to date.
 *
 * @param {Tools} tools
 */
export async function buildWorlds(tools) {
  await makeIfNeeded(WORLDS, tools);
}

/**
 * Builds the benchmark of the engine as WebAssembly, unless it is up to date.
 *
 * @param {Tools} tools
 */
export async function buildBench(tools) {
  await makeIfNeeded(BENCH, tools);
}

/**
 * Builds the load generator. Cargo itself sees whether there is anything to do.
 *
 * @param {Tools} tools
 */
export async function buildBots({ env }) {
  if (existsSync(BOTS)) await runQuietly(BOTS_BUILD, env);
  else await timed("Building the bots (minutes the first time)", () => runQuietly(BOTS_BUILD, env));
}

/**
 * Builds the pages and what they contain, as far as it is not up to date.
 *
 * @param {Tools} tools
 */
export async function buildPages(tools) {
  await buildPackage(tools);
  await buildWorlds(tools);
  await makeIfNeeded(PAGES, tools);
}

/** What an earlier version has left would be published. The bindings are the business of another product. */
async function clearPackage() {
  const dist = join(PACKAGE, "dist");
  const names = await readdir(dist);
  const old = names.filter((name) => name !== "bindings");
  await Promise.all(old.map((name) => rm(join(dist, name), { recursive: true })));
}

/** @param {string} file within the repository */
async function tellSize(file) {
  const wasm = await readFile(join(ROOT, file));
  console.log(`  ${file}: ${kilobytes(wasm)} KB, ${kilobytes(gzipSync(wasm))} KB gzipped`);
}

/** @param {Buffer} bytes */
function kilobytes(bytes) {
  return Math.round(bytes.length / 1000);
}

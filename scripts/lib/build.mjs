/** Building the two things this repository ships: the Worker and the npm package. */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { CARGO_TOOLS } from "./cargo-tools.mjs";
import { Failure } from "./failure.mjs";
import { PACKAGE_BUILD, ROOT, WORKER_BUILD } from "./paths.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";
import { digest, isUpToDate, writeStamp } from "./stamp.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

/**
 * @typedef {object} Product
 * @property {string} name
 * @property {string} crate its folder
 * @property {string} directory where it is built
 * @property {readonly string[]} outputs the files that matter, in that folder
 * @property {string} wasm the one whose size is worth knowing
 * @property {readonly [string, ...string[]]} command
 */

/** @type {Product} */
const WORKER = {
  name: "the Worker",
  crate: "edge-worker",
  directory: WORKER_BUILD,
  outputs: ["index.js", "index_bg.wasm"],
  wasm: "index_bg.wasm",
  command: ["worker-build", "--release", "edge-worker"],
};

/** @type {Product} */
const PACKAGE = {
  name: "the npm package",
  crate: "wasm-pkg",
  directory: PACKAGE_BUILD,
  outputs: ["package.json", "archipelago_wasm.js", "archipelago_wasm.d.ts", "archipelago_wasm_bg.wasm"],
  wasm: "archipelago_wasm_bg.wasm",
  command: ["wasm-pack", "build", "wasm-pkg", "--release", "--target", "web", "--mode", "no-install"],
};

/** Sources of both, besides their own crate. */
const SHARED_SOURCES = [
  "archipelago-core",
  "proto",
  "Cargo.toml",
  "Cargo.lock",
  "rust-toolchain.toml",
  "package-lock.json",
];

/**
 * Builds the Worker, unless it is up to date.
 *
 * @param {Tools} tools
 */
export async function buildWorker(tools) {
  await build(WORKER, tools);
}

/**
 * Builds the npm package, unless it is up to date.
 *
 * @param {Tools} tools
 */
export async function buildPackage(tools) {
  await build(PACKAGE, tools);
}

/**
 * @param {Product} product
 * @param {Tools} tools
 */
async function build(product, { env }) {
  const stamp = join(product.directory, ".stamp");
  const outputs = product.outputs.map((file) => relative(ROOT, join(product.directory, file)));
  const versions = CARGO_TOOLS.map(({ crate, version }) => `${crate} ${version}`);
  const words = [...product.command, ...versions, env.RUSTFLAGS ?? ""];
  // Before the build: an edit made while it runs must not pass for built.
  const inputs = await digest([...SHARED_SOURCES, product.crate], words);
  if (await isUpToDate(stamp, inputs, outputs)) return;

  await timed(`Building ${product.name}`, async () => {
    const [program, ...args] = product.command;
    // Compiler messages, not a line per crate, nor the stack of the tool that called the compiler.
    const quiet = { ...env, CARGO_TERM_QUIET: "true", RUST_BACKTRACE: "0" };
    const { status, output, error } = await run(program, args, { env: quiet });
    if (status !== 0) throw new Failure(`Building ${product.name} failed:\n${lastLines(error?.message ?? output, 80)}`);
  });
  await writeStamp(stamp, inputs, outputs);
  const wasm = await readFile(join(product.directory, product.wasm));
  console.log(`  ${product.wasm}: ${kilobytes(wasm)} KB, ${kilobytes(gzipSync(wasm))} KB gzipped`);
}

/** @param {Buffer} bytes */
function kilobytes(bytes) {
  return Math.round(bytes.length / 1000);
}

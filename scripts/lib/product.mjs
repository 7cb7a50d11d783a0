/** Things that are built: from what, into what, and only when what they are built from has changed. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CARGO_TOOLS } from "./cargo-tools.mjs";
import { Failure } from "./failure.mjs";
import { ROOT, TARGET } from "./paths.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";
import { digest, isUpToDate, writeStamp } from "./stamp.mjs";

/** @typedef {import("./setup.mjs").Tools} Tools */

/**
 * @typedef {object} Product
 * @property {string} name such as "the Worker"
 * @property {string} stamp name of its stamp's file
 * @property {readonly string[]} sources files and folders within the repository
 * @property {readonly string[]} outputs files and folders within the repository that are its own
 * @property {readonly string[]} [words] whatever else decides: arguments, say
 * @property {boolean} [compiles] whether it takes minutes the first time
 * @property {(tools: Tools) => Promise<void>} make
 */

/** Not beside what is built: some of that is shipped as it lies. */
const STAMPS = join(TARGET, "stamps");

/**
 * Makes a product unless it is up to date.
 *
 * @param {Product} product
 * @param {Tools} tools
 */
export async function makeIfNeeded(product, tools) {
  // Before the work: an edit made while it runs must not pass for built.
  const inputs = await inputsOf(product, tools);
  if (await isUpToDate(stampOf(product), inputs, product.outputs)) return;
  const first = product.compiles && product.outputs.every((output) => !existsSync(join(ROOT, output)));
  await timed(`Building ${product.name}${first ? " (minutes the first time)" : ""}`, () => product.make(tools));
  await mkdir(STAMPS, { recursive: true });
  await writeStamp(stampOf(product), inputs, product.outputs);
}

/**
 * @param {Product} product
 * @param {Tools} tools
 */
function inputsOf({ sources, words = [] }, { env }) {
  const versions = CARGO_TOOLS.map(({ crate, version }) => `${crate} ${version}`);
  const flags = [env.RUSTFLAGS ?? "", env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS ?? ""];
  return digest(sources, [...words, ...versions, ...flags]);
}

/** @param {Product} product */
function stampOf({ stamp }) {
  return join(STAMPS, stamp);
}

/**
 * Runs a program whose messages matter only when it fails.
 *
 * @param {readonly [string, ...string[]]} command
 * @param {NodeJS.ProcessEnv} env
 * @throws {Failure} with the end of what it said
 */
export async function runQuietly([program, ...args], env) {
  // Compiler messages, not a line per crate, nor the stack of the tool that called the compiler.
  const quiet = { ...env, CARGO_TERM_QUIET: "true", RUST_BACKTRACE: "0" };
  const { status, output, error } = await run(program, args, { env: quiet });
  if (status !== 0) {
    throw new Failure(`${[program, ...args].join(" ")} failed:\n${lastLines(error?.message ?? output, 80)}`);
  }
}

/** Command-line tools that come as crates: built from the crate registry, by version, into the cache. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { CACHE, ROOT } from "./paths.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {object} CargoTool
 * @property {string} crate
 * @property {string} version
 * @property {readonly string[]} binaries
 * @property {number} minutes how long it takes to build on two cores
 */

const lockedVersion = versionsOf(readFileSync(join(ROOT, "Cargo.lock"), "utf8"));

/**
 * The first two must be of the same version as the crates they work with, so the lock file decides.
 *
 * @type {readonly CargoTool[]}
 */
export const CARGO_TOOLS = [
  {
    crate: "wasm-bindgen-cli",
    version: lockedVersion("wasm-bindgen"),
    binaries: ["wasm-bindgen", "wasm-bindgen-test-runner"],
    minutes: 3,
  },
  { crate: "worker-build", version: lockedVersion("worker"), binaries: ["worker-build"], minutes: 4 },
  { crate: "wasm-pack", version: "0.15.1", binaries: ["wasm-pack"], minutes: 3 },
];

/**
 * Only long runs of the fuzz targets need it, so set-up leaves it to them.
 *
 * @type {CargoTool}
 */
export const CARGO_FUZZ = { crate: "cargo-fuzz", version: "0.13.2", binaries: ["cargo-fuzz"], minutes: 2 };

/** What the folder of a tool is called until it is complete. */
const STAGING_PREFIX = ".installing-";

/** Much is compiled by several, so it is kept from one to the next. */
const SHARED_TARGET = join(CACHE, "build");

/** @param {string} lock the text of Cargo.lock */
function versionsOf(lock) {
  /** @param {string} crate */
  return (crate) => {
    const version = new RegExp(`^name = "${crate}"\\nversion = "([^"]+)"`, "m").exec(lock)?.[1];
    if (!version) throw new Failure(`Cargo.lock holds no ${crate}.`, "Restore it: git checkout Cargo.lock");
    return version;
  };
}

/**
 * The folder with the programs of a tool.
 *
 * @param {string} crate
 * @returns {string}
 */
export function cargoToolBin(crate) {
  const tool = [...CARGO_TOOLS, CARGO_FUZZ].find((each) => each.crate === crate);
  if (!tool) throw new Error(`no such tool: ${crate}`);
  return join(toolDir(tool), "bin");
}

/**
 * Those of the tools that are not there yet.
 *
 * @param {readonly CargoTool[]} [tools]
 */
export function missingCargoTools(tools = CARGO_TOOLS) {
  return tools.filter((tool) => !tool.binaries.every((binary) => existsSync(join(toolDir(tool), "bin", binary))));
}

/**
 * Installs tools, one after the other: each uses all cores. The caller holds the lock of set-up.
 *
 * @param {readonly CargoTool[]} tools
 * @param {NodeJS.ProcessEnv} env
 */
export async function installCargoTools(tools, env) {
  if (tools.length === 0) return;
  await checkForLinker(env);
  await removeLeftovers();
  const minutes = tools.reduce((sum, tool) => sum + tool.minutes, 0);
  const what = tools.length === 1 ? "A command-line tool" : `${tools.length} command-line tools`;
  console.log(`▸ ${what} will be built, once for all clones: about ${minutes} minutes`);
  for (const tool of tools) {
    const { crate, version } = tool;
    await timed(`Building ${crate} ${version} into ${toolDir(tool)} (about ${tool.minutes} min)`, () =>
      install(tool, env),
    );
  }
  await rm(SHARED_TARGET, { recursive: true, force: true });
}

/**
 * Built beside its place and then renamed: a tool is there completely or not at all.
 *
 * @param {CargoTool} tool
 * @param {NodeJS.ProcessEnv} env
 */
async function install(tool, env) {
  const staging = await mkdtemp(join(CACHE, STAGING_PREFIX));
  try {
    const args = ["install", tool.crate, "--version", tool.version, "--locked", "--root", staging, "--no-track"];
    const { CARGO_BUILD_TARGET: _, ...rest } = env;
    // Not in the repository: its cargo configuration and workspace are no business of the tools.
    const outcome = await run("cargo", args, {
      cwd: CACHE,
      env: { ...rest, CARGO_TARGET_DIR: SHARED_TARGET, RUST_BACKTRACE: "0" },
    });
    if (outcome.status !== 0) {
      throw new Failure(
        `${tool.crate} ${tool.version} could not be built:\n${lastLines(outcome.error?.message ?? outcome.output)}`,
        adviceFor(outcome.output),
      );
    }
    await rm(toolDir(tool), { recursive: true, force: true });
    await rename(staging, toolDir(tool));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What interrupted set-ups left; there is none at work besides the one that holds the lock. */
async function removeLeftovers() {
  const names = (await readdir(CACHE)).filter((name) => name.startsWith(STAGING_PREFIX));
  await Promise.all(names.map((name) => rm(join(CACHE, name), { recursive: true, force: true })));
}

/** @param {string} output */
function adviceFor(output) {
  if (/openssl|pkg-config/i.test(output)) {
    return "It needs OpenSSL's headers. On Debian: apt-get install pkg-config libssl-dev. On Fedora: dnf install openssl-devel.";
  }
  if (/network|download|resolve host|timed out|registry/i.test(output)) {
    return "The crate registry could not be reached, or is a mirror that lacks it: check the network and try again. What was built is kept.";
  }
  return "Try again; what was built is kept.";
}

/** @param {NodeJS.ProcessEnv} env */
async function checkForLinker(env) {
  const { error } = await run("cc", ["--version"], { env });
  if (error) {
    throw new Failure(
      "A C compiler and linker (cc) is missing; Rust needs one.",
      "On Debian: apt-get install build-essential pkg-config libssl-dev. On macOS: xcode-select --install.",
    );
  }
}

/** @param {CargoTool} tool */
function toolDir(tool) {
  return join(CACHE, `${tool.crate}-${tool.version}`);
}

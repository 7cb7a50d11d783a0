/** The Rust toolchain that `rust-toolchain.toml` pins. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

const CARGO_HOME = process.env.CARGO_HOME || join(homedir(), ".cargo");

/** Where rustup puts `cargo`; on the PATH of a login shell, not always on that of an editor or a CI. */
export const CARGO_BIN = join(CARGO_HOME, "bin");

const GET_RUST = "Install it with rustup, see https://rustup.rs, and run this again.";

/** What `rust-toolchain.toml` asks for. */
export const toolchain = readToolchain(readFileSync(join(ROOT, "rust-toolchain.toml"), "utf8"));

/**
 * Flags for the compiler by which the sources of crates are called by the crate, not by where they lie: panics name
 * them, and what is published should not tell of the machine that built it.
 */
export function remappedSources() {
  const sources = join(CARGO_HOME, "registry", "src");
  const registries = existsSync(sources) ? readdirSync(sources).sort() : [];
  return registries.map((registry) => `--remap-path-prefix=${join(sources, registry)}/=`);
}

/**
 * The few lines of that file, read without a TOML parser: set-up must run before any npm package is there.
 *
 * @param {string} text
 */
function readToolchain(text) {
  const channel = /^channel\s*=\s*"([^"]+)"/m.exec(text)?.[1];
  if (!channel)
    throw new Failure("rust-toolchain.toml names no channel.", "Restore it: git checkout rust-toolchain.toml");
  /** @param {string} key */
  const list = (key) => {
    const items = new RegExp(`^${key}\\s*=\\s*\\[([^\\]]*)\\]`, "m").exec(text)?.[1] ?? "";
    return Array.from(items.matchAll(/"([^"]+)"/g), (match) => String(match[1]));
  };
  return { channel, components: list("components"), targets: list("targets") };
}

/**
 * Whether the pinned compiler, its components and its targets are there. Asks the compiler, not rustup: one that came
 * another way is as good.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>}
 */
export async function rustIsThere(env) {
  const [version, sysroot] = await Promise.all([
    run("rustc", ["--version"], { env }),
    run("rustc", ["--print", "sysroot"], { env }),
  ]);
  if (version.status !== 0 || sysroot.status !== 0) return false;
  if (version.output.split(" ")[1] !== toolchain.channel) return false;
  const home = sysroot.output.trim();
  /** @type {Record<string, string>} */
  const programs = { clippy: "cargo-clippy", rustfmt: "rustfmt" };
  return (
    toolchain.targets.every((target) => existsSync(join(home, "lib", "rustlib", target, "lib"))) &&
    toolchain.components.every((name) => {
      const program = programs[name];
      return !program || existsSync(join(home, "bin", program));
    })
  );
}

/**
 * Installs the pinned toolchain through rustup.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function installRust(env) {
  const rustup = await run("rustup", ["--version"], { env });
  if (rustup.error) {
    const found = await run("rustc", ["--version"], { env });
    throw new Failure(
      found.error
        ? `Rust ${toolchain.channel} is missing.`
        : `Rust ${toolchain.channel} with ${toolchain.targets.join(", ")} is needed, and there is no rustup to install it.`,
      GET_RUST,
    );
  }
  // In full, not through `rustup show` or a first cargo call: RUSTUP_AUTO_INSTALL=0 turns those off.
  const args = ["toolchain", "install", toolchain.channel, "--profile", "minimal", "--no-self-update"];
  for (const component of toolchain.components) args.push("--component", component);
  for (const target of toolchain.targets) args.push("--target", target);
  await timed(`Installing Rust ${toolchain.channel} with ${toolchain.targets.join(", ")} (rustup)`, async () => {
    const { status, output } = await run("rustup", args, { env: { ...env, RUST_BACKTRACE: "0" } });
    if (status !== 0) {
      throw new Failure(
        `rustup could not install Rust ${toolchain.channel}:\n${lastLines(output)}`,
        "It needs the network: check it and try again.",
      );
    }
  });
}

/** `npm run check`: formatting, lints, docs and types. `npm run check -- --fix` formats first. */
import { buildPackage, buildWorlds } from "./lib/build.mjs";
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";
import { command, guarded, runSteps } from "./lib/steps.mjs";
import { verifyUnit } from "./lib/systemd-unit.mjs";

const CRATES = ["edge-worker", "archipelago-bench", "archipelago-wasm", "archipelago-worlds"];
const WASM = ["--target", "wasm32-unknown-unknown", ...CRATES.flatMap((crate) => ["-p", crate])];
const FAULTS = ["--target", "wasm32-unknown-unknown", "-p", "edge-worker", "--features", "faults"];

await runMain(async () => {
  const tools = await setUp();
  const { env } = tools;
  const strictDocs = { ...env, RUSTDOCFLAGS: `${env.RUSTDOCFLAGS ?? ""} -D warnings`.trim() };
  // Through a pipe it would colour every letter.
  const colors = process.stdout.isTTY ? [] : /** @type {const} */ (["--colors=off"]);
  const fix = [
    command("format Rust", ["cargo", "fmt", "--all"], env),
    command("format scripts and tests", ["biome", "check", ...colors, "--write", "."], env),
  ];
  await runSteps([
    ...(process.argv.includes("--fix") ? fix : []),
    command("cargo fmt", ["cargo", "fmt", "--all", "--check"], env),
    command("clippy, native", ["cargo", "clippy", "--locked", "--all-targets", "--", "-D", "warnings"], env),
    command("clippy, wasm", ["cargo", "clippy", "--locked", "--all-targets", ...WASM, "--", "-D", "warnings"], env),
    command("clippy, with faults", ["cargo", "clippy", "--locked", ...FAULTS, "--", "-D", "warnings"], env),
    command("docs, native", ["cargo", "doc", "--locked", "--no-deps"], strictDocs),
    command("docs, wasm", ["cargo", "doc", "--locked", "--no-deps", ...WASM], strictDocs),
    command("biome", ["biome", "ci", ...colors, "."], env),
    guarded("what the types are about", async () => {
      await buildPackage(tools);
      await buildWorlds(tools);
      return true;
    }),
    command("types of scripts and tests", ["tsc", "--noEmit"], env),
    command("types of the npm package", ["tsc", "--noEmit", "-p", "wasm-pkg"], env),
    command("types of the pages", ["tsc", "--noEmit", "-p", "edge-worker/pages"], env),
    guarded("systemd unit", verifyUnit),
  ]);
});

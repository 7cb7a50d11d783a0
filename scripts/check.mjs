/** `npm run check`: formatting, lints, docs and types. `npm run check -- --fix` formats first. */
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";
import { command, runSteps } from "./lib/steps.mjs";

const WASM = ["--target", "wasm32-unknown-unknown", "-p", "edge-worker", "-p", "archipelago-wasm"];

await runMain(async () => {
  const { env } = await setUp();
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
    command("docs, native", ["cargo", "doc", "--locked", "--no-deps"], strictDocs),
    command("docs, wasm", ["cargo", "doc", "--locked", "--no-deps", ...WASM], strictDocs),
    command("types", ["tsc", "--noEmit"], env),
    command("biome", ["biome", "ci", ...colors, "."], env),
  ]);
});

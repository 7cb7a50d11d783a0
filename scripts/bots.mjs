/**
 * `npm run bots -- --url ws://127.0.0.1:8787/ws --players 1000`: players who log in to a realm, walk in it, and say how
 * they were served. `npm run bots -- --help` says what else there is; `tests/bots/src/summary.rs`, what `--json`
 * writes.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { BOTS, buildBots } from "./lib/build.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

/** The bots themselves know what `--help` is. */
const THEY_HELP = true;

await runMain(async () => {
  await buildBots(await setUp());
  // Files are meant from where npm was called.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const bots = spawn(BOTS, process.argv.slice(2), { cwd, stdio: "inherit" });
  // Ctrl-C reaches them by itself: they end with a summary, and this waits for it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => bots.kill("SIGTERM"));
  process.exitCode = await new Promise((ended, failed) => {
    bots.once("error", (error) => failed(new Failure(`The bots did not start: ${error.message}`)));
    bots.once("close", (status, signal) => ended(status ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}, THEY_HELP);

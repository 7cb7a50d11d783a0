/**
 * `npm start [-- --port N OPTIONS]`: set-up, build, and the Worker under `wrangler dev`, whose options are the others:
 * `--var KEY:VALUE`, `--ip ADDRESS`, or what `npx wrangler dev --help` lists.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { announce } from "./lib/announce.mjs";
import { buildPages, buildWorker } from "./lib/build.mjs";
import { whenAskedToEnd } from "./lib/ending.mjs";
import { runMain } from "./lib/failure.mjs";
import { ROOT } from "./lib/paths.mjs";
import { freePort } from "./lib/ports.mjs";
import { setUp } from "./lib/setup.mjs";

const DEFAULT_PORT = 8787;

/** How long wrangler may take to end what it started. */
const GRACE_MS = 5_000;

await runMain(async () => {
  const { given, rest } = readArguments(process.argv.slice(2));
  // Before the build, which can take minutes.
  const port = await freePort(given, "npm start");
  const tools = await setUp();
  await buildWorker(tools);
  await buildPages(tools);
  process.exitCode = await serve(tools, port, rest);
});

/**
 * Takes the port out of the arguments; the others are wrangler's.
 *
 * @param {readonly string[]} args
 */
function readArguments(args) {
  const rest = [];
  let given = String(DEFAULT_PORT);
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (arg === "--port") {
      index += 1;
      given = args[index] ?? "";
    } else if (arg.startsWith("--port=")) {
      given = arg.slice("--port=".length);
    } else {
      rest.push(arg);
    }
  }
  return { given, rest };
}

/**
 * Runs `wrangler dev` until it ends or someone ends it.
 *
 * @param {import("./lib/setup.mjs").Tools} tools
 * @param {number} port
 * @param {readonly string[]} rest
 * @returns {Promise<number>} exit status
 */
function serve({ node, env }, port, rest) {
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const args = [wrangler, "dev", "--port", String(port), "--show-interactive-dev-session=false", ...rest];
  const child = spawn(node, args, {
    cwd: ROOT,
    env: {
      ...env,
      // Otherwise it asks a server of Cloudflare's for the `cf` object of requests, and waits for it when offline.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      // Its output goes through a pipe, which would cost it its colours.
      ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
    },
    stdio: ["ignore", "pipe", "inherit"],
    // A process group of its own: one signal reaches wrangler, its build command and workerd alike, also when only
    // this process was told to end.
    detached: true,
  });
  child.stdout.setEncoding("utf8").on("data", (text) => {
    process.stdout.write(text);
    if (text.includes("Ready on")) void announce(`localhost:${port}`);
  });
  return new Promise((resolve) => {
    let ending = false;
    whenAskedToEnd(() => {
      // A second Ctrl-C means now.
      signalGroup(child, ending ? "SIGKILL" : "SIGINT");
      ending = true;
      setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS).unref();
    });
    process.on("exit", () => signalGroup(child, "SIGKILL"));
    child.on("error", (error) => {
      console.error(`wrangler could not be started: ${error.message}`);
      resolve(1);
    });
    child.on("close", (status, signal) => {
      // Whoever asked for the end got what they wanted.
      resolve(ending ? 0 : (status ?? 128 + constants.signals[signal ?? "SIGKILL"]));
    });
  });
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All of the group are gone already.
  }
}

/**
 * The built Worker on plain workerd, without wrangler and its proxy: for tests, and for measuring.
 *
 * As a module: `const realm = await startWorkerd({ vars: { HANDSHAKE_TIMEOUT: "1000" } })`.
 * By hand: `node scripts/workerd.mjs --port 8787 --storage ./state --var HANDSHAKE_TIMEOUT=1000`, after a build.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FAULTY_BUILD } from "./lib/build.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { NPM_BIN, ROOT } from "./lib/paths.mjs";
import { readWranglerConfig, workerdConfig } from "./lib/workerd-config.mjs";

const START_TIMEOUT_MS = 30_000;

/** Starts what follows with the signal ignored that would end it; Node itself sets all of them back. */
const IGNORING_FULL_FILES = ["sh", "-c", `trap "" XFSZ; exec "$0" "$@"`];

/** How long it may take to end when asked to: it waits for open sockets to be closed, which clients may never do. */
const STOP_TIMEOUT_MS = 1_000;

/**
 * @typedef {"release" | "faults"} Build the one that is deployed, or the one in which tests can have things fail
 *
 * @typedef {object} WorkerdOptions
 * @property {Record<string, string>} [vars] beside or instead of those in `wrangler.toml`
 * @property {string} [storage] folder for the Durable Objects' storage, kept afterwards; without it, one that goes with
 *   the process
 * @property {number} [port] 0, or left out, for one that is free
 * @property {Build} [build] which build of the Worker; the release unless told otherwise
 * @property {boolean} [survivesFullFiles] a write that makes a file larger than the process may (`prlimit --fsize`) fails,
 *   as on a full disk, instead of ending the process
 * @property {string} [cfHeader] the header of a request that holds, as JSON, what the platform would say of it: `request.cf`
 * @property {boolean} [verbose] pass the Worker's log on to stderr as it comes
 *
 * @typedef {object} Workerd
 * @property {string} url such as `http://127.0.0.1:40123`, without a slash at the end
 * @property {number} port
 * @property {string} storage
 * @property {import("node:child_process").ChildProcess} process
 * @property {string[]} logs the lines that workerd and the Worker have written so far
 * @property {() => Promise<void>} stop asks it to end and waits; may be called again
 * @property {() => Promise<void>} kill9 ends it as a crash would, and waits
 */

/**
 * Starts the built Worker; resolves once it answers on its port.
 *
 * @param {WorkerdOptions} [options]
 * @returns {Promise<Workerd>}
 */
export async function startWorkerd(options = {}) {
  const config = await readWranglerConfig();
  const folder = await mkdtemp(join(tmpdir(), "archipelago-"));
  const storage = resolve(options.storage ?? join(folder, "storage"));
  await mkdir(storage, { recursive: true });
  const main = options.build === "faults" ? `${FAULTY_BUILD}/index.js` : config.main;
  const modules = await copyModules(resolve(ROOT, main), folder);
  const file = join(folder, "config.capnp");
  const vars = { ...config.vars, ...options.vars };
  const { port = 0, cfHeader } = options;
  await writeFile(file, workerdConfig(config, { port, storage, vars, modules, cfHeader }));

  // Descriptor 3 is where it reports the port it listens on.
  const command = [join(NPM_BIN, "workerd"), "serve", "--control-fd=3", file];
  const [program = "", ...args] = options.survivesFullFiles ? [...IGNORING_FULL_FILES, ...command] : command;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  endWithParent(child, folder);
  const ended = new Promise((done) => child.once("close", done)).then(() => {
    children.delete(child);
    return rm(folder, { recursive: true, force: true });
  });

  /** @type {string[]} */
  const logs = [];
  for (const stream of [child.stdout, child.stderr]) if (stream) collectLines(stream, logs, options.verbose ?? false);

  /** @param {NodeJS.Signals} signal */
  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
  try {
    const port = await listening(child);
    const url = `http://127.0.0.1:${port}`;
    return { url, port, storage, process: child, logs, stop: () => end("SIGTERM"), kill9: () => end("SIGKILL") };
  } catch (error) {
    await end("SIGKILL");
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`workerd did not start: ${reason}\n${logs.join("\n")}`);
  }
}

/**
 * Copies the modules beside the configuration: a build in the meantime must not change what a running test restarts.
 *
 * @param {string} main
 * @param {string} folder
 * @returns {Promise<string[]>} their names, the entry point first
 */
async function copyModules(main, folder) {
  const names = [basename(main), "index_bg.wasm"];
  try {
    await Promise.all(names.map((name) => copyFile(join(dirname(main), name), join(folder, name))));
  } catch {
    await rm(folder, { recursive: true, force: true });
    throw new Failure("The Worker has not been built yet.", "Build it: npm run build");
  }
  return names;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>} the port, once it listens
 */
function listening(child) {
  return new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`no answer in ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
    child.once("error", failed);
    child.once("exit", (status, signal) => failed(new Error(`it ended with ${signal ?? `status ${status}`}`)));
    let text = "";
    child.stdio[3]?.on("data", (/** @type {Buffer} */ data) => {
      text += data;
      for (const line of text.split("\n").slice(0, -1)) {
        const message = JSON.parse(line);
        if (message.event !== "listen" || message.socket !== "http") continue;
        clearTimeout(timer);
        found(message.port);
      }
    });
  });
}

/**
 * @param {import("node:stream").Readable} stream
 * @param {string[]} logs
 * @param {boolean} show
 */
function collectLines(stream, logs, show) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    if (show) process.stderr.write(text);
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    logs.push(...lines);
  });
  stream.on("end", () => {
    if (rest) logs.push(rest);
  });
}

/**
 * What must not outlive this process: children, each with its temporary folder.
 *
 * @type {Map<import("node:child_process").ChildProcess, string>}
 */
const children = new Map();

let watching = false;

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} folder
 */
function endWithParent(child, folder) {
  children.set(child, folder);
  if (watching) return;
  watching = true;
  process.on("exit", endAll);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A signal's default is to end the process without "exit": do both, unless someone else decides about it.
    const handler = () => {
      if (process.listenerCount(signal) > 1) return;
      endAll();
      process.off(signal, handler);
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
  }
}

function endAll() {
  for (const [child, folder] of children) {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
  children.clear();
}

/** The command line. */
async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      storage: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
    },
  });
  const vars = Object.fromEntries(
    (values.var ?? []).map((pair) => {
      const split = pair.indexOf("=");
      if (split < 1) throw new Failure(`Not a variable: ${pair}.`, "Such as: --var REALM_NAME=main");
      return [pair.slice(0, split), pair.slice(split + 1)];
    }),
  );
  const storage = values.storage === undefined ? {} : { storage: values.storage };
  const realm = await startWorkerd({ vars, port: Number(values.port), verbose: true, ...storage });
  console.log(`Ready on ${realm.url}`);
  await new Promise((done) => realm.process.once("close", done));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await runMain(main);

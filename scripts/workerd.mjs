/**
 * The built Worker on plain workerd, without wrangler and its proxy: to be served, for tests, and for measuring.
 *
 * `const realm = await startWorkerd({ vars: { HANDSHAKE_TIMEOUT: "1000" } })`
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Failure } from "./lib/failure.mjs";
import { FAULTY_BUILD, ROOT } from "./lib/paths.mjs";
import { readWranglerConfig, workerdConfig } from "./lib/workerd-config.mjs";

/** Not by way of `.bin`: who serves what was built elsewhere has no links. */
const WORKERD = join(ROOT, "node_modules", "workerd", "bin", "workerd");

const START_TIMEOUT_MS = 30_000;

const LOOPBACK = "127.0.0.1";

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
 * @property {string} [host] the address to listen on; 127.0.0.1 unless told otherwise
 * @property {boolean} [assets] serve the pages, too, as the platform does
 * @property {Build} [build] which build of the Worker; the release unless told otherwise
 * @property {boolean} [survivesFullFiles] a write that makes a file larger than the process may (`prlimit --fsize`)
 *   fails, as on a full disk, instead of ending the process
 * @property {string} [cfHeader] the header of a request that holds, as JSON, what the platform would say of it:
 *   `request.cf`
 * @property {readonly string[]} [withheldHeaders] headers of requests that the Worker is not to see
 * @property {boolean} [passesLog] the log goes where that of this process goes, and is not kept
 * @property {number} [holds] a descriptor that stays open for as long as workerd lives
 *
 * @typedef {object} Workerd
 * @property {string} url such as `http://127.0.0.1:40123`, without a slash at the end
 * @property {number} port
 * @property {string} storage
 * @property {import("node:child_process").ChildProcess} process
 * @property {string[]} logs the lines that workerd and the Worker have written so far, unless they are passed on
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
  const folder = await mkdtemp(join(tmpdir(), "archipelago-"));
  const storage = resolve(options.storage ?? join(folder, "storage"));
  await mkdir(storage, { recursive: true });
  const child = await launch(folder, storage, options);
  endWithParent(child, folder);
  const ended = new Promise((done) => child.once("close", done)).then(() => {
    children.delete(child);
    return rm(folder, { recursive: true, force: true });
  });

  /** @type {string[]} */
  const logs = [];
  for (const stream of [child.stdout, child.stderr]) if (stream) collectLines(stream, logs);

  /** @param {NodeJS.Signals} signal */
  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
  try {
    const port = await listening(child);
    const url = `http://${bracketed(options.host ?? LOOPBACK)}:${port}`;
    return { url, port, storage, process: child, logs, stop: () => end("SIGTERM"), kill9: () => end("SIGKILL") };
  } catch (error) {
    await end("SIGKILL");
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`workerd did not start: ${reason}\n${logs.join("\n")}`);
  }
}

/**
 * @param {string} folder where the configuration goes
 * @param {string} storage
 * @param {WorkerdOptions} options
 */
async function launch(folder, storage, options) {
  const { port = 0, host = LOOPBACK, cfHeader, withheldHeaders, passesLog = false, holds } = options;
  const config = await readWranglerConfig();
  const main = options.build === "faults" ? `${FAULTY_BUILD}/index.js` : config.main;
  const modules = await copyModules(resolve(ROOT, main), folder);
  const vars = { ...config.vars, ...options.vars };
  const assets = options.assets ? await assetsOf(config) : undefined;
  const address = `${bracketed(host)}:${port}`;
  const file = join(folder, "config.capnp");
  const instance = { address, storage, vars: Object.keys(vars), modules, cfHeader, withheldHeaders, assets };
  await writeFile(file, workerdConfig(config, instance));
  // Descriptor 3 is where it reports the port it listens on. Its service of assets counts as experimental.
  const command = [WORKERD, "serve", "--control-fd=3", ...(assets ? ["--experimental"] : []), file];
  const [program = "", ...args] = options.survivesFullFiles ? [...IGNORING_FULL_FILES, ...command] : command;
  const log = passesLog ? "inherit" : "pipe";
  return spawn(program, args, {
    // Variables are in no file and no argument: some of them are secrets.
    env: { ...process.env, ...vars },
    stdio: ["ignore", log, log, "pipe", ...(holds === undefined ? [] : [holds])],
  });
}

/** @param {import("./lib/workerd-config.mjs").WranglerConfig} config */
async function assetsOf({ assets }) {
  const folder = resolve(ROOT, assets?.directory ?? ".");
  return { folder, headers: await readFile(join(folder, "_headers"), "utf8") };
}

/**
 * A host as it is written before a port.
 *
 * @param {string} host
 */
function bracketed(host) {
  return isIPv6(host) ? `[${host}]` : host;
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
    const fail = (/** @type {Error} */ error) => {
      clearTimeout(timer);
      failed(error);
    };
    child.once("error", fail);
    child.once("exit", (status, signal) => fail(new Error(`it ended with ${signal ?? `status ${status}`}`)));
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
 */
function collectLines(stream, logs) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
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

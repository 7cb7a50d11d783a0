/**
 * `npm run serve [-- OPTIONS]`: the built Worker on plain workerd, for good. More in `docs/self-hosting.md`.
 *
 *   --port N          where it listens; 8787
 *   --host ADDRESS    on which address; 127.0.0.1
 *   --state DIR       where its databases are kept; .workerd/state
 *   --var KEY:VALUE   a variable of the configuration; any number of them
 *   --behind-proxy    believe what a proxy says of a client's address and country
 *   --built           do not build
 *   --export DIR      do not serve: copy what serving takes to this directory
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { whenAskedToEnd } from "./lib/ending.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { ROOT } from "./lib/paths.mjs";
import { freePort } from "./lib/ports.mjs";
import { claimState, sweepRooms } from "./lib/state.mjs";

const COMMAND = "npm run serve";

/** What only a proxy can know; from anybody else it would be a claim. */
const PROXY_HEADERS = ["CF-Connecting-IP", "CF-IPCountry"];

/** Addresses that stand for this machine. */
const HERE = ["127.0.0.1", "::1", "0.0.0.0", "::", "*"];

await runMain(async () => {
  const options = readOptions();
  if (options.export !== undefined) {
    await build();
    const { exportBuilt } = await import("./lib/export.mjs");
    await exportBuilt(resolve(options.export));
    console.log(`To serve it: node ${join(resolve(options.export), "scripts", "serve.mjs")} --built`);
    return;
  }
  const { host } = options;
  // Before the build, which can take minutes.
  const port = await freePort(options.port, COMMAND, [host === "*" ? "::" : host]);
  const storage = resolve(options.state);
  const holds = claimState(storage);
  sweepRooms(storage);
  if (!options.built) await build();
  process.exitCode = await serve({ ...options, port, storage, holds });
});

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "8787" },
        host: { type: "string", default: "127.0.0.1" },
        state: { type: "string", default: join(ROOT, ".workerd", "state") },
        var: { type: "string", multiple: true, default: [] },
        "behind-proxy": { type: "boolean", default: false },
        built: { type: "boolean", default: false },
        export: { type: "string" },
      },
    });
    const { port = "", host = "", state = "", var: vars = [], built = false } = values;
    return { port, host, state, vars, built, behindProxy: values["behind-proxy"] ?? false, export: values.export };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(reason, `Such as: ${COMMAND} -- --port 8788 --host 0.0.0.0 --var REALM_NAME:main`);
  }
}

/** Not imported before it is needed: what is served elsewhere has no sources. */
async function build() {
  if (!existsSync(join(ROOT, "Cargo.toml"))) {
    throw new Failure("There is nothing here to build from: it was exported.", "Serve it as it is: --built");
  }
  const [{ setUp }, { buildPages, buildWorker }] = await Promise.all([
    import("./lib/setup.mjs"),
    import("./lib/build.mjs"),
  ]);
  const tools = await setUp();
  await buildWorker(tools);
  await buildPages(tools);
}

/**
 * Serves until somebody ends it.
 *
 * @param {{ port: number, host: string, storage: string, vars: string[], behindProxy: boolean, holds: number }} options
 * @returns {Promise<number>} exit status
 */
async function serve({ port, host, storage, vars, behindProxy, holds }) {
  // Set-up may only just have installed what they import.
  const [{ startWorkerd }, { readWranglerConfig }, { variables }, { announce }] = await Promise.all([
    import("./workerd.mjs"),
    import("./lib/workerd-config.mjs"),
    import("./lib/variables.mjs"),
    import("./lib/announce.mjs"),
  ]);
  // Keys are in the state, wherever its folder came from.
  process.umask(0o077);
  const { vars: defaults = {} } = await readWranglerConfig();
  const chosen = await variables(vars, defaults);
  if (!behindProxy && Number(chosen.MAX_SOCKETS_PER_IP) > 0) {
    console.error("MAX_SOCKETS_PER_IP limits nobody without --behind-proxy: a client's IP is what a proxy says it is.");
  }
  const realm = await startWorkerd({
    port,
    host,
    storage,
    holds,
    vars: chosen,
    assets: true,
    passesLog: true,
    withheldHeaders: behindProxy ? [] : PROXY_HEADERS,
  });
  let ending = false;
  const ended = new Promise((done) => realm.process.once("close", done));
  whenAskedToEnd(() => {
    // A second Ctrl-C means now.
    void (ending ? realm.kill9() : realm.stop());
    ending = true;
  });
  await announce(HERE.includes(host) ? `localhost:${port}` : new URL(realm.url).host);
  await ended;
  if (!ending) console.error("\n✗ workerd has ended by itself.");
  return ending ? 0 : 1;
}

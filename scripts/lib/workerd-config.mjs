/** The configuration of plain workerd that stands for `wrangler.toml`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { ROOT } from "./paths.mjs";

/**
 * What of `wrangler.toml` decides how the Worker runs.
 *
 * @typedef {object} WranglerConfig
 * @property {string} name
 * @property {string} main
 * @property {string} compatibility_date
 * @property {string[]} [compatibility_flags]
 * @property {Record<string, string>} [vars]
 * @property {{ bindings: { name: string, class_name: string }[] }} [durable_objects]
 * @property {{ new_sqlite_classes?: string[] }[]} [migrations]
 * @property {{ directory: string }} [assets]
 */

/** @returns {Promise<WranglerConfig>} */
export async function readWranglerConfig() {
  const text = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  return /** @type {WranglerConfig} */ (/** @type {unknown} */ (parse(text)));
}

/**
 * @typedef {object} Instance
 * @property {string} address to listen on, such as `127.0.0.1:8787`; port 0 for one that is free
 * @property {string} storage absolute path of the folder with the Durable Objects' storage
 * @property {readonly string[]} vars names of variables: the values are those in the environment of workerd
 * @property {readonly string[]} modules the first is the entry point
 * @property {string | undefined} [cfHeader] the header that stands for what the platform says of a request
 * @property {readonly string[] | undefined} [withheldHeaders] headers of requests that the Worker is not to see
 * @property {Assets | undefined} [assets] files that are answered with before the Worker is asked
 *
 * @typedef {object} Assets
 * @property {string} folder absolute path
 * @property {string} headers the text of `_headers`
 */

/**
 * A configuration in workerd's language, for a file beside the modules.
 *
 * @param {WranglerConfig} config
 * @param {Instance} instance
 * @returns {string}
 */
export function workerdConfig(config, instance) {
  const services = [
    `(name = "worker", worker = .worker)`,
    // A catalyst or a LiveKit server may stand on this very network, and those of tests on this very machine.
    `(name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))`,
    `(name = "storage", disk = (path = ${quote(instance.storage)}, writable = true))`,
    ...(instance.assets ? [assetsService(instance.assets)] : []),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list(services)},
  sockets = [${socket(instance)}],
);

const worker :Workerd.Worker = (
  modules = ${list(instance.modules.map(moduleEntry))},
  compatibilityDate = ${quote(config.compatibility_date)},
  compatibilityFlags = ${list((config.compatibility_flags ?? []).map(quote))},
  bindings = ${list(bindings(config, instance))},
  durableObjectNamespaces = ${list(namespaces(config))},
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

/** @param {Instance} instance */
function socket({ address, cfHeader, withheldHeaders = [], assets }) {
  const options = [
    ...(cfHeader === undefined ? [] : [`cfBlobHeader = ${quote(cfHeader)}`]),
    // A header without a value is one that is taken away.
    `injectRequestHeaders = [${withheldHeaders.map((name) => `(name = ${quote(name)})`).join(", ")}]`,
  ];
  const service = quote(assets ? "assets" : "worker");
  return `(name = "http", address = ${quote(address)}, http = (${options.join(", ")}), service = ${service})`;
}

/**
 * Answers as the platform does with the `[assets]` of a Worker.
 *
 * @param {Assets} assets
 */
function assetsService({ folder, headers }) {
  const config = quote(JSON.stringify({ headers }));
  return `(name = "assets", assets = (path = ${quote(folder)}, userWorker = "worker", config = ${config}))`;
}

/**
 * @param {WranglerConfig} config
 * @param {Instance} instance
 */
function bindings({ durable_objects }, { vars }) {
  const objects = durable_objects?.bindings ?? [];
  return [
    ...objects.map(({ name, class_name }) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(class_name)})`),
    ...vars.map((name) => `(name = ${quote(name)}, fromEnvironment = ${quote(name)})`),
  ];
}

/** @param {WranglerConfig} config */
function namespaces({ name, durable_objects, migrations = [] }) {
  const sqlite = new Set(migrations.flatMap((migration) => migration.new_sqlite_classes ?? []));
  const classes = new Set((durable_objects?.bindings ?? []).map((object) => object.class_name));
  return [...classes].map(
    (className) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(`${name}-${className}`)}, ` +
      `enableSql = ${sqlite.has(className)})`,
  );
}

/** @param {string} file */
function moduleEntry(file) {
  const type = file.endsWith(".wasm") ? "wasm" : "esModule";
  return `(name = ${quote(file)}, ${type} = embed ${quote(file)})`;
}

/** @param {readonly string[]} items */
function list(items) {
  return `[${items.map((item) => `\n    ${item},`).join("")}\n  ]`;
}

/**
 * JSON's strings are a subset of Cap'n Proto's, but for `\u` escapes; what JSON would write with one goes in as bytes.
 *
 * @param {string} text
 */
function quote(text) {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, "\\x$1");
}

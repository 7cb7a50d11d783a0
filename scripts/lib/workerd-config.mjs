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
 */

/** @returns {Promise<WranglerConfig>} */
export async function readWranglerConfig() {
  const text = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  return /** @type {WranglerConfig} */ (/** @type {unknown} */ (parse(text)));
}

/**
 * @typedef {object} Instance
 * @property {number} port 0 for one that is free
 * @property {string} storage absolute path of the folder with the Durable Objects' storage
 * @property {Record<string, string>} vars
 * @property {readonly string[]} modules the first is the entry point
 * @property {string | undefined} [cfHeader] the header that stands for what the platform says of a request
 */

/**
 * A configuration in workerd's language, for a file beside the modules.
 *
 * @param {WranglerConfig} config
 * @param {Instance} instance
 * @returns {string}
 */
export function workerdConfig(config, { port, storage, vars, modules, cfHeader }) {
  const objects = config.durable_objects?.bindings ?? [];
  const sqlite = new Set((config.migrations ?? []).flatMap((migration) => migration.new_sqlite_classes ?? []));
  const classes = [...new Set(objects.map((object) => object.class_name))];
  const bindings = [
    ...objects.map(({ name, class_name }) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(class_name)})`),
    ...Object.entries(vars).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`),
  ];
  const namespaces = classes.map(
    (name) =>
      `(className = ${quote(name)}, uniqueKey = ${quote(`${config.name}-${name}`)}, enableSql = ${sqlite.has(name)})`,
  );
  const http = cfHeader === undefined ? "" : `cfBlobHeader = ${quote(cfHeader)}`;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    # Tests answer from this machine in place of the services that the Worker asks.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    (name = "storage", disk = (path = ${quote(storage)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (${http}), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = ${list(modules.map(moduleEntry))},
  compatibilityDate = ${quote(config.compatibility_date)},
  compatibilityFlags = ${list((config.compatibility_flags ?? []).map(quote))},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "storage"),
);
`;
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

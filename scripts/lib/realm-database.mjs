/** Where workerd keeps the databases of Durable Objects. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "./failure.mjs";

/** The database of a class itself, in which its alarms are; every other one is an object's. */
const OF_THE_CLASS = "metadata.sqlite";

/**
 * The database files of a class: those of its objects, and its own.
 *
 * @param {string} storage the folder with all storage of a Worker
 * @param {string} className such as `Room`
 * @returns {string[]} paths; none if no object of the class has stored anything
 */
export function databases(storage, className) {
  const folder = join(storage, `archipelago-${className}`);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith(".sqlite")).map((name) => join(folder, name));
}

/**
 * Whether a realm has stored anything.
 *
 * @param {string} storage the folder with all storage of a Worker
 */
export function hasRealm(storage) {
  return realms(storage).length > 0;
}

/** @param {string} storage */
function realms(storage) {
  return databases(storage, "Archipelago").filter((path) => !path.endsWith(OF_THE_CLASS));
}

/**
 * Opens the database of the one realm whose storage this is; the realm may run if it is opened to be read only.
 *
 * @param {string} storage the folder with all storage of a Worker
 * @param {{ readOnly: boolean }} options
 * @returns {DatabaseSync}
 * @throws {Failure} if there is no realm, or more than one
 */
export function openRealm(storage, { readOnly }) {
  const [file, ...more] = realms(storage);
  if (file === undefined) throw new Failure(`There is no realm in ${storage}.`);
  if (more.length > 0) throw new Failure(`There are ${1 + more.length} realms in ${storage}, instead of one.`);
  return new DatabaseSync(file, { readOnly });
}

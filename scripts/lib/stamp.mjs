/** Stamps: what was built from which contents, so that nothing is built twice. */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { ROOT } from "./paths.mjs";

/** Folders whose contents do not go into what is built. */
const IGNORED = new Set(["build", "dist", "target", "node_modules", "tests", "benches", "examples", "demo"]);

/**
 * A digest of the contents of files and folders, and of some words besides. Contents, not times: a checkout or a
 * touched file is no reason to build.
 *
 * @param {readonly string[]} paths within the repository; one that does not exist counts as empty
 * @param {readonly string[]} words whatever else decides: versions, arguments
 * @returns {Promise<string>}
 */
export async function digest(paths, words) {
  const files = (await Promise.all(paths.map((path) => filesIn(join(ROOT, path))))).flat().sort();
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  files.forEach((file, index) => {
    const content = contents[index] ?? "";
    hash.update(`${relative(ROOT, file)}\0${content.length}\0`).update(content);
  });
  return hash.digest("hex");
}

/**
 * Whether a stamp says that exactly this was made from exactly that.
 *
 * @param {string} stamp path of the stamp
 * @param {string} inputs digest of what it would be built from now
 * @param {readonly string[]} outputs files that were built, relative to the repository
 */
export async function isUpToDate(stamp, inputs, outputs) {
  const written = await readFile(stamp, "utf8").catch(() => "");
  return written === (await stampText(inputs, outputs));
}

/**
 * @param {string} stamp
 * @param {string} inputs
 * @param {readonly string[]} outputs
 */
export async function writeStamp(stamp, inputs, outputs) {
  await writeFile(stamp, await stampText(inputs, outputs));
}

/**
 * The outputs are part of it: someone may have built something else into the same place by hand.
 *
 * @param {string} inputs
 * @param {readonly string[]} outputs
 */
async function stampText(inputs, outputs) {
  return `${inputs}\n${await digest(outputs, [])}\n`;
}

/**
 * @param {string} path
 * @returns {Promise<string[]>}
 */
async function filesIn(path) {
  const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
    if (error.code === "ENOTDIR") return undefined;
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (!entries) return [path];
  const nested = entries
    .filter((entry) => !entry.name.startsWith(".") && !IGNORED.has(entry.name))
    .map((entry) => (entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)]));
  return (await Promise.all(nested)).flat();
}

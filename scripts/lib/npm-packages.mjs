/** The npm packages of `package-lock.json`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";
import { firstLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */

/**
 * Whether `node_modules` holds what the lock file asks for. npm keeps a lock file of its own in there, written last,
 * so that an interrupted installation and one by hand are both judged rightly.
 *
 * @returns {Promise<boolean>}
 */
export async function npmPackagesAreThere() {
  const [wanted, present] = await Promise.all([
    readLock(join(ROOT, "package-lock.json")),
    readLock(join(ROOT, "node_modules", ".package-lock.json")),
  ]);
  if (!wanted)
    throw new Failure("package-lock.json is missing or damaged.", "Restore it: git checkout package-lock.json");
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const found = present[path];
    // Optional packages are those of other systems.
    if (!found) return optional === true;
    // Not every entry of another system has a checksum: whoever wrote the lock file may not have had the package.
    return found.version === version && (!integrity || found.integrity === integrity);
  });
}

/** Installs exactly what the lock file says. */
export async function installNpmPackages() {
  await timed("Installing npm packages (npm ci)", async () => {
    const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    const { status, output, error } = await run("npm", args);
    if (error)
      throw new Failure("npm is missing.", "Install Node 18 or newer with npm: https://nodejs.org/en/download");
    if (status !== 0) {
      throw new Failure(
        `npm ci failed:\n${firstLines(output)}`,
        "Without a network this cannot work; with one, try again: what has arrived is kept.",
      );
    }
  });
}

/**
 * @param {string} path
 * @returns {Promise<Record<string, LockedPackage> | undefined>}
 */
async function readLock(path) {
  try {
    return JSON.parse(await readFile(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}

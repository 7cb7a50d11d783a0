/** What serving takes, without what building takes: for a machine or a container that only serves. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";

/** The packages of which npm installs the one that has workerd for this system. */
const PLATFORMS = join(ROOT, "node_modules", "@cloudflare");

/** What begins it, and what it imports only to build or to export. */
const SCRIPT = "scripts/serve.mjs";
const NOT_TO_SERVE = ["./lib/setup.mjs", "./lib/build.mjs", "./lib/export.mjs"];

/** In the places where they are in the clone: so they are found. */
const PIECES = [
  "LICENSE",
  "edge-worker/assets",
  "edge-worker/build/index.js",
  "edge-worker/build/index_bg.wasm",
  "node_modules/smol-toml",
  "package.json",
  "wrangler.toml",
];

/**
 * Copies all that `node scripts/serve.mjs --built` needs besides Node. Secrets stay behind.
 *
 * @param {string} folder made if need be; must be empty, so that nothing of an earlier version is served
 */
export async function exportBuilt(folder) {
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new Failure(`${folder} is not empty.`, "Move away what is there: nothing of an earlier version may stay.");
  }
  await mkdir(folder, { recursive: true });
  for (const piece of [...PIECES, ...(await scripts())]) {
    await cp(join(ROOT, piece), join(folder, piece), { recursive: true, dereference: true });
  }
  const platform = (await readdir(PLATFORMS)).find((name) => name.startsWith("workerd-"));
  if (platform === undefined) throw new Failure(`There is no workerd for this system in ${PLATFORMS}.`);
  await cp(join(PLATFORMS, platform, "bin", "workerd"), join(folder, "node_modules/workerd/bin/workerd"));
}

/**
 * The scripts that serving imports.
 *
 * @returns {Promise<string[]>}
 */
async function scripts() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [SCRIPT],
    external: NOT_TO_SERVE,
    bundle: true,
    metafile: true,
    write: false,
    platform: "node",
    packages: "external",
    format: "esm",
  });
  return Object.keys(metafile.inputs);
}

/** What serving takes, without what building takes: for a machine or a container that only serves. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";

const WORKERD = "node_modules/@cloudflare";

/** In the places where they are in the clone: so they are found. */
const PIECES = [
  "LICENSE",
  "edge-worker/assets",
  "edge-worker/build/index.js",
  "edge-worker/build/index_bg.wasm",
  "node_modules/smol-toml",
  "node_modules/workerd",
  "package.json",
  "scripts/lib",
  "scripts/serve.mjs",
  "scripts/workerd.mjs",
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
  const platforms = (await readdir(join(ROOT, WORKERD))).filter((name) => name.startsWith("workerd-"));
  const pieces = [...PIECES, ...platforms.map((name) => `${WORKERD}/${name}`)];
  await mkdir(folder, { recursive: true });
  for (const piece of pieces) {
    await cp(join(ROOT, piece), join(folder, piece), { recursive: true, dereference: true });
  }
}

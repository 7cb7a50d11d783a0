/** Where things are: the repository, what is built in it, and the cache of tools shared by clones. */
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of this clone. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Programs that npm packages bring. */
export const NPM_BIN = join(ROOT, "node_modules", ".bin");

/** The Worker as worker-build leaves it: `index.js` and `index_bg.wasm`. */
export const WORKER_BUILD = join(ROOT, "edge-worker", "build");

/** The npm package as wasm-pack leaves it. */
export const PACKAGE_BUILD = join(ROOT, "wasm-pkg", "pkg");

/** Command-line tools, a folder per name and version: several clones, at different versions, can share it. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "archipelago");

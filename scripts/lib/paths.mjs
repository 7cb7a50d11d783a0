/** Where things are: the repository, what is built in it, and the cache of tools shared by clones. */
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of this clone. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Programs that npm packages bring. */
export const NPM_BIN = join(ROOT, "node_modules", ".bin");

/** Where cargo builds. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR || "target");

/** Where the Worker with faults lies, within the clone: not beside the release, it is for tests alone. */
export const FAULTY_BUILD = "target/faults";

/** The npm package's folder; what is built of it lies in its `dist`. */
export const PACKAGE = join(ROOT, "wasm-pkg");

/** Command-line tools, a folder per name and version: several clones, at different versions, can share it. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "archipelago");

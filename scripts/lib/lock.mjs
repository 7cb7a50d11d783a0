/** One set-up at a time: two of them, in one clone or in several, must not install into the same places. */
import { mkdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.mjs";
import { CACHE } from "./paths.mjs";

const LOCK = join(CACHE, "set-up.lock");
const RETRY_MS = 500;

/** The holder keeps the file young: a process number would mean nothing in another container that shares the cache. */
const HEARTBEAT_MS = 1_000;
const STALE_MS = 15_000;

/**
 * Does the work while holding the lock; waits for whoever holds it, unless that one has died.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  await mkdir(CACHE, { recursive: true }).catch((error) => {
    throw new Failure(
      `The folder for tools, ${CACHE}, cannot be made: ${error.message}`,
      "Make it writable, or set XDG_CACHE_HOME to a folder that is.",
    );
  });
  await acquire();
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(LOCK, now, now).catch(() => {
      // Removed by hand: whoever did that knows why.
    });
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(LOCK, { force: true });
  }
}

async function acquire() {
  let told = false;
  while (!(await tryAcquire())) {
    const touched = await stat(LOCK).catch(() => undefined);
    if (touched && Date.now() - touched.mtimeMs > STALE_MS) {
      await rm(LOCK, { force: true });
      continue;
    }
    if (!told) console.log("▸ Waiting for another set-up to finish …");
    told = true;
    await sleep(RETRY_MS);
  }
}

/** @returns {Promise<boolean>} */
async function tryAcquire() {
  try {
    await writeFile(LOCK, "", { flag: "wx" });
    return true;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST") return false;
    throw new Failure(`The folder for tools, ${CACHE}, cannot be written to: ${message}`);
  }
}

/** The folder in which a realm that is served keeps what must outlive it. */
import { spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.mjs";

/** A named pipe that is open for reading as long as somebody uses the folder: the system sees to it when they die. */
const LOCK = "lock";

/**
 * Takes a folder for whoever holds the descriptor that is returned; makes it if need be, for this user alone, since the
 * key of the rooms is in it.
 *
 * @param {string} folder
 * @returns {number} keep it open, in a child too
 * @throws {Failure} when another process has it, or it cannot be written
 */
export function claimState(folder) {
  const lock = join(folder, LOCK);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (!existsSync(lock)) makePipe(lock);
    if (isRead(lock)) {
      throw new Failure(
        `Another realm is served from ${folder}.`,
        "Stop that one, or choose another folder: --state DIR",
      );
    }
    return openSync(lock, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const advice = "Make it writable for this user, or choose another folder: --state DIR";
    throw new Failure(`The state cannot be kept in ${folder}: ${reason}`, advice);
  }
}

/** @param {string} path */
function makePipe(path) {
  const { status, stderr, error } = spawnSync("mkfifo", ["-m", "600", path], { encoding: "utf8" });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
}

/**
 * Whether somebody has a named pipe open for reading.
 *
 * @param {string} pipe
 */
function isRead(pipe) {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENXIO") return false;
    throw error;
  }
}

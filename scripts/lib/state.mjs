/** The folder in which a realm that is served keeps what must outlive it. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "./failure.mjs";

/** Locked as long as somebody uses the folder: the system sees to it when they die. What is in it does not matter. */
const LOCK = "lock";

/** Locks a file as it is opened; a flag of macOS, which has no command `flock`. */
const O_EXLOCK = 0x20;

/** Where workerd keeps the rooms, a file each. */
const ROOMS = "archipelago-Room";

/** A database without a table has one page. */
export const EMPTY_BYTES = 4_096;

/** How `flock -n` says that somebody else has the lock; other errors have other numbers. */
const TAKEN_STATUS = 1;

/**
 * Takes a folder for whoever holds the descriptor that is returned; makes it if need be, for this user alone, since the
 * key of the rooms is in it.
 *
 * @param {string} folder
 * @returns {number} keep it open, in a child too
 * @throws {Failure} when another process has it, or it cannot be written
 */
export function claimState(folder) {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const descriptor = openLocked(join(folder, LOCK));
    if (descriptor !== undefined) return descriptor;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = "Make it writable for this user, or choose another folder: --state DIR";
    throw new Failure(`The state cannot be kept in ${folder}: ${reason}`, advice);
  }
  throw new Failure(`Another realm is served from ${folder}.`, "Stop that one, or choose another folder: --state DIR");
}

/**
 * Removes what is left of rooms that have nothing to remember: workerd keeps an empty file of each for ever.
 *
 * @param {string} folder that is claimed, and that no workerd uses yet
 */
export function sweepRooms(folder) {
  const rooms = join(folder, ROOMS);
  const names = new Set(existsSync(rooms) ? readdirSync(rooms) : []);
  for (const name of names) {
    // What was written last may still be beside it.
    if (!/^[0-9a-f]{64}\.sqlite$/.test(name) || names.has(`${name}-wal`)) continue;
    const file = join(rooms, name);
    if (statSync(file).size === EMPTY_BYTES) rmSync(file);
  }
}

/**
 * Not by the `recursive` of Node, which never ends in a folder that takes none: `/proc`.
 *
 * @param {string} folder
 */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another starter may have been quicker.
    if (!existsSync(folder)) throw error;
  }
}

/**
 * @param {string} path made if need be
 * @returns {number | undefined} a descriptor with which it stays locked; none if somebody else has the lock
 */
function openLocked(path) {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK;
  if (process.platform === "darwin") return openExclusively(path, flags | O_EXLOCK);
  const descriptor = openSync(path, flags, 0o600);
  // The lock is on what is open, which the command shares, and outlives it.
  const { status, stderr, error } = spawnSync("flock", ["-n", "3"], {
    stdio: ["ignore", "ignore", "pipe", descriptor],
    encoding: "utf8",
  });
  if (status === 0) return descriptor;
  if (status === TAKEN_STATUS) return undefined;
  throw new Error(`flock, of util-linux, cannot lock it: ${error?.message ?? stderr.trim()}`);
}

/**
 * @param {string} path
 * @param {number} flags among them that which locks
 */
function openExclusively(path, flags) {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EAGAIN") return undefined;
    throw error;
  }
}

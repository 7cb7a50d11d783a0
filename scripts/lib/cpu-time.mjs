/** How much time of the processors a process has taken. */
import { readFileSync } from "node:fs";

/** Linux counts a process's time in these, on all machines that matter. */
const TICKS_PER_SECOND = 100;

/**
 * What a process has used so far, as its user and in the kernel.
 *
 * @param {number} pid
 * @returns {number | null} seconds of all its threads; where there is no `/proc`, not known
 */
export function cpuSeconds(pid) {
  return process.platform === "linux" ? usedIn(`/proc/${pid}/stat`) : null;
}

/**
 * What a process, or one of its threads, has used so far.
 *
 * @param {string} stat path of its file in `/proc`
 * @returns {number} seconds
 */
export function usedIn(stat) {
  const text = readFileSync(stat, "utf8");
  // The second field is the program's name in parentheses, and may contain anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

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
  if (process.platform !== "linux") return null;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in parentheses, and may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

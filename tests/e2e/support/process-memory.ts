import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** How much memory a process has in use, in bytes: all that is not swapped out or given back. */
export function residentBytes(pid: number | undefined): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? assert.fail();
  return Number(kib) * 1024;
}

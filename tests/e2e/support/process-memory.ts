import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";

const AT_ONCE = 20;
const ROUND = 5_000;
const ROUNDS_MIN = 4;
const ROUNDS_MAX = 12;
/** What a round may add when there is nothing left to fill. */
const LEVEL = 1.02;

/** How much memory a process has in use, in bytes: all that is not swapped out or given back. */
export function residentBytes(pid: number | undefined): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? assert.fail();
  return Number(kib) * 1024;
}

/**
 * Has a server do harmless work until it needs no more memory for it. JavaScript's garbage is collected when there is
 * enough of it: until then every request makes a process larger, whatever it is.
 */
export async function fillHeap(pid: number | undefined, url: string): Promise<void> {
  let before = residentBytes(pid);
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    await fetchOften(url, ROUND);
    const now = residentBytes(pid);
    if (round >= ROUNDS_MIN && now <= before * LEVEL) return;
    before = now;
  }
}

/** Asks for the same so many times, some at a time. */
export async function fetchOften(url: string, times: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      get(url, { agent }, (response) => response.on("end", resolve).resume()).on("error", reject);
    });
  let asked = 0;
  const work = async () => {
    for (; asked < times; await ask()) asked += 1;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  agent.destroy();
}

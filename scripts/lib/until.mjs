/** Waiting for what nobody announces. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.mjs";

const RETRY_MS = 200;

/**
 * Asks again and again until nothing is missing.
 *
 * @param {number} withinMs
 * @param {() => Promise<string | undefined>} missing what is, in words
 * @throws {Failure} that says what is still missing by then
 */
export async function until(withinMs, missing) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const said = await missing();
    if (said === undefined) return;
    if (Date.now() > deadline) throw new Failure(said);
    await sleep(RETRY_MS);
  }
}

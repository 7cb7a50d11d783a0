/** What a realm counts, as it tells Prometheus: read once a second while it works. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.mjs";

const READ_MS = 1_000;

/**
 * @typedef {object} Reading
 * @property {number} ms since 1970
 * @property {string} text
 */

/** Reads from now on. */
export class MetricsReader {
  /** @type {Reading[]} */
  #readings = [];
  #url;
  #isStopped = false;
  #reading;

  /** @param {string} url of the realm */
  constructor(url) {
    this.#url = `${url}/metrics`;
    this.#reading = this.#readAll();
  }

  async #readAll() {
    while (!this.#isStopped) {
      const ms = Date.now();
      // One that is too busy, or is being killed, is asked again.
      const text = await readMetrics(this.#url).catch(() => undefined);
      if (text !== undefined) this.#readings.push({ ms, text });
      await sleep(READ_MS);
    }
  }

  async stop() {
    this.#isStopped = true;
    await this.#reading;
  }

  /**
   * By how much a series grew in a second.
   *
   * @param {string} name
   * @param {number} fromMs since 1970
   * @param {number} toMs
   * @throws {Failure} if it was not read twice in between
   */
  perSecond(name, fromMs, toMs) {
    const within = this.#readings.filter(({ ms }) => ms >= fromMs && ms <= toMs);
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined || first === last) {
      throw new Failure("The realm has not said what it counts while it was measured.");
    }
    return (1_000 * (totalOf(name, last.text) - totalOf(name, first.text))) / (last.ms - first.ms);
  }
}

/**
 * @param {string} url of a realm's metrics
 * @returns {Promise<string>}
 * @throws {Failure} if it has none now
 */
export async function readMetrics(url) {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Failure(`${url} is answered with ${response.status}: ${text}`);
  return text;
}

/**
 * @param {string} name
 * @param {string} text what was read
 * @returns {number} the sum of all series of that name
 * @throws {Failure} if there is none
 */
export function totalOf(name, text) {
  const values = text.split("\n").flatMap((line) => {
    const [series = "", value] = line.split(" ");
    return series === name || series.startsWith(`${name}{`) ? [Number(value)] : [];
  });
  if (values.length === 0) throw new Failure(`The realm does not count ${name}.`);
  return values.reduce((sum, value) => sum + value, 0);
}

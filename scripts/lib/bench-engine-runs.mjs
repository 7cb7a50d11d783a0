/** The runs of a benchmark of the engine, one after the other. */
import { Failure } from "./failure.mjs";
import { duration, endProgress, progress } from "./report.mjs";

/**
 * @typedef {import("./bench-engine-figures.mjs").Row} Row
 * @typedef {import("./bench-engine-options.mjs").Target} Target
 *
 * @typedef {object} Plan
 * @property {readonly string[]} worlds
 * @property {readonly string[]} policies
 * @property {readonly Target[]} targets
 *
 * @typedef {(target: Target, world: string, policy: string) => Promise<Row & { fingerprint: string }>} MeasureOne
 */

/**
 * Measures each world under each policy on each target. A run that fails does not stop the others: what takes hours is
 * not lost by what happens in the last minute.
 *
 * @param {Plan} plan
 * @param {MeasureOne} measureOne
 * @param {(rows: readonly Row[]) => Promise<void>} keep is given all rows so far whenever a world is done
 * @returns {Promise<{ rows: Row[], failures: string[] }>} and what the runs that failed have said
 */
export async function measureAll({ worlds, policies, targets }, measureOne, keep) {
  const all = policies.flatMap((policy) => worlds.map((world) => ({ policy, world })));
  const started = performance.now();
  const rows = /** @type {Row[]} */ ([]);
  const failures = /** @type {string[]} */ ([]);
  try {
    for (const [at, { policy, world }] of all.entries()) {
      /** @type {Set<string>} */
      const islands = new Set();
      for (const [nth, target] of targets.entries()) {
        const which = `${at * targets.length + nth + 1} of ${all.length * targets.length}`;
        progress(`▸ ${which}: ${world}, ${policy}, ${target}; ${duration(performance.now() - started)} so far`);
        try {
          const { fingerprint, ...row } = await measureOne(target, world, policy);
          islands.add(fingerprint);
          rows.push(row);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          failures.push(`${world}, ${policy}, ${target}: ${error.message}`);
        }
      }
      if (islands.size > 1) failures.push(`${world}, ${policy}: the targets end with different islands.`);
      await keep(rows);
    }
    progress(`▸ ${rows.length} runs in ${duration(performance.now() - started)}`);
  } finally {
    endProgress();
  }
  return { rows, failures };
}

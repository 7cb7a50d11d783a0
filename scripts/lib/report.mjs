/** What the scripts tell the person in front of them. */

/**
 * @param {number} milliseconds
 * @returns {string} such as `0.4 s` or `3 min 20 s`
 */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Announces a piece of work, does it, and says how long it took.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function timed(what, work) {
  console.log(`▸ ${what} …`);
  const started = performance.now();
  const result = await work();
  console.log(`  done in ${duration(performance.now() - started)}`);
  return result;
}

/**
 * One line that is written over on a terminal; elsewhere a line each.
 *
 * @param {string} text
 */
export function progress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${text}`);
  else console.log(text);
}

/** What is said next, a failure for example, gets a line of its own. */
export function endProgress() {
  if (process.stdout.isTTY) console.log();
}

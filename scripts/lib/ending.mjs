/** How a command that runs until somebody ends it hears that it is to end. */

/** How often to look whether the shell of npm is still there: told to end, npm ends it but not what runs in it. */
const PARENT_CHECK_MS = 500;

/**
 * Calls back whenever this process is asked to end, and when its parent is gone.
 *
 * @param {() => void} end
 */
export function whenAskedToEnd(end) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, end);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, PARENT_CHECK_MS);
  watch.unref();
}

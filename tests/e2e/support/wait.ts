/** Resolves after `ms` milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for `event`, but no longer than `ms`. */
export async function atMost(ms: number, event: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([event, timeout]);
  // A timer left behind would keep the test's process alive.
  clearTimeout(timer);
}

/**
 * Tries `check` until it stops throwing and returns what it returned.
 * The last attempt starts no earlier than `withinMs` after the call; its error is the one that is thrown.
 */
export async function eventually<T>(withinMs: number, check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const last = performance.now() >= deadline;
    try {
      return await check();
    } catch (error) {
      if (last) throw error;
    }
    await sleep(Math.min(50, Math.max(1, deadline - performance.now())));
  }
}

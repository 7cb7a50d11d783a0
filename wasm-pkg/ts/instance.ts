import { __wbg_reset_state, initSync } from "./bindings/archipelago_wasm.js";
import { ArchipelagoError, DeadError, LoadError } from "./errors.js";
import { isObject, refused } from "./refuse.js";

/** Compiles the WebAssembly; where it lies differs between platforms. */
export type Source = () => Promise<WebAssembly.Module>;

/** One run of the WebAssembly. What was made in it dies with it. */
export class Instance {
  #trap: { cause: unknown } | undefined;

  /** Whether a call has ended in a trap. */
  get isDead(): boolean {
    return this.#trap !== undefined;
  }

  /** Calls into the WebAssembly. What comes out other than a refusal is a trap: memory may be half written. */
  call<T>(work: () => T): T {
    if (this.#trap) throw dead(this.#trap.cause);
    try {
      return work();
    } catch (error) {
      if (isRefusal(error)) throw refused(error.field, error.value, error.allowed);
      this.#trap = { cause: error };
      throw dead(error);
    }
  }
}

let source: Source | undefined;
let started = false;
let current: Promise<Instance> | undefined;

/** Says how the WebAssembly is had on this platform; the entry points of the package do. */
export function provide(platform: Source): void {
  source = platform;
}

/** The instance that is alive; loads one where there is none. */
export async function instance(): Promise<Instance> {
  // Taken before the await: who comes meanwhile waits for the same load.
  current ??= start();
  const loading = current;
  try {
    const loaded = await loading;
    if (!loaded.isDead) return loaded;
  } catch (error) {
    if (current === loading) current = undefined;
    throw error;
  }
  if (current === loading) current = undefined;
  return instance();
}

async function start(): Promise<Instance> {
  if (started) {
    __wbg_reset_state();
    return new Instance();
  }
  if (!source) throw new LoadError("There is no WebAssembly: import the package by its name, not one of its files");
  try {
    initSync({ module: await source() });
  } catch (cause) {
    if (cause instanceof ArchipelagoError) throw cause;
    throw new LoadError(`The WebAssembly could not be started: ${cause}`, { cause });
  }
  started = true;
  return new Instance();
}

function dead(cause: unknown): DeadError {
  return new DeadError(`The WebAssembly has stopped (${cause}): this object is dead, create another one`, { cause });
}

/** What the WebAssembly throws by itself is no error; what traps is. */
function isRefusal(error: unknown): error is { field: string; value: unknown; allowed: string } {
  return isObject(error) && !(error instanceof Error) && "field" in error && "allowed" in error;
}

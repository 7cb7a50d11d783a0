/// <reference lib="esnext.disposable" preserve="true" />
import { Archipelago as Raw } from "./bindings/archipelago_wasm.js";
import { FreedError } from "./errors.js";
import { Instance, instance } from "./instance.js";
import { checkText, isObject, refused } from "./refuse.js";
import type {
  ArchipelagoOptions,
  Counters,
  FlushScope,
  Island,
  IslandUpdate,
  Peer,
  RawIslands,
  RawUpdates,
} from "./types.js";

/** From one flush to the next, in ms, where nobody says. */
const PERIOD_MS = 2000;

/**
 * Groups peers into islands: who is near whom, and who has to be told what.
 *
 * Deterministic and without a clock: the same calls in the same order give the same islands everywhere. Peers go by ids
 * of your own. For thousands of them there are handles and typed arrays: {@link Archipelago.setPositions},
 * {@link Archipelago.flushRaw}, {@link Archipelago.assignmentsRaw} and {@link Archipelago.islandsRaw}.
 *
 * Every method throws an `InvalidInputError` for an argument that it cannot take, and changes nothing then; a
 * `FreedError` after {@link Archipelago.free}; and a `DeadError` once the WebAssembly has stopped.
 */
export class Archipelago {
  readonly #instance: Instance;
  #raw: Raw | undefined;
  #nowMs = 0;

  private constructor(made: Instance, raw: Raw) {
    if (!(made instanceof Instance)) throw new TypeError("An Archipelago is made by: await Archipelago.create()");
    this.#instance = made;
    this.#raw = raw;
  }

  /**
   * An archipelago without peers. Loads the WebAssembly the first time.
   *
   * @throws {InvalidInputError} for an option that is not known or not valid
   * @throws {LoadError} if the WebAssembly cannot be had
   */
  static async create(options?: ArchipelagoOptions): Promise<Archipelago> {
    // Getters run here, not in the middle of a call.
    const given = isObject(options) ? { ...options } : options;
    const made = await instance();
    return new Archipelago(
      made,
      made.call(() => new Raw(given)),
    );
  }

  /**
   * A peer reports where it is, in metres; a new one is placed by the next flush. Distances ignore y.
   *
   * @param id any string that is not empty; halves of surrogate pairs are no characters
   * @param x to the east
   * @param y up
   * @param z to the north
   * @param preferred the id of the island the peer would like to be in where a crowd leaves the choice, which it does
   *   under the policy "stable" alone; an empty string withdraws the wish, and without the argument it stays as it is
   */
  setPosition(id: string, x: number, y: number, z: number, preferred?: string): void {
    this.#call((raw) => raw.setPosition(id, x, y, z, preferred));
  }

  /**
   * Many peers report where they are. All are taken, or, if one of them cannot be, none.
   *
   * @param peers their ids (new ones become newcomers) or, with less work, their handles
   * @param positions x, y and z of each, in metres
   * @returns the handles, in the same order: for the next call, and for the arrays of the raw calls. A handle is a small
   *   number that belongs to its peer until the peer disconnects; some time after that it is given to another one
   */
  setPositions(peers: readonly string[] | Uint32Array, positions: Float32Array): Uint32Array {
    // A copy: whatever an exotic array does when it is read happens here, not in the middle of a call.
    const given = Array.isArray(peers) ? Array.from(peers) : peers;
    return this.#call((raw) => raw.setPositions(given, positions));
  }

  /** A peer is gone. If it comes back, it is a newcomer. An id that is not known is ignored. */
  disconnect(id: string): void {
    this.#call((raw) => raw.disconnect(id));
  }

  /**
   * Brings the islands up to date and says what has to be told: first the leaves, in the order of leaving, then the
   * changes by island, oldest first. Who ends where it was is not told anything.
   *
   * @param nowMs the time in milliseconds, on any clock that only goes forward; 2000 more than the last time if left
   *   out. Islands keep it as the time when they were formed. Under the policy "stable" it decides nothing; under
   *   "coherent" the time between full flushes says how fast peers walk and how long they have waited
   * @param scope "full" if left out
   */
  flush(nowMs?: number, scope?: FlushScope): IslandUpdate[] {
    return this.#flush(nowMs, (raw, now) => raw.flush(now, scope));
  }

  /** {@link Archipelago.flush} for handles: numbers in typed arrays, no object a peer. */
  flushRaw(nowMs?: number, scope?: FlushScope): RawUpdates {
    return this.#flush(nowMs, (raw, now) => raw.flushRaw(now, scope) as RawUpdates);
  }

  /** All islands, oldest first, as of the last flush and the disconnects since. */
  islands(): Island[] {
    return this.#call((raw) => raw.islands());
  }

  /** {@link Archipelago.islands} in flat arrays. */
  islandsRaw(): RawIslands {
    return this.#call((raw) => raw.islandsRaw() as RawIslands);
  }

  /** The island with that id; undefined if there is none. */
  island(id: string): Island | undefined {
    checkText("id", id);
    return this.#call((raw) => raw.island(id));
  }

  /** The peer with that id; undefined if there is none. */
  peer(id: string): Peer | undefined {
    checkText("id", id);
    return this.#call((raw) => raw.peer(id));
  }

  /** The number of everybody's island by handle, see {@link islandId}; 0 for handles that are in none. */
  assignmentsRaw(): Float64Array {
    return this.#call((raw) => raw.assignmentsRaw());
  }

  /** The handle of the peer with that id; undefined if there is none. */
  handle(id: string): number | undefined {
    checkText("id", id);
    return this.#call((raw) => raw.handle(id));
  }

  /** The id of the peer with that handle; undefined if there is none. */
  idOf(handle: number): string | undefined {
    if (typeof handle !== "number") throw refused("handle", handle, "a number");
    return this.#call((raw) => raw.idOf(handle));
  }

  /** How many there are, and how many were told what so far. */
  get counters(): Counters {
    return this.#call((raw) => raw.counters());
  }

  /** Gives the memory back. Calling it again does nothing; anything else throws from now on. */
  free(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    // What is dead has no memory to give back.
    if (raw && !this.#instance.isDead) this.#instance.call(() => raw.free());
  }

  /** {@link Archipelago.free}, for `using`. */
  declare [Symbol.dispose]: () => void;

  #flush<T>(nowMs: number | undefined, flush: (raw: Raw, nowMs: number) => T): T {
    const now = nowMs === undefined ? this.#nowMs + PERIOD_MS : nowMs;
    const told = this.#call((raw) => flush(raw, now));
    this.#nowMs = now;
    return told;
  }

  #call<T>(work: (raw: Raw) => T): T {
    const raw = this.#raw;
    if (!raw) throw new FreedError("This archipelago was given back by free(): create another one");
    return this.#instance.call(() => work(raw));
  }
}

// Older engines do not know the symbol.
if (Symbol.dispose) Archipelago.prototype[Symbol.dispose] = Archipelago.prototype.free;

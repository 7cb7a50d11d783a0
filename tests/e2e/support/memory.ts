import assert from "node:assert/strict";
import type { Realm } from "./realm.ts";
import type { About, Islands } from "./stats.ts";
import { islandNumbers } from "./storage.ts";
import type { Walker } from "./walker.ts";

/** The number in an island's id. */
export function islandNumber(id: string): number {
  const [, digits] = /^I([1-9a-z][0-9a-z]*)$/.exec(id) ?? assert.fail(`${id} is not the id of an island`);
  return Number.parseInt(digits ?? "", 36);
}

/** The highest number that anybody was ever told. */
export function highestNumber(walkers: readonly Walker[]): number {
  return Math.max(0, ...walkers.flatMap(({ told }) => told.map(({ islandId }) => islandNumber(islandId))));
}

/** Who shares an island, by its id, as everybody was told last; addresses in alphabetical order. */
export function lastTold(walkers: readonly Walker[]): Record<string, string[]> {
  const islands: Record<string, string[]> = {};
  for (const { island, address } of walkers) {
    islands[island] ??= [];
    islands[island].push(address);
  }
  for (const members of Object.values(islands)) members.sort();
  return islands;
}

/** Fails unless the stats know these walkers and nobody else, and have them on the islands that they were told last. */
export async function assertAgreed(realm: Realm, walkers: readonly Walker[]): Promise<void> {
  const { islands } = await realm.get<Islands>("/islands");
  const stated = islands.map(({ id, peers }) => [id, peers.map(({ address }) => address).sort()]);
  assert.deepEqual(Object.fromEntries(stated), lastTold(walkers));
  const known = (await realm.peers()).map(({ address }) => address).sort();
  assert.deepEqual(known, walkers.map(({ address }) => address).sort());
  await assertUserCount(realm, walkers.length);
}

/** Fails unless all that count users say so many. */
export async function assertUserCount(realm: Realm, count: number): Promise<void> {
  const { comms } = await realm.get<About>("/about");
  assert.equal(comms.usersCount, count, "/about");
  for (const path of ["/core-status", "/status"]) {
    const { userCount } = await realm.get<{ userCount: number }>(path);
    assert.equal(userCount, count, path);
  }
}

/** What was told before a crash, to find out afterwards whether an id has been given twice. */
export class Memory {
  readonly #highest: number;
  /** Who was ever told this island. */
  readonly #told = new Map<string, Set<string>>();
  readonly #living: ReadonlySet<string>;
  /** The numbers of islands of which the crash may have kept everybody from being told. */
  readonly #stored: readonly number[];

  /** Remembers what these walkers were told so far, and which islands a realm that has died has left behind. */
  constructor(walkers: readonly Walker[], storage: string) {
    this.#stored = islandNumbers(storage);
    this.#highest = highestNumber(walkers);
    for (const { told, address } of walkers) {
      for (const { islandId } of told) this.#told.set(islandId, (this.#told.get(islandId) ?? new Set()).add(address));
    }
    this.#living = new Set(walkers.filter(({ told }) => told.length > 0).map(({ island }) => island));
  }

  /** Whether somebody was still on this island. */
  knows(id: string): boolean {
    return this.#living.has(id);
  }

  /**
   * Fails if an island that these walkers are on has an id that belonged to others: an island is either one that still
   * was there and has kept somebody, or one that nobody had been told of yet, or it has a number above all that were
   * there before.
   */
  assertNoneReused(walkers: readonly Walker[]): void {
    for (const [id, members] of Object.entries(lastTold(walkers))) {
      const before = this.#told.get(id);
      const number = islandNumber(id);
      if (!before)
        assert.ok(number > this.#highest || this.#stored.includes(number), `${id} is not above ${this.#highest}`);
      else {
        assert.ok(this.knows(id), `${id} had ended, and is there again`);
        const stayed = members.some((address) => before.has(address));
        assert.ok(stayed, `${id} has only members who have never been told it: ${members}`);
      }
    }
  }
}

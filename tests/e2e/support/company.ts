import assert from "node:assert/strict";
import { PATIENCE_MS } from "./connection.ts";
import { assertUserCount, islandNumber } from "./memory.ts";
import type { Point } from "./packets.ts";
import { freshGround, type Realm, SETTLED_MS } from "./realm.ts";
import type { Islands } from "./stats.ts";
import { Traveller } from "./traveller.ts";
import { eventually, sleep } from "./wait.ts";

const APART_M = 2_000;

/** The place of the first of the two. */
const PAIR = 3;

/** What one of them was told, and through which sockets. */
interface Notes {
  packets: number;
  visits: number;
}

/**
 * Players whom nothing that happens to the realm may disturb, in islands of three, two and one; and a scout, who goes
 * from one island to the next to show that the realm works.
 */
export class Company {
  readonly trio: readonly [Traveller, Traveller, Traveller];
  readonly scout: Traveller;
  readonly #realm: Realm;
  readonly #witnesses: readonly Traveller[];
  readonly #meetingPlace: Point;
  readonly #retreat: Point;
  #notes: Notes[] = [];
  #highest = 0;
  #chats = 0;

  private constructor(realm: Realm, travellers: readonly Traveller[], meetingPlace: Point, retreat: Point) {
    const [one, two, three] = travellers;
    assert.ok(one && two && three);
    this.#realm = realm;
    this.trio = [one, two, three];
    this.#witnesses = travellers.slice(0, -1);
    this.scout = travellers.at(-1) ?? assert.fail();
    this.#meetingPlace = meetingPlace;
    this.#retreat = retreat;
  }

  /** All of them, settled. Nobody else may be in the realm, but for sessions without a heartbeat. */
  static async gather(realm: Realm): Promise<Company> {
    const at = freshGround();
    const places = [at(0, 0), at(5, 0), at(10, 0), at(APART_M, 0), at(APART_M + 5, 0), at(2 * APART_M, 0)];
    const retreat = at(3 * APART_M, 0);
    const travellers: Traveller[] = [];
    // One after the other: the first of an island is the one who keeps it.
    for (const place of [...places, retreat]) travellers.push(await Traveller.start(realm, place));
    const company = new Company(realm, travellers, at(APART_M + 10, 0), retreat);
    await sleep(SETTLED_MS);
    company.note();
    return company;
  }

  /** From now on nobody may be disturbed. */
  note(): void {
    this.#notes = this.#witnesses.map(({ client, visits }) => ({
      packets: client.packets.length,
      visits: visits.length,
    }));
    this.#highest = Math.max(...[...this.#witnesses, this.scout].flatMap(numbers));
  }

  /** Fails unless all are where they were, in the same rooms, were told nothing, hear each other and are in the stats. */
  async assertUndisturbed(): Promise<void> {
    await eventually(PATIENCE_MS, () => this.#assertStats());
    await sleep(SETTLED_MS);
    for (const [index, { client, visits, room, address }] of this.#witnesses.entries()) {
      const notes = this.#notes[index] ?? assert.fail();
      assert.equal(client.closeInfo, undefined, `the session of ${address} was closed`);
      assert.deepEqual(client.packets.slice(notes.packets), [], `${address} was told something`);
      assert.equal(visits.length, notes.visits);
      assert.equal(room.closeInfo, undefined, `${address} was sent out of its room`);
    }
    await this.#assertHeard();
    await eventually(PATIENCE_MS, () => this.#assertStats());
  }

  /** Lets the scout go to another island, however long it takes until it is told. */
  sendScout(): void {
    this.scout.step(this.#meetingPlace);
  }

  /** Fails unless the realm still brings players together, and apart under numbers that nobody has had. */
  async assertWorking(): Promise<void> {
    if (this.scout.island !== this.#meetingIsland) await this.scout.walk(this.#meetingPlace);
    assert.equal(this.scout.island, this.#meetingIsland);
    await this.scout.walk(this.#retreat);
    const number = islandNumber(this.scout.island);
    assert.ok(number > this.#highest, `${this.scout.island} is not above ${this.#highest}`);
    await eventually(PATIENCE_MS, () => this.#assertStats());
    this.note();
  }

  /** The island of the two whom the scout visits. */
  get #meetingIsland(): string {
    return this.#witnesses.at(PAIR)?.island ?? assert.fail();
  }

  async #assertHeard(): Promise<void> {
    const [speaker, ...listeners] = this.trio;
    this.#chats += 1;
    const said = `${this.#chats}`;
    speaker.room.chat(said);
    await eventually(PATIENCE_MS, () => {
      for (const { room } of listeners) assert.deepEqual(room.chats.at(-1), [speaker.address, said]);
    });
  }

  async #assertStats(): Promise<void> {
    const all = [...this.#witnesses, this.scout];
    const { islands } = await this.#realm.get<Islands>("/islands");
    const stated = islands.flatMap(({ id, peers }) => peers.map(({ address }) => [address, id]));
    assert.deepEqual(
      Object.fromEntries(stated),
      Object.fromEntries(all.map(({ address, island }) => [address, island])),
    );
    assert.equal((await this.#realm.peers()).length, all.length);
    await assertUserCount(this.#realm, all.length);
  }
}

function numbers({ visits }: Traveller): number[] {
  return visits.map(({ island }) => islandNumber(island.islandId));
}

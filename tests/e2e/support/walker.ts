import assert from "node:assert/strict";
import type { Client } from "./client.ts";
import { Identity } from "./identity.ts";
import type { IslandChangedMessage, Point } from "./packets.ts";
import { random } from "./random.ts";
import type { Realm } from "./realm.ts";
import { sleep } from "./wait.ts";

const HEARTBEAT_MS = 1_000;

/** From the centre of a walk: two walkers around one centre are never out of each other's reach. */
const RADIUS_M = 20;
const STEP_M = 3;

/** How many log in at the same time when there is no hurry. */
const AT_ONCE = 25;

/** A player who walks in a circle, says where it is once a second, and may come back after its connection is gone. */
export class Walker {
  readonly identity: Identity;
  /** Everything it was ever told, over all its sessions. */
  readonly told: IslandChangedMessage[] = [];
  readonly #phase: number;
  #centre: Point;
  #steps = 0;
  #client: Client | undefined;

  private constructor(identity: Identity, centre: Point, phase: number) {
    this.identity = identity;
    this.#centre = centre;
    this.#phase = phase;
  }

  /** One walker around each centre; none of them is connected yet. */
  static async around(centres: readonly Point[]): Promise<Walker[]> {
    const identities = await Promise.all(centres.map(() => Identity.create()));
    // Steps of the golden angle: those around the same centre are evenly spread.
    return centres.map((centre, index) => new Walker(identities[index] ?? assert.fail(), centre, 2.4 * index));
  }

  /** The address, lower case. */
  get address(): string {
    return this.identity.address;
  }

  /** The id of the island that it was told last. */
  get island(): string {
    return this.told.at(-1)?.islandId ?? assert.fail(`${this.address} was never told an island`);
  }

  /** Where it was when it last said so. */
  get place(): Point {
    const [x, y, z] = this.#centre;
    const angle = this.#phase + (this.#steps * STEP_M) / RADIUS_M;
    return [x + RADIUS_M * Math.cos(angle), y, z + RADIUS_M * Math.sin(angle)];
  }

  /** Logs in, says that it is where it was, and walks on once it is told an island; returns that. */
  async enter(realm: Realm): Promise<IslandChangedMessage> {
    const { client } = await realm.login(this.identity);
    this.#client = client;
    client.onIsland = (island) => this.told.push(island);
    const first = await client.arrive(this.place);
    const walking = setInterval(() => {
      this.#steps += 1;
      client.heartbeat(this.place);
    }, HEARTBEAT_MS);
    void client.ended.then(() => clearInterval(walking));
    return first;
  }

  /** From now on it walks around another centre; says so at once. */
  moveTo(centre: Point): void {
    this.#centre = centre;
    this.#session.heartbeat(this.place);
  }

  /** Leaves politely. */
  async leave(): Promise<void> {
    await this.#session.leave();
  }

  get #session(): Client {
    return this.#client ?? assert.fail(`${this.address} has never been here`);
  }
}

/** All log in, some at a time. */
export async function enterAll(realm: Realm, walkers: readonly Walker[]): Promise<void> {
  const queue = [...walkers];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await next.enter(realm);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** All log in, each at a random moment of this time; returns what each was told first, in the walkers' order. */
export function enterWithin(ms: number, realm: Realm, walkers: readonly Walker[]): Promise<IslandChangedMessage[]> {
  return Promise.all(
    walkers.map(async (walker) => {
      await sleep(random() * ms);
      return walker.enter(realm);
    }),
  );
}

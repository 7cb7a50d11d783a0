import assert from "node:assert/strict";
import type { Client } from "./client.ts";
import { PATIENCE_MS } from "./connection.ts";
import type { Identity } from "./identity.ts";
import type { IslandChangedMessage, Point } from "./packets.ts";
import type { Realm } from "./realm.ts";
import type { RoomClient } from "./room-client.ts";
import { eventually } from "./wait.ts";

const HEARTBEAT_MS = 1_000;

/** As often as real clients try to get into a room. */
const ATTEMPTS = 3;

/** A stay in one room. */
export interface Visit {
  readonly island: IslandChangedMessage;
  /** `performance.now()` when the island came. */
  readonly toldMs: number;
  readonly room: RoomClient;
}

/** A whole player: its session, its heartbeats, and the rooms it goes to as the realm tells it. */
export class Traveller {
  readonly client: Client;
  readonly identity: Identity;
  /** The rooms it was in, the present one last. */
  readonly visits: Visit[] = [];
  readonly #realm: Realm;
  #position: Point;
  #journey: Promise<void> = Promise.resolve();
  #failures: unknown[] = [];

  private constructor(realm: Realm, { client, identity }: { client: Client; identity: Identity }, position: Point) {
    this.#realm = realm;
    this.client = client;
    this.identity = identity;
    this.#position = position;
    client.onIsland = (island, toldMs) => {
      this.#journey = this.#journey.then(() => this.#follow(island, toldMs));
    };
    const beating = setInterval(() => client.heartbeat(this.#position), HEARTBEAT_MS);
    void client.ended.then(() => clearInterval(beating));
  }

  /** A player at `position`, in the room of its island. */
  static async start(realm: Realm, position: Point, identity?: Identity): Promise<Traveller> {
    const traveller = new Traveller(realm, await realm.login(identity), position);
    await traveller.walk(position);
    return traveller;
  }

  /** The address, lower case. */
  get address(): string {
    return this.identity.address;
  }

  /** The present stay. */
  get visit(): Visit {
    return this.visits.at(-1) ?? assert.fail(`${this.address} has not arrived anywhere`);
  }

  /** The room it is in. */
  get room(): RoomClient {
    return this.visit.room;
  }

  /** The id of the island whose room it is in. */
  get island(): string {
    return this.visit.island.islandId;
  }

  /** Goes to `position`, and stays on the island if that is not elsewhere. */
  step(position: Point): void {
    this.#position = position;
    this.client.heartbeat(position);
  }

  /** Goes to `position`, which must be on another island, and into the room there. */
  async walk(position: Point): Promise<Visit> {
    const before = this.visits.length;
    this.step(position);
    return eventually(PATIENCE_MS, () => {
      assert.deepEqual(this.#failures, []);
      assert.ok(this.visits.length > before, `${this.address} is still where it was`);
      return this.visit;
    });
  }

  /**
   * Goes to `position`, which must be on another island, but from now on stays in the room it is in, whatever it is
   * told. Resolves once it is told the island.
   */
  async linger(position: Point): Promise<Omit<Visit, "room">> {
    let told: Omit<Visit, "room"> | undefined;
    this.client.onIsland = (island, toldMs) => {
      told = { island, toldMs };
    };
    this.step(position);
    return eventually(PATIENCE_MS, () => told ?? assert.fail(`${this.address} was told no island`));
  }

  /** Leaves room and realm politely. */
  async leave(): Promise<void> {
    await Promise.all([this.room.leave(), this.client.leave()]);
  }

  /** Joins the new room, then leaves the old one, as real clients do. */
  async #follow(island: IslandChangedMessage, toldMs: number): Promise<void> {
    const old = this.visits.at(-1);
    try {
      const room = await this.#join(island);
      if (!room) return;
      this.visits.push({ island, toldMs, room });
      // Not awaited: nobody waits for a server's goodbye.
      void old?.room.leave();
    } catch (error) {
      this.#failures.push(error);
    }
  }

  async #join(island: IslandChangedMessage): Promise<RoomClient | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#realm.enter(island.connStr, this.identity);
      } catch (error) {
        // It may have been told another island meanwhile: then this room is closed to it.
        if (this.client.islands.at(-1) !== island) return undefined;
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }
}

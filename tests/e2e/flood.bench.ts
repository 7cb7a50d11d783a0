import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { Flooder, type Tally } from "./support/hostile/flood.ts";
import type { Point } from "./support/packets.ts";
import { random } from "./support/random.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

const SILENT = 500;
const RUBBISH = 500;
/** Of those who send rubbish: half before they have logged in, half after it; some of either kind never stop. */
const DEAF = 25;

/** Where some stay, and others come and go. So many that those who leave together are never most of their island: they would
 * take it with them, and be told nothing. */
const CAMPS = 10;
const STAYING = 6;
const WANDERERS = 40;
const APART_M = 1_000;

/** The flush period that realms have unless told otherwise: a change is due at most so long after its reason. */
const FLUSH_S = 2;
const LATE_MS = 2_500;
const WANDERING_MS = 25_000;
const HEARTBEAT_MS = 1_000;
/** How long somebody stays at most after having come to a camp. */
const STAY_MS = 3_000;
const PATIENCE_MS = 20_000;

/** Somebody who goes from camp to camp. */
class Wanderer {
  readonly client: Client;
  readonly #places: readonly Point[];
  #camp: number;
  /** How long it took until it was told, each time, in ms. */
  readonly tookMs: number[] = [];

  constructor(client: Client, places: readonly Point[], camp: number) {
    this.client = client;
    this.#places = places;
    this.#camp = camp;
  }

  /** The camp where it has arrived. */
  get camp(): number {
    return this.#camp;
  }

  get place(): Point {
    return this.#places[this.#camp] ?? assert.fail();
  }

  /** Goes on until the time is over. */
  async wander(untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      await sleep(random() * STAY_MS);
      this.#camp = (this.#camp + 1 + Math.floor(random() * (CAMPS - 1))) % CAMPS;
      const leftMs = performance.now();
      this.client.heartbeat(this.place);
      const { atMs } = await this.client.nextReceived("islandChanged", PATIENCE_MS);
      this.tookMs.push(atMs - leftMs);
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** What so large a part of the numbers are no larger than. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(share * sorted.length)] ?? assert.fail("there are no numbers");
}

describe("a flood of silence and rubbish", () => {
  let realm: Realm;
  let flooders: Flooder[] = [];
  before(async () => {
    realm = await Realm.start({ ARCHIPELAGO_FLUSH_FREQUENCY: String(FLUSH_S) });
  });
  after(async () => {
    await Promise.all(flooders.map((flooder) => flooder.stop()));
    await realm.stop();
  });

  /** Says once a second where somebody is, to the end. */
  function keepSaying(client: Client, where: () => Point): void {
    const beating = setInterval(() => client.heartbeat(where()), HEARTBEAT_MS);
    void client.ended.then(() => clearInterval(beating));
  }

  /** Has one player after the other log in and go, until the time is over; how long each login took, in ms. */
  async function comeIn(untilMs: number): Promise<number[]> {
    const tookMs: number[] = [];
    while (performance.now() < untilMs) {
      const beganMs = performance.now();
      const { client } = await realm.login();
      tookMs.push(performance.now() - beganMs);
      await client.leave();
      await sleep(HEARTBEAT_MS);
    }
    return tookMs;
  }

  it("does not keep players from hearing in time where they are", async (test) => {
    const at = freshGround();
    const places = Array.from({ length: CAMPS }, (_, camp) => at(camp * APART_M, 0));
    const islands: string[] = [];
    for (const place of places) {
      for (let index = 0; index < STAYING; index += 1) {
        const { client, island } = await realm.player(place);
        keepSaying(client, () => place);
        if (index === 0) islands.push(island);
      }
    }
    const wanderers = await Promise.all(
      Array.from({ length: WANDERERS }, async (_, index) => {
        const camp = index % CAMPS;
        const { client } = await realm.player(places[camp] ?? assert.fail());
        const wanderer = new Wanderer(client, places, camp);
        keepSaying(client, () => wanderer.place);
        return wanderer;
      }),
    );

    const { host } = realm;
    const nobody = { host, silent: 0, early: 0, late: 0, deaf: 0 };
    const half = RUBBISH / 2;
    const silent = new Flooder({ ...nobody, silent: SILENT });
    // Once others flood, nobody comes in from where they are.
    const late = new Flooder({ ...nobody, late: half, deaf: DEAF });
    flooders = [silent, late];
    await eventually(60_000, async () => {
      assert.equal((await silent.tally()).silent, SILENT);
      assert.ok((await late.tally()).logins >= half, "not all have logged in yet");
    });
    const early = new Flooder({ ...nobody, early: half, deaf: DEAF });
    flooders.push(early);
    await eventually(60_000, async () => assert.ok((await early.tally()).sockets > half));
    const started = await Promise.all([late.tally(), early.tally()]);

    const untilMs = performance.now() + WANDERING_MS;
    const [cameMs] = await Promise.all([comeIn(untilMs), ...wanderers.map((wanderer) => wanderer.wander(untilMs))]);
    const ended = await Promise.all([late.tally(), early.tally()]);

    const tookMs = wanderers.flatMap((wanderer) => wanderer.tookMs);
    const p95Ms = quantile(tookMs, 0.95);
    for (const [what, ms] of Object.entries({ "island changes": tookMs, "logins of others": cameMs })) {
      const [p50, p95] = [0.5, 0.95].map((share) => Math.round(quantile(ms, share)));
      test.diagnostic(`${ms.length} ${what}: p50 ${p50} ms, p95 ${p95} ms`);
    }
    test.diagnostic(`the flood: ${JSON.stringify([await silent.tally(), ...ended])}`);
    assert.ok(tookMs.length >= 3 * WANDERERS, `only ${tookMs.length} changes`);
    assert.ok(p95Ms <= LATE_MS, `${p95Ms} ms`);

    assert.equal((await silent.tally()).silent, SILENT, "the silent ones are gone");
    const grown = (of: (tally: Tally) => number) => sum(ended.map(of)) - sum(started.map(of));
    assert.ok(grown(({ sockets }) => sockets) > RUBBISH, "those who were closed have not come again");
    assert.ok(grown(({ bytes }) => bytes) > 1_000_000, "there was hardly any rubbish");
    for (const code of [1007, 1008]) assert.ok(sum(ended.map(({ closes }) => closes[code] ?? 0)), `no ${code}`);

    await eventually(2 * LATE_MS, async () => {
      const stated = (await realm.get<Islands>("/islands")).islands;
      for (const { camp, client } of wanderers) {
        assert.equal(client.closeInfo, undefined);
        assert.equal(
          client.islands.at(-1)?.islandId,
          islands[camp],
          "it was told another island than that of the camp",
        );
      }
      for (const [camp, id] of islands.entries()) {
        const members = stated.find((island) => island.id === id)?.peers.length;
        assert.equal(members, STAYING + wanderers.filter((wanderer) => wanderer.camp === camp).length);
      }
    });
  });
});

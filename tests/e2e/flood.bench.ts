import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { Flooder } from "./support/hostile/flood.ts";
import type { Point } from "./support/packets.ts";
import { random } from "./support/random.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

const SILENT = 500;
const RUBBISH = 500;
/** Of those who send rubbish: half before they have logged in, half after it; some of either kind never stop. */
const DEAF = 25;

/** Islands of two who stay, between whom the others come and go. */
const CAMPS = 10;
const STAYING = 2;
const WANDERERS = 80;
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
    const half = RUBBISH / 2;
    flooders = [
      new Flooder({ host, silent: SILENT, early: 0, late: 0, deaf: 0 }),
      new Flooder({ host, silent: 0, early: half, late: half, deaf: DEAF }),
    ];
    const tallies = () => Promise.all(flooders.map((flooder) => flooder.tally()));
    await eventually(60_000, async () => {
      const [silent, rubbish] = await tallies();
      assert.equal(silent?.silent, SILENT);
      assert.ok(rubbish && rubbish.logins >= half, "not all have logged in yet");
    });
    const [, started] = await tallies();

    const untilMs = performance.now() + WANDERING_MS;
    await Promise.all(wanderers.map((wanderer) => wanderer.wander(untilMs)));
    const [silent, rubbish] = await tallies();
    assert.ok(started && rubbish);

    const tookMs = wanderers.flatMap((wanderer) => wanderer.tookMs).sort((one, other) => one - other);
    const p95Ms = tookMs[Math.floor(0.95 * tookMs.length)] ?? assert.fail();
    test.diagnostic(`p50 ${Math.round(tookMs[tookMs.length >> 1] ?? 0)} ms, p95 ${Math.round(p95Ms)} ms`);
    test.diagnostic(`of ${tookMs.length} changes; the flood: ${JSON.stringify([silent, rubbish])}`);
    assert.ok(tookMs.length >= 3 * WANDERERS, `only ${tookMs.length} changes`);
    assert.ok(p95Ms <= LATE_MS, `${p95Ms} ms`);

    assert.equal(silent?.silent, SILENT, "the silent ones are gone");
    assert.ok(rubbish.sockets - started.sockets > RUBBISH, "those who were closed have not come again");
    assert.ok(rubbish.bytes - started.bytes > 1_000_000, `only ${rubbish.bytes - started.bytes} bytes of rubbish`);
    for (const code of [1007, 1008]) assert.ok(rubbish.closes[code], `none was closed with ${code}`);

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

import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { heartbeat, type Point } from "./support/packets.ts";
import { type Player, Realm } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

const CLIENTS = 200;
const ARRIVAL_MS = 20_000;
const HEARTBEAT_MS = 1_000;
/** A sanity bound: the figure itself is printed, for machines are noisy. */
const MEDIAN_MS = 5_000;

/** Towns of 16 players each, too far apart to meet; inside one everybody is within reach of everybody. */
const TOWN_SIZE = 16;
const TOWN_DISTANCE_M = 1_000;
const STREET_M = 10;

function placeOf(index: number): Point {
  const town = Math.floor(index / TOWN_SIZE);
  const house = index % TOWN_SIZE;
  return [town * TOWN_DISTANCE_M + (house % 4) * STREET_M, 0, Math.floor(house / 4) * STREET_M];
}

function createIdentities(): Promise<Identity[]> {
  return Promise.all(Array.from({ length: CLIENTS }, () => Identity.create()));
}

/** Sends the first heartbeat and returns the time until the island came. */
async function timedArrival({ client, address }: Player, place: Point) {
  const sentMs = performance.now();
  client.send(heartbeat(place));
  const { payload, atMs } = await client.nextReceived("islandChanged", 20_000);
  assert.equal(payload.fromIslandId, undefined);
  const [x, y, z] = place;
  assert.deepEqual(payload.peers[address], { x, y, z });
  return atMs - sentMs;
}

function report(t: TestContext, times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  const text = [0.5, 0.9, 0.99, 1].map((q) => `p${q * 100} ${quantile(q).toFixed(1)} ms`).join(", ");
  t.diagnostic(`first heartbeat to island_changed: ${text}`);
  return quantile(0.5);
}

/** The towns are the islands, and every client was told, last, the one it is in. */
async function assertSettled(realm: Realm, players: Player[]) {
  await eventually(PATIENCE_MS, async () => {
    const { islands } = await realm.get<Islands>("/islands");
    const homes = new Map(islands.flatMap(({ id, peers }) => peers.map((peer) => [peer.id, id])));
    assert.equal(homes.size, CLIENTS);
    assert.equal(islands.length, Math.ceil(CLIENTS / TOWN_SIZE));
    const towns = new Map<number, string>();
    for (const [index, { client, address }] of players.entries()) {
      const home = homes.get(address);
      assert.equal(client.islands.at(-1)?.islandId, home);
      const town = Math.floor(index / TOWN_SIZE);
      assert.equal(towns.get(town) ?? home, home, "a town is divided");
      towns.set(town, home ?? "");
    }
  });
  assert.equal((await realm.peers()).length, CLIENTS);
  for (const { client } of players) assert.equal(client.closeInfo, undefined);
}

describe("a crowd", () => {
  let realm: Realm;
  let identities: Identity[];
  before(async () => {
    // The production period: newcomers are not to wait for it.
    realm = await Realm.start({ ARCHIPELAGO_FLUSH_FREQUENCY: "2" });
    identities = await createIdentities();
  });
  after(() => realm.stop());

  it(`of ${CLIENTS} that gathers over ${ARRIVAL_MS / 1000} s is served as it comes`, async (t) => {
    const beating = new AbortController();
    const players: Player[] = [];
    const times = await Promise.all(
      identities.map(async (identity, index) => {
        await sleep((index * ARRIVAL_MS) / CLIENTS);
        const player = await realm.login(identity);
        players[index] = player;
        const time = await timedArrival(player, placeOf(index));
        const timer = setInterval(() => player.client.heartbeat(placeOf(index)), HEARTBEAT_MS);
        beating.signal.addEventListener("abort", () => clearInterval(timer));
        return time;
      }),
    );
    try {
      const medianMs = report(t, times);
      await assertSettled(realm, players);
      assert.ok(medianMs < MEDIAN_MS, `median ${medianMs} ms`);
    } finally {
      beating.abort();
    }
  });
});

describe("a burst", () => {
  let realm: Realm;
  let identities: Identity[];
  before(async () => {
    realm = await Realm.start({ ARCHIPELAGO_FLUSH_FREQUENCY: "2" });
    identities = await createIdentities();
  });
  after(() => realm.stop());

  it(`of ${CLIENTS} at once is served`, async (t) => {
    const players = await Promise.all(identities.map((identity) => realm.login(identity)));
    const times = await Promise.all(players.map((player, index) => timedArrival(player, placeOf(index))));
    report(t, times);
    await assertSettled(realm, players);
  });
});

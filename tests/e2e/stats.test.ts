import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { send } from "./support/http.ts";
import type { Point } from "./support/packets.ts";
import { type Player, Realm, SETTLED_MS, STATS_MS } from "./support/realm.ts";
import type { Island, Islands, Parcels, Peer } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

const PREFIXES = ["", "/comms"];
/** More than the tests take: some players say nothing after they have come. */
const RECENT_MS = 60_000;

type Placed = Player & { island: string };

/** A peer as it must be, its `lastPing` left to the server. */
function expectedPeer({ address }: Player, position: Point, parcel: [number, number]) {
  return { id: address, address, parcel, position: [...position] };
}

/** The peer without its `lastPing`, which must be recent. */
function withoutPing({ lastPing, ...rest }: Peer) {
  const ageMs = Date.now() - lastPing;
  assert.ok(Number.isInteger(lastPing), `lastPing ${lastPing}`);
  assert.ok(ageMs > -1_000 && ageMs < RECENT_MS, `lastPing ${ageMs} ms ago`);
  return rest;
}

function withoutPings({ peers, ...rest }: Island) {
  return { ...rest, peers: peers.map(withoutPing) };
}

function byId<T extends { id: string }>(list: T[]): T[] {
  return list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

describe("the stats of an empty realm", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  for (const prefix of PREFIXES) {
    it(`are empty under "${prefix}/"`, async () => {
      assert.deepEqual(await realm.get(`${prefix}/peers`), {
        ok: true,
        peers: [],
      });
      assert.deepEqual(await realm.get(`${prefix}/islands`), {
        ok: true,
        islands: [],
      });
      assert.deepEqual(await realm.get(`${prefix}/parcels`), { parcels: [] });
    });
  }
});

describe("the stats", () => {
  let realm: Realm;
  // The first two share an island: mean (3, 4), both 5 m from it. The third is alone, on negative parcels.
  const places: [Point, Point, Point] = [
    [0, 1.5, 0],
    [6, 2, 8],
    [-400.5, 0, -16.25],
  ];
  let one: Placed;
  let two: Placed;
  let far: Placed;
  let peers: ReturnType<typeof expectedPeer>[];
  let shared: unknown;
  let lonely: unknown;

  before(async () => {
    realm = await Realm.start();
    one = await realm.player(places[0]);
    two = await realm.player(places[1]);
    far = await realm.player(places[2]);
    await sleep(STATS_MS);
    const [first, second, third] = [
      expectedPeer(one, places[0], [0, 0]),
      expectedPeer(two, places[1], [0, 0]),
      expectedPeer(far, places[2], [-26, -2]),
    ];
    peers = [first, second, third];
    shared = {
      id: one.island,
      peers: [first, second],
      maxPeers: 100,
      center: [3, 0, 4],
      radius: 5,
    };
    lonely = {
      id: far.island,
      peers: [third],
      maxPeers: 100,
      center: [-400.5, 0, -16.25],
      radius: 0,
    };
  });
  after(() => realm.stop());

  for (const prefix of PREFIXES) {
    describe(`under "${prefix}/"`, () => {
      const listed = async (query: string) => {
        const stats = await realm.get<{ ok: boolean; peers: Peer[] }>(`${prefix}/peers${query}`);
        assert.deepEqual(Object.keys(stats).sort(), ["ok", "peers"]);
        assert.equal(stats.ok, true);
        return byId(stats.peers.map(withoutPing));
      };

      it("list every peer", async () => {
        assert.deepEqual(await listed(""), byId(peers));
      });

      it("filter peers by exact address", async () => {
        const nobody = `0x${"0".repeat(40)}`;
        const [first, , third] = peers;
        assert.ok(first && third);
        assert.deepEqual(await listed(`?id=${one.address}`), [first]);
        assert.deepEqual(await listed(`?id=${one.address}&id=${nobody}&id=${far.address}`), byId([first, third]));
        assert.deepEqual(await listed(`?id=${nobody}`), []);
        assert.deepEqual(await listed("?id=nonsense"), []);
        assert.deepEqual(await listed(`?id=${one.address.slice(0, -1)}`), []);
      });

      it("show one peer", async () => {
        const { ok, peer, ...rest } = await realm.get<{
          ok: boolean;
          peer: Peer;
        }>(`${prefix}/peers/${far.address}`);
        assert.deepEqual(rest, {});
        assert.equal(ok, true);
        assert.deepEqual(withoutPing(peer), peers[2]);
      });

      it("list every island", async () => {
        const { ok, islands, ...rest } = await realm.get<Islands>(`${prefix}/islands`);
        assert.deepEqual(rest, {});
        assert.equal(ok, true);
        assert.notEqual(one.island, far.island);
        assert.deepEqual(byId(islands.map(withoutPings)), [shared, lonely]);
      });

      it("show one island", async () => {
        for (const expected of [shared, lonely]) {
          const { id } = expected as Island;
          const island = await realm.get<Island>(`${prefix}/islands/${id}`);
          assert.deepEqual(withoutPings(island), expected);
        }
      });

      it("count players by parcel", async () => {
        const { parcels, ...rest } = await realm.get<Parcels>(`${prefix}/parcels`);
        assert.deepEqual(rest, {});
        assert.deepEqual(
          parcels.toSorted((a, b) => b.peersCount - a.peersCount),
          [
            { peersCount: 2, parcel: { x: 0, y: 0 } },
            { peersCount: 1, parcel: { x: -26, y: -2 } },
          ],
        );
      });

      const strangers = [
        `0x${"0".repeat(40)}`,
        "nonsense",
        "0x",
        "%20",
        "%ff",
        "%E0%A4%A",
        "..%2f..%2fstatus",
        "x".repeat(2_000),
      ];
      for (const id of strangers) {
        it(`know no peer ${id.slice(0, 50)}`, async () => {
          const { status, body } = await send(`${realm.url}${prefix}/peers/${id}`, {});
          assert.deepEqual([status, JSON.parse(body)], [404, { ok: false, peer: null }]);
        });
      }

      for (const id of [...strangers, "I", "I0", "I9zz", "i1", "I01", "I-1"]) {
        it(`know no island ${id.slice(0, 50)}`, async () => {
          const { status, body } = await send(`${realm.url}${prefix}/islands/${id}`, {});
          assert.deepEqual([status, JSON.parse(body)], [404, { error: "Not Found" }]);
        });
      }
    });
  }

  it("agree with what the clients were told", async () => {
    for (const { client, island, address } of [one, two, far]) {
      const told = client.islands.at(-1);
      assert.equal(told?.islandId, island);
      const { peers } = await realm.get<Island>(`/islands/${island}`);
      const ids = peers.map(({ id }) => id);
      assert.ok(ids.includes(address));
      for (const known of Object.keys(told.peers)) assert.ok(ids.includes(known));
    }
  });

  it("agree on how many users there are, one without a position included", async () => {
    const silent = await realm.login();
    await sleep(STATS_MS);
    const present = await realm.peers();
    const { comms } = await realm.get<{ comms: { usersCount: number } }>("/about");
    assert.equal(comms.usersCount, present.length);
    for (const path of ["/core-status", "/status"]) {
      const { userCount } = await realm.get<{ userCount: number }>(path);
      assert.equal(userCount, present.length, path);
    }
    for (const { address } of [one, two, far]) {
      assert.ok(present.some(({ id }) => id === address));
    }
    await silent.client.leave();
  });

  it("follow a player", async () => {
    const walker = await realm.player([3_000, 0, 3_000]);
    for (const [x, parcel] of [
      [3_015.5, 188],
      [3_024, 189],
      [3_031.75, 189],
    ] as const) {
      walker.client.heartbeat([x, 7, 3_000]);
      await eventually(PATIENCE_MS, async () => {
        const { peer } = await realm.get<{ peer: Peer }>(`/peers/${walker.address}`);
        assert.deepEqual(withoutPing(peer), expectedPeer(walker, [x, 7, 3_000], [parcel, 187]));
      });
    }
    await walker.client.leave();
  });

  it("forget a player who leaves, and say nothing to the others", async () => {
    const here = await realm.player([6_000, 0, 0]);
    const gone = await realm.player([6_001, 0, 0]);
    const alone = await realm.player([9_000, 0, 0]);
    await sleep(STATS_MS);
    await Promise.all([gone.client.leave(), alone.client.leave()]);
    await eventually(PATIENCE_MS, async () => {
      const ids = (await realm.peers()).map(({ id }) => id);
      assert.ok(!ids.includes(gone.address));
      assert.ok(!ids.includes(alone.address));
      assert.ok(ids.includes(here.address));
      const island = await realm.get<Island>(`/islands/${here.island}`);
      assert.deepEqual(
        island.peers.map(({ id }) => id),
        [here.address],
      );
      const empty = await send(`${realm.url}/islands/${alone.island}`, {});
      assert.equal(empty.status, 404);
    });
    await here.client.quiet(SETTLED_MS);
  });
});

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { send } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertAgreed, assertUserCount, highestNumber, islandNumber } from "./support/memory.ts";
import type { Point } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { readConnStr } from "./support/room-tokens.ts";
import type { About, Islands } from "./support/stats.ts";
import { Traveller } from "./support/traveller.ts";
import { asStreamed, streamed, type Viewer } from "./support/viewer.ts";
import { eventually, sleep } from "./support/wait.ts";
import { enterAll, enterWithin, Walker } from "./support/walker.ts";

const TWO = { REALMS: "main,test" };
const ADAPTER_PREFIX = "archipelago:archipelago:";
const APART_M = 1_000;

/** Within this time the alarm of a realm wakes it, if nobody else does. */
const ALARM_MS = 5_000;

type Pair = readonly [Traveller, Traveller];

async function pairAt(realm: Realm, at: (x: number, z: number) => Point): Promise<Pair> {
  return [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))];
}

function addresses(travellers: readonly Traveller[]): string[] {
  return travellers.map(({ address }) => address).sort();
}

describe("players at one place of two realms", () => {
  let main: Realm;
  let test: Realm;
  let here: Pair;
  let there: Pair;
  const at = freshGround();
  before(async () => {
    main = await Realm.start(TWO);
    test = main.named("test");
    [here, there] = await Promise.all([pairAt(main, at), pairAt(test, at)]);
  });
  after(() => main.stop());

  it("meet those of their realm only", async () => {
    for (const [one, two] of [here, there]) {
      assert.equal(one.island, two.island);
      await eventually(PATIENCE_MS, () => {
        assert.deepEqual(one.room.company, [two.address]);
        assert.deepEqual(two.room.company, [one.address]);
      });
      one.room.chat(`from ${one.address}`);
      await eventually(PATIENCE_MS, () => assert.deepEqual(two.room.chats, [[one.address, `from ${one.address}`]]));
    }
    await sleep(SETTLED_MS);
    for (const [one, two] of [here, there]) assert.deepEqual([one.room.chats.length, two.room.chats.length], [0, 1]);
  });

  it("are on islands of the same number, in rooms of their own", () => {
    const rooms = [here, there].map(([{ visit }]) => readConnStr(visit.island.connStr).roomId);
    assert.deepEqual([here[0].island, there[0].island, ...rooms], ["I1", "I1", "main.I1", "test.I1"]);
  });

  it("are in the stats of their realm only", async () => {
    for (const [realm, pair] of [[main, here] as const, [test, there] as const]) {
      await eventually(PATIENCE_MS, async () => {
        assert.deepEqual((await realm.peers()).map(({ address }) => address).sort(), addresses(pair));
      });
      const { islands } = await realm.get<Islands>("/comms/islands");
      assert.deepEqual(
        islands.map(({ id, peers }) => [id, peers.map(({ address }) => address).sort()]),
        [["I1", addresses(pair)]],
      );
      for (const { address } of pair) await realm.get(`/peers/${address}`);
      await assertUserCount(realm, 2);
    }
    const foreign = await send(`${test.url}/peers/${here[0].address}`);
    assert.equal(foreign.status, 404);
  });

  it("are counted in the rooms of their realm only", async () => {
    for (const [realm, room] of [[main, "main.I1"] as const, [test, "test.I1"] as const]) {
      await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.rooms(), { [room]: 2 }));
    }
  });

  it("get into no room of the other realm with their tokens", async () => {
    for (const [{ visit, identity }, own, other] of [
      [here[0], "main.I1", "test.I1"],
      [there[0], "test.I1", "main.I1"],
    ] as const) {
      const { connStr } = visit.island;
      await assert.rejects(main.enter(connStr.replace(own, other), identity), /403/);
    }
  });

  it("are on the map of their realm only, as they move", async () => {
    const agreed = async (realm: Realm, viewer: Viewer) => {
      const { islands } = await realm.get<Islands>("/islands");
      assert.deepEqual(islands.length, 1);
      return viewer.until((frame) => assert.deepEqual(streamed(frame), asStreamed(islands)));
    };
    const [mainMap, testMap] = [await main.watch(), await test.watch()];
    for (const [realm, viewer, [one]] of [
      [main, mainMap, here],
      [test, testMap, there],
    ] as const) {
      assert.equal((await agreed(realm, viewer)).players, 2);
      one.step(at(-10, 5));
      const [x, , z] = at(-10, 5);
      await eventually(PATIENCE_MS, async () => {
        const moved = (await realm.peers()).find(({ address }) => address === one.address);
        assert.deepEqual(moved?.position, [x, 0, z]);
      });
      await agreed(realm, viewer);
    }
  });

  it("may be the same person", async () => {
    const [one] = here;
    const packets = one.client.packets.length;
    const before = [await counters(main), await counters(test)] as const;
    const twin = await test.player(at(0, APART_M), one.identity);
    await assertCounted(test, before[1], { peers_count: 1, "handshakes_total:welcomed": 1 });
    await sleep(SETTLED_MS);
    assert.equal(one.client.packets.length, packets, "told of the other realm");
    assert.equal(one.client.closeInfo, undefined);
    assert.equal(twin.client.closeInfo, undefined);
    await assertCounted(main, before[0], { peers_count: 0, "handshakes_total:welcomed": 0 });
    await twin.client.leave();
    await assertCounted(test, before[1], { peers_count: 0 });
    assert.deepEqual((await main.peers()).map(({ address }) => address).sort(), addresses(here));
  });

  it("stay where they are while others of the other realm come and go", async () => {
    const visits = [...here, ...there].map(({ visits }) => visits.length);
    const walker = await Traveller.start(test, at(0, APART_M));
    await walker.walk(at(2, 0));
    assert.equal(walker.island, there[0].island);
    await eventually(PATIENCE_MS, () => assert.ok(there[0].room.company.includes(walker.address)));
    await walker.leave();
    await eventually(PATIENCE_MS, () => assert.deepEqual(there[0].room.company, [there[1].address]));
    assert.deepEqual(here[0].room.company, [here[1].address]);
    assert.deepEqual(
      [...here, ...there].map(({ visits }) => visits.length),
      visits,
    );
  });
});

describe("a realm's adapter", () => {
  let main: Realm;
  before(async () => {
    main = await Realm.start({ REALMS: "main,test,more" });
  });
  after(() => main.stop());

  /** A player who has gone the way from `/about` to an island. */
  async function enterBy(aboutOf: Realm, position: Point): Promise<string> {
    const { comms } = await aboutOf.get<About>("/about");
    assert.ok(comms.adapter.startsWith(`${ADAPTER_PREFIX}ws://${main.host}/`), comms.adapter);
    const { pathname } = new URL(comms.adapter.slice(ADAPTER_PREFIX.length));
    const client = await main.connect({ path: pathname });
    const identity = await Identity.create();
    await client.handshake(identity);
    await client.arrive(position);
    return identity.address;
  }

  it("leads into that realm", async () => {
    const at = freshGround();
    const realms = [main.named("test"), main, main.named("more")];
    for (const realm of realms) {
      const address = await enterBy(realm, at(0, 0));
      await eventually(PATIENCE_MS, async () => {
        assert.deepEqual(
          (await realm.peers()).map((peer) => peer.address),
          [address],
        );
      });
    }
    // The first one is where it is without a name too.
    const named = main.named("main");
    const address = await enterBy(named, at(1, 0));
    await eventually(PATIENCE_MS, async () => {
      assert.ok((await main.peers()).some((peer) => peer.address === address));
      assert.deepEqual(await named.get("/islands"), await main.get("/islands"));
    });
  });

  it("is not the only way: each has both paths", async () => {
    const at = freshGround();
    for (const [path, room] of [
      ["/main/ws", "main"],
      ["/main/archipelago/ws", "main"],
      ["/archipelago/ws", "main"],
      ["/test/ws", "test"],
      ["/test/archipelago/ws", "test"],
    ] as const) {
      const client = await main.connect({ path });
      await client.handshake(await Identity.create());
      const { connStr } = await client.arrive(at(0, 0));
      assert.ok(readConnStr(connStr).roomId.startsWith(`${room}.`), connStr);
      await client.leave();
    }
  });
});

describe("two realms that are killed", () => {
  let lasting: LastingRealm;
  before(async () => {
    lasting = await LastingRealm.start({ ...TWO, TRANSPORT: "offline" });
  });
  after(() => lasting.end());

  it("are as they were, each with its players and its numbers", async () => {
    const [one, two]: Point[] = [
      [0, 0, 0],
      [APART_M, 0, 0],
    ];
    assert.ok(one && two);
    const inMain = await Walker.around([one, one, two]);
    const inTest = await Walker.around([two, one, two, one, two]);
    const test = lasting.realm.named("test");
    // Numbers of the one realm are none of the other's.
    for (let visitor = 0; visitor < 3; visitor++) await (await test.player([0, 0, -APART_M])).client.leave();
    await enterAll(lasting.realm, inMain);
    await enterAll(test, inTest);
    await eventually(PATIENCE_MS, async () => {
      await assertAgreed(lasting.realm, inMain);
      await assertAgreed(test, inTest);
    });
    const islands = [inMain, inTest].map((walkers) => walkers.map(({ island }) => island));
    assert.notDeepEqual(new Set(islands[0]), new Set(islands[1]));

    const main = await lasting.crash();
    // Nobody has asked for anything: their alarms wake them, and each must know which realm it is.
    await eventually(ALARM_MS + PATIENCE_MS, () => {
      const started = main.logged("realm started").map((line) => /"realm":"([^"]*)"/.exec(line)?.[1]);
      assert.deepEqual(started.sort(), ["main", "test"]);
    });
    for (const [index, [realm, walkers]] of (
      [
        [main, inMain],
        [main.named("test"), inTest],
      ] as const
    ).entries()) {
      const told = await enterWithin(500, realm, walkers);
      assert.deepEqual(
        told.map(({ islandId }) => islandId),
        islands[index],
      );
      await eventually(PATIENCE_MS, () => assertAgreed(realm, walkers));
      const stranger = await realm.player([0, 0, -APART_M]);
      assert.ok(islandNumber(stranger.island) > highestNumber(walkers), stranger.island);
    }
    assert.equal(main.logged("realm started").length, 2);
  });
});

describe("a realm that the deployment does not have for a while", () => {
  let storage: string;
  before(async () => {
    storage = await mkdtemp(join(tmpdir(), "realm-"));
  });
  after(() => rm(storage, { recursive: true, force: true }));

  /** What `work` finds, before the process dies. */
  async function run<T>(vars: Record<string, string>, work: (main: Realm) => Promise<T>): Promise<T> {
    const main = await Realm.start({ TRANSPORT: "offline", ...vars }, { storage });
    try {
      const result = await work(main);
      await main.kill9();
      return result;
    } finally {
      await main.stop();
    }
  }

  it("does nothing meanwhile, and has its islands when it is back", async () => {
    const identity = await Identity.create();
    const { island } = await run(TWO, async (main) => {
      const test = main.named("test");
      await (await test.player([0, 0, 0])).client.leave();
      return test.player([APART_M, 0, 0], identity);
    });
    await run({ REALM_NAME: "main" }, async (main) => {
      assert.equal((await send(`${main.url}/test/about`)).status, 404);
      await sleep(2 * ALARM_MS + 1_000);
      assert.deepEqual(main.logged("realm started"), []);
      assert.deepEqual(main.logged("realm not loaded"), []);
    });
    const back = await run({ REALMS: "main,test" }, (main) => main.named("test").player([APART_M, 0, 0], identity));
    assert.equal(back.island, island);
  });
});

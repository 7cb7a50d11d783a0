import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import type { IslandChangedMessage, Point } from "./support/packets.ts";
import { freshGround, type Player, Realm, SETTLED_MS } from "./support/realm.ts";
import { readConnStr } from "./support/room-tokens.ts";
import { eventually } from "./support/wait.ts";

const JOIN_M = 100;
const LEAVE_M = 125;

/** The `peers` of an `island_changed` with exactly these members. */
function members(...list: [Player, Point][]): IslandChangedMessage["peers"] {
  return Object.fromEntries(list.map(([{ address }, [x, y, z]]) => [address, { x, y, z }]));
}

describe("islands", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  /** Everybody hears nothing until whatever was going to happen has happened. */
  function allQuiet(...players: Player[]) {
    return Promise.all(players.map(({ client }) => client.quiet(SETTLED_MS)));
  }

  it("are numbered from I1 on, and each has a room", async () => {
    const fresh = await Realm.start();
    try {
      const at = freshGround();
      const first = await fresh.login();
      const { connStr, ...changed } = await first.client.arrive(at(1, 2));
      assert.equal(readConnStr(connStr).roomId, "main.I1");
      assert.deepEqual(changed, {
        islandId: "I1",
        fromIslandId: undefined,
        peers: members([first, at(1, 2)]),
      });
      assert.equal((await fresh.player(at(5_000, 0))).island, "I2");
      assert.equal((await fresh.player(at(5_000, 5_000))).island, "I3");
    } finally {
      await fresh.stop();
    }
  });

  it("come only after a heartbeat", async () => {
    const at = freshGround();
    const player = await realm.login();
    await allQuiet(player);
    const { fromIslandId } = await player.client.arrive(at(0, 0));
    assert.equal(fromIslandId, undefined);
  });

  it("bring two neighbours together, and tell the later one of both", async () => {
    const at = freshGround();
    const early = await realm.player(at(0, 0));
    const late = await realm.login();
    const { connStr, ...changed } = await late.client.arrive(at(30.5, -40.25));
    assert.equal(readConnStr(connStr).roomId, `main.${early.island}`);
    assert.deepEqual(changed, {
      islandId: early.island,
      fromIslandId: undefined,
      peers: members([early, at(0, 0)], [late, at(30.5, -40.25)]),
    });
    await allQuiet(early, late);
  });

  it("show where everybody is now, not where they were", async () => {
    const at = freshGround();
    const early = await realm.player(at(0, 0));
    const [x, , z] = at(12, 34);
    const now: Point = [x, 56.5, z];
    early.client.heartbeat(now);
    await allQuiet(early);
    const late = await realm.login();
    const { peers } = await late.client.arrive(at(1, 1));
    assert.deepEqual(peers, members([early, now], [late, at(1, 1)]));
  });

  it("ignore height", async () => {
    const at = freshGround();
    const ground = await realm.player(at(0, 0));
    const [x, , z] = at(0, 0);
    const sky = await realm.player([x, 10_000, z]);
    assert.equal(sky.island, ground.island);
  });

  it("keep distant players apart", async () => {
    const at = freshGround();
    const here = await realm.player(at(0, 0));
    const there = await realm.login();
    const changed = await there.client.arrive(at(1_000, 0));
    assert.notEqual(changed.islandId, here.island);
    assert.deepEqual(changed.peers, members([there, at(1_000, 0)]));
    await allQuiet(here, there);
  });

  it("split when one walks away, and merge when it comes back", async () => {
    const at = freshGround();
    const stays = await realm.player(at(0, 0));
    const walks = await realm.player(at(10, 0));
    assert.equal(walks.island, stays.island);

    walks.client.heartbeat(at(500, 0));
    const apart = await walks.client.next("islandChanged");
    assert.notEqual(apart.islandId, stays.island);
    assert.equal(apart.fromIslandId, stays.island);
    assert.deepEqual(apart.peers, members([walks, at(500, 0)]));

    walks.client.heartbeat(at(20, 0));
    const together = await walks.client.next("islandChanged");
    assert.equal(together.islandId, stays.island);
    assert.equal(together.fromIslandId, apart.islandId);
    assert.deepEqual(together.peers, members([stays, at(0, 0)], [walks, at(20, 0)]));
    await allQuiet(stays, walks);
  });

  it("stay with the larger group when they split", async () => {
    const at = freshGround();
    const first = await realm.player(at(0, 0));
    const second = await realm.player(at(10, 0));
    const third = await realm.player(at(20, 0));
    first.client.heartbeat(at(-400, 0));
    const changed = await first.client.next("islandChanged");
    assert.equal(changed.fromIslandId, first.island);
    assert.notEqual(changed.islandId, first.island);
    assert.deepEqual(changed.peers, members([first, at(-400, 0)]));
    await allQuiet(first, second, third);
  });

  it("move those who stand still when two of equal number part from the elder", async () => {
    const at = freshGround();
    const elder = await realm.player(at(0, 0));
    const younger = await realm.player(at(10, 0));
    elder.client.heartbeat(at(-400, 0));
    const changed = await younger.client.next("islandChanged");
    assert.equal(changed.fromIslandId, elder.island);
    assert.deepEqual(changed.peers, members([younger, at(10, 0)]));
    await allQuiet(elder, younger);
  });

  it("reach through a chain of neighbours, and break where the link leaves", async () => {
    const at = freshGround();
    const left = await realm.player(at(0, 0));
    const middle = await realm.player(at(90, 0));
    const right = await realm.player(at(180, 0));
    assert.equal(right.island, left.island);
    await middle.client.leave();
    const { islandId, fromIslandId, peers } = await right.client.next("islandChanged");
    assert.notEqual(islandId, left.island);
    assert.equal(fromIslandId, left.island);
    assert.deepEqual(peers, members([right, at(180, 0)]));
    await allQuiet(left, right);
  });

  it("join at the join distance and leave only beyond the leave distance", async () => {
    const at = freshGround();
    const fixed = await realm.player(at(0, 0));
    const { client, island: alone } = await realm.player(at(LEAVE_M, 0));
    assert.notEqual(alone, fixed.island, "joined from afar");

    client.heartbeat(at(JOIN_M + 1, 0));
    await client.quiet(SETTLED_MS);
    client.heartbeat(at(JOIN_M, 0));
    const joined = await client.next("islandChanged");
    assert.equal(joined.islandId, fixed.island);
    assert.equal(joined.fromIslandId, alone);

    client.heartbeat(at(LEAVE_M, 0));
    await client.quiet(SETTLED_MS);
    client.heartbeat(at(LEAVE_M + 1, 0));
    const left = await client.next("islandChanged");
    assert.equal(left.fromIslandId, fixed.island);
    assert.notEqual(left.islandId, fixed.island);
    assert.notEqual(left.islandId, alone, "an id was used twice");

    client.heartbeat(at(JOIN_M + 1, 0));
    await allQuiet(fixed, { ...fixed, client });
  });

  it("take their distances from the configuration", async () => {
    const small = await Realm.start({
      ARCHIPELAGO_JOIN_DISTANCE: "10",
      ARCHIPELAGO_LEAVE_DISTANCE: "20",
      ROOM_PREFIX: "X",
    });
    try {
      const at = freshGround();
      const fixed = await small.player(at(0, 0));
      assert.equal(fixed.island, "X1");
      const { client, island } = await small.player(at(11, 0));
      assert.equal(island, "X2");
      client.heartbeat(at(10, 0));
      assert.equal((await client.next("islandChanged")).islandId, "X1");
      client.heartbeat(at(20, 0));
      await client.quiet(SETTLED_MS);
      client.heartbeat(at(21, 0));
      assert.equal((await client.next("islandChanged")).fromIslandId, "X1");
    } finally {
      await small.stop();
    }
  });

  it("say nothing to those who stay when somebody leaves", async () => {
    const at = freshGround();
    const one = await realm.player(at(0, 0));
    const two = await realm.player(at(1, 0));
    const three = await realm.player(at(2, 0));
    await two.client.leave();
    await allQuiet(one, three);
  });

  it("are new for somebody who left and comes back", async () => {
    const at = freshGround();
    const { client, identity, island } = await realm.player(at(0, 0));
    await client.leave();
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map((peer) => peer.address);
      assert.ok(!known.includes(identity.address));
    });
    const again = await realm.login(identity);
    const changed = await again.client.arrive(at(0, 0));
    assert.equal(changed.fromIslandId, undefined);
    assert.notEqual(changed.islandId, island, "an id was used twice");
  });

  it("ignore positions that are not finite", async () => {
    const at = freshGround();
    const neighbour = await realm.player(at(0, 0));
    const player = await realm.player(at(8, 0));
    const { client, address } = player;
    const [x, y, z] = at(8, 0);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -Infinity]) {
      client.heartbeat([bad, y, z]);
      client.heartbeat([x, bad, z]);
      client.heartbeat([x, y, bad]);
    }
    await allQuiet(neighbour, player);
    const seen = (await realm.peers()).find(({ id }) => id === address);
    assert.deepEqual(seen?.position, [x, y, z]);
    client.heartbeat(at(400, 0));
    const { fromIslandId } = await client.next("islandChanged");
    assert.equal(fromIslandId, neighbour.island, "no longer listened to");
  });

  it("are not given for a first position that is not finite", async () => {
    const at = freshGround();
    const player = await realm.login();
    player.client.heartbeat([Number.NaN, 0, 0]);
    await allQuiet(player);
    const { peers } = await player.client.arrive(at(3, 4));
    assert.deepEqual(peers, members([player, at(3, 4)]));
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";

const APART_M = 5_000;

/** How long somebody who is to be elsewhere keeps its socket, unless it has arrived there. */
const LINGER_MS = 5_000;

/** How early that may be: it begins before the player is told. */
const SLACK_MS = 2_000;

describe("a player who stays in its room although its island has changed", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  /** Three in a room, the last of which has been told another island; two of them wait for it there. */
  async function scene() {
    const at = freshGround();
    const old = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(5, 0))] as const;
    const next = [await Traveller.start(realm, at(APART_M, 0)), await Traveller.start(realm, at(APART_M, 5))] as const;
    const walker = await Traveller.start(realm, at(10, 0));
    assert.equal(walker.island, old[0].island);
    const home = old[0].island;
    const told = await walker.linger(at(APART_M, 10));
    assert.equal(told.island.islandId, next[0].island);
    await eventually(PATIENCE_MS, () => {
      for (const { room } of old) assert.ok(!room.company.includes(walker.address));
    });
    return { at, home, old, next, walker, ...told };
  }

  it("neither hears nor is heard there, and has left for the others", async () => {
    const { old, next, walker } = await scene();
    const { heard, packets } = walker.room;
    const before = [heard.length, packets.length];
    old[0].room.chat("we are alone now");
    walker.room.chat("can you hear me?");
    walker.room.position([1, 2, 3]);
    // What somebody says who is no longer there may be anything.
    walker.room.send(Uint8Array.of(0x0a, 0x40, 0x01));
    await eventually(PATIENCE_MS, () => assert.equal(old[1].room.chats.length, 1));
    await sleep(SETTLED_MS);
    assert.deepEqual([heard.length, packets.length], before);
    for (const { room } of [...old, ...next]) {
      assert.deepEqual(
        room.heard.filter(({ from }) => from === walker.address),
        [],
      );
    }
  });

  it("is closed there 5 s later", async () => {
    const { old, walker, toldMs } = await scene();
    const { code, reason, atMs } = await walker.room.end(LINGER_MS + PATIENCE_MS);
    assert.equal(code, 1000);
    assert.notEqual(reason, "");
    const afterMs = atMs - toldMs;
    assert.ok(afterMs > LINGER_MS - SLACK_MS, `after ${afterMs} ms`);
    assert.deepEqual(old[0].room.company, [old[1].address]);
  });

  it("is closed there when it has arrived in the new room", async () => {
    const { next, walker, island } = await scene();
    const room = await realm.enter(island.connStr, walker.identity);
    const admittedMs = performance.now();
    assert.deepEqual(room.company, next.map(({ address }) => address).sort());
    const { code, atMs } = await walker.room.end();
    assert.equal(code, 1000);
    assert.ok(atMs - admittedMs < SLACK_MS, `after ${atMs - admittedMs} ms`);
    next[0].room.chat("welcome");
    await eventually(PATIENCE_MS, () => assert.deepEqual(room.chats, [[next[0].address, "welcome"]]));
  });

  it("cannot get back in", async () => {
    const { walker } = await scene();
    await assert.rejects(realm.enter(walker.visit.island.connStr, walker.identity), /403/);
  });

  it("is heard again when it comes back to the island, by way of a new connection", async () => {
    const { at, home, old, walker } = await scene();
    const { island } = await walker.linger(at(10, 0));
    assert.equal(island.islandId, home);
    const room = await realm.enter(island.connStr, walker.identity);
    assert.deepEqual(room.company, old.map(({ address }) => address).sort());
    room.chat("back again");
    await eventually(PATIENCE_MS, () => {
      for (const { room } of old) assert.deepEqual(room.chats, [[walker.address, "back again"]]);
    });
    assert.equal((await walker.room.end()).code, 1000);
    await sleep(LINGER_MS + SLACK_MS);
    assert.equal(room.closeInfo, undefined, "the new connection was taken for the old one");
    for (const { room } of old) assert.ok(room.company.includes(walker.address));
  });

  it("is told nothing wrong by any room when two keep going back and forth", async () => {
    const at = freshGround();
    const places = [at(APART_M, 0), at(APART_M, 1), at(APART_M, 2), at(0, 0), at(1, 0)];
    const all: Traveller[] = [];
    for (const place of places) all.push(await Traveller.start(realm, place));
    const stay = all.slice(0, 3);
    const [first, second] = all.slice(3) as [Traveller, Traveller];
    const assertTogether = (group: Traveller[]) =>
      eventually(PATIENCE_MS, () => {
        for (const { address, room } of group) {
          const others = group.map((other) => other.address).filter((other) => other !== address);
          assert.deepEqual(room.company, others.sort());
        }
      });
    for (let round = 0; round < 4; round++) {
      await Promise.all([first, second].map((walker) => walker.walk(at(APART_M, 3))));
      await assertTogether(all);
      await first.walk(at(0, 0));
      await second.walk(at(0, 0));
      await assertTogether(stay);
      await assertTogether([first, second]);
    }
    for (const { room } of all.flatMap(({ visits }) => visits)) room.assertGoodFrames();
  });
});

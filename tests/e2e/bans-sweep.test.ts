import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Gatekeeper } from "./support/gatekeeper.ts";
import { Identity } from "./support/identity.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertUserCount } from "./support/memory.ts";
import { KickedReason, signedChallenge } from "./support/packets.ts";
import { freshGround, type Player, Realm, SETTLED_MS } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";
import { json, late } from "./support/web-server.ts";

const SWEEP_MS = 500;

/** As many questions as may wait for their answers. */
const AT_ONCE = 20;

/** An object without events for 10 s goes to sleep: its memory is gone, its sockets stay. */
const ASLEEP_MS = 13_000;

/** What a banned player hears last. */
async function assertBanned(client: Client, withinMs = PATIENCE_MS): Promise<void> {
  const { code, reason } = await client.end(withinMs);
  assert.deepEqual([code, reason], [1008, "Banned"]);
  const { kind, payload } = client.packets.at(-1) ?? assert.fail("not even kicked");
  assert.deepEqual([kind, payload], ["kicked", { reason: KickedReason.KR_NEW_SESSION }]);
}

async function addresses(realm: Realm): Promise<string[]> {
  return (await realm.peers()).map(({ address }) => address).sort();
}

describe("a player who is banned while connected", { concurrency: 2 }, () => {
  let gatekeeper: Gatekeeper;
  let realm: Realm;
  before(async () => {
    gatekeeper = await Gatekeeper.start();
    realm = await Realm.start({ COMMS_GATEKEEPER_URL: gatekeeper.url, BAN_SWEEP_INTERVAL_MS: String(SWEEP_MS) });
  });
  after(async () => {
    await realm?.stop();
    await gatekeeper?.stop();
  });

  it("leaves the island, its room and the stats, and nobody else does", async () => {
    const at = freshGround();
    const stays = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(5, 0))];
    const goes = await Traveller.start(realm, at(10, 0));
    assert.equal(goes.island, stays[0]?.island);
    const told = stays.map(({ client }) => client.packets.length);
    const { room } = goes;
    gatekeeper.ban(goes.address);
    await assertBanned(goes.client);
    await eventually(PATIENCE_MS, async () => {
      const known = await addresses(realm);
      assert.deepEqual(
        [...stays, goes].map(({ address }) => known.includes(address)),
        [true, true, false],
      );
    });
    await room.end();
    await eventually(PATIENCE_MS, () => {
      for (const stay of stays) assert.ok(!stay.room.company.includes(goes.address));
    });
    assert.deepEqual(
      stays.map(({ client, room }) => [client.packets.length, client.closeInfo, room.closeInfo]),
      told.map((packets) => [packets, undefined, undefined]),
    );
    for (const stay of stays) await stay.leave();
  });

  it("cannot enter the room any more", async () => {
    const { client, address, identity } = await realm.player(freshGround()(0, 0));
    const { connStr } = client.islands[0] ?? assert.fail();
    gatekeeper.ban(address);
    await assertBanned(client);
    await eventually(PATIENCE_MS, async () => assert.ok(!(await addresses(realm)).includes(address)));
    await assert.rejects(realm.enter(connStr, identity), /403/);
  });

  it("has had no island, if there was no heartbeat yet", async () => {
    const { client, address } = await realm.login();
    gatekeeper.ban(address);
    await assertBanned(client);
  });

  it("may come back when the ban has ended, as a newcomer", async () => {
    const at = freshGround();
    const { client, address, identity, island } = await realm.player(at(0, 0));
    gatekeeper.ban(address);
    await assertBanned(client);
    gatekeeper.pardon(address);
    await eventually(PATIENCE_MS, async () => assert.ok(!(await addresses(realm)).includes(address)));
    const again = await realm.player(at(0, 0), identity);
    assert.notEqual(again.island, island);
    const asked = gatekeeper.count(address);
    await eventually(PATIENCE_MS, () => assert.ok(gatekeeper.count(address) > asked + 1));
    await again.client.quiet(0);
  });
});

describe("a ban that comes while a login is checked", () => {
  let gatekeeper: Gatekeeper;
  let realm: Realm;
  before(async () => {
    gatekeeper = await Gatekeeper.start();
    realm = await Realm.start({
      COMMS_GATEKEEPER_URL: gatekeeper.url,
      BAN_SWEEP_INTERVAL_MS: String(SWEEP_MS),
      CONNECTOR_SHARDS: "1",
    });
  });
  after(async () => {
    await realm?.stop();
    await gatekeeper?.stop();
  });

  it("wins, whichever answer comes last", async () => {
    const { client: live, address, identity } = await realm.player(freshGround()(0, 0));
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(address);
    // Just after a sweep: the next one finds the login waiting for its own answer.
    const asked = gatekeeper.count(address);
    await eventually(PATIENCE_MS, () => assert.ok(gatekeeper.count(address) > asked));
    const held = gatekeeper.hold(address);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    await held.arrival();
    gatekeeper.ban(address);
    for (const each of [live, client]) await assertBanned(each);
    held.answer(false);
    await sleep(SETTLED_MS);
    assert.deepEqual(await addresses(realm), []);
    await assertUserCount(realm, 0);
    assert.ok(!client.packets.some(({ kind }) => kind === "welcome"));
  });
});

describe("the sweep", () => {
  const PLAYERS = 60;

  /** Longer than a sweep may take, if it takes `PLAYERS / AT_ONCE` rounds. */
  const ANSWER_MS = 300;

  for (const shards of ["1", "4", "10"]) {
    it(`of ${shards} connectors asks about everybody, but not about more than ${AT_ONCE} at once`, async () => {
      const gatekeeper = await Gatekeeper.start();
      const realm = await Realm.start({
        COMMS_GATEKEEPER_URL: gatekeeper.url,
        BAN_SWEEP_INTERVAL_MS: String(SWEEP_MS),
        CONNECTOR_SHARDS: shards,
        TRANSPORT: "offline",
      });
      try {
        const players: Player[] = [];
        while (players.length < PLAYERS) {
          players.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => realm.login()))));
        }
        gatekeeper.fail(late(ANSWER_MS, json({ data: { isBanned: false } })));
        await sleep(2 * SWEEP_MS);
        gatekeeper.server.busiest = 0;
        const before = new Map(players.map(({ address }) => [address, gatekeeper.count(address)]));
        const rounds = () => players.map(({ address }) => gatekeeper.count(address) - (before.get(address) ?? 0));
        await eventually(4 * PATIENCE_MS, () => assert.ok(Math.min(...rounds()) >= 2, `${rounds()}`));
        assert.ok(gatekeeper.server.busiest <= AT_ONCE, `${gatekeeper.server.busiest} at once`);
        const unlucky = players[PLAYERS / 2] ?? assert.fail();
        gatekeeper.fail();
        gatekeeper.ban(unlucky.address);
        await assertBanned(unlucky.client);
        for (const { client } of players) if (client !== unlucky.client) assert.equal(client.closeInfo, undefined);
      } finally {
        await realm.stop();
        await gatekeeper.stop();
      }
    });
  }

  it("asks about nobody when nobody is there", async () => {
    const gatekeeper = await Gatekeeper.start();
    const realm = await Realm.start({ COMMS_GATEKEEPER_URL: gatekeeper.url, BAN_SWEEP_INTERVAL_MS: "100" });
    try {
      const { client, address } = await realm.login();
      await eventually(PATIENCE_MS, () => assert.ok(gatekeeper.count(address) > 3));
      await client.leave();
      await sleep(SETTLED_MS);
      const { length } = gatekeeper.server.asked;
      await sleep(SETTLED_MS);
      assert.equal(gatekeeper.server.asked.length, length);
    } finally {
      await realm.stop();
      await gatekeeper.stop();
    }
  });

  it("goes on after the process was killed", async () => {
    const gatekeeper = await Gatekeeper.start();
    const lasting = await LastingRealm.start({
      COMMS_GATEKEEPER_URL: gatekeeper.url,
      BAN_SWEEP_INTERVAL_MS: String(SWEEP_MS),
    });
    try {
      const at = freshGround();
      const { identity } = await lasting.realm.player(at(0, 0));
      const other = await Identity.create();
      await lasting.realm.player(at(5, 0), other);
      const realm = await lasting.crash();
      const { client } = await realm.player(at(0, 0), identity);
      const stays = await realm.player(at(5, 0), other);
      gatekeeper.ban(identity.address);
      await assertBanned(client);
      await eventually(PATIENCE_MS, async () => assert.deepEqual(await addresses(realm), [other.address]));
      await stays.client.quiet(SETTLED_MS);
    } finally {
      await lasting.end();
      await gatekeeper.stop();
    }
  });

  it("wakes a connector that sleeps, for those who say nothing", async () => {
    // Longer than it takes to fall asleep.
    const sweepMs = 2 * ASLEEP_MS;
    const gatekeeper = await Gatekeeper.start();
    const realm = await Realm.start({
      COMMS_GATEKEEPER_URL: gatekeeper.url,
      BAN_SWEEP_INTERVAL_MS: String(sweepMs),
      CONNECTOR_SHARDS: "1",
    });
    try {
      const at = freshGround();
      const silent = await realm.player(at(0, 0));
      const other = await realm.player(at(5, 0));
      await sleep(ASLEEP_MS);
      gatekeeper.ban(silent.address);
      await assertBanned(silent.client, sweepMs + PATIENCE_MS);
      await eventually(PATIENCE_MS, async () => assert.deepEqual(await addresses(realm), [other.address]));
      assert.deepEqual([gatekeeper.count(other.address), other.client.closeInfo], [2, undefined]);
    } finally {
      await realm.stop();
      await gatekeeper.stop();
    }
  });
});

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { databases } from "../../scripts/lib/realm-database.mjs";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";

/** An object without events for 10 s goes to sleep: its memory is gone, its sockets stay. */
const ASLEEP_MS = 13_000;

const HANDSHAKE_MS = 5_000;

describe("a room in which nobody speaks", { concurrency: 3 }, () => {
  let realm: Realm;
  let hasty: Realm;
  before(async () => {
    realm = await Realm.start();
    hasty = await Realm.start({ OPEN_ROOMS: "true", HANDSHAKE_TIMEOUT: String(HANDSHAKE_MS) });
  });
  after(async () => {
    await realm.stop();
    await hasty.stop();
  });

  it("knows its members when somebody does, those who left in between excepted", async () => {
    const at = freshGround();
    const members: Traveller[] = [];
    for (let index = 0; index < 4; index++) members.push(await Traveller.start(realm, at(index, 0)));
    const [one, two, three, leaver] = members as [Traveller, Traveller, Traveller, Traveller];
    const aliases = new Map(two.room.others);
    await sleep(ASLEEP_MS);
    one.room.chat("awake?");
    await eventually(PATIENCE_MS, () => {
      for (const { room } of [two, three, leaver]) assert.deepEqual(room.chats, [[one.address, "awake?"]]);
    });
    assert.ok(realm.logged("room resumed").length > 0, "it has not slept");
    await sleep(ASLEEP_MS);
    await leaver.room.leave();
    two.room.position([1, 2, 3]);
    await eventually(PATIENCE_MS, () => {
      for (const { room } of [one, three]) {
        assert.deepEqual([room.heard.at(-1)?.from, room.heard.at(-1)?.unreliable], [two.address, true]);
        assert.ok(!room.company.includes(leaver.address));
      }
    });
    const newcomer = await Traveller.start(realm, at(5, 0));
    assert.equal(newcomer.island, one.island);
    assert.deepEqual(newcomer.room.company, [one, two, three].map(({ address }) => address).sort());
    for (const [alias, address] of newcomer.room.others) {
      if (address !== two.address) assert.equal(aliases.get(alias), address, "its alias has changed");
    }
    assert.ok(!aliases.has(newcomer.room.alias), "it was given somebody else's alias");
    newcomer.room.chat("hello");
    await eventually(PATIENCE_MS, () => {
      for (const { room } of [one, two, three]) assert.deepEqual(room.chats.at(-1), [newcomer.address, "hello"]);
    });
  });

  it("obeys the realm all the same", async () => {
    const at = freshGround();
    const stays = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))] as const;
    const goes = await Traveller.start(realm, at(2, 0));
    await sleep(ASLEEP_MS);
    const old = goes.room;
    await goes.walk(at(5_000, 0));
    assert.equal((await old.end()).code, 1000);
    await eventually(PATIENCE_MS, () => assert.deepEqual(stays[0].room.company, [stays[1].address]));
    stays[1].room.chat("gone");
    await eventually(PATIENCE_MS, () => assert.deepEqual(stays[0].room.chats, [[stays[1].address, "gone"]]));
  });

  it("closes those who do not go on with the handshake", async () => {
    const identity = await Identity.create();
    const silent = await hasty.openRoom(hasty.roomOf("lobby"));
    const challenged = await hasty.openRoom(hasty.roomOf("lobby"));
    await challenged.challenge(identity.address);
    for (const room of [silent, challenged]) {
      const { code, reason } = await room.closed();
      assert.equal(code, 1008);
      assert.notEqual(reason, "");
    }
    const member = await hasty.enter(hasty.roomOf("lobby"), identity);
    await sleep(2 * HANDSHAKE_MS);
    assert.equal(member.closeInfo, undefined);
  });
});

describe("a room that all have left", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  /** What all rooms together keep: every row of every table, alarms included. */
  function kept(): object[] {
    return databases(realm.storage, "Room").flatMap((file) => {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
        return tables.flatMap(({ name }) => {
          const rows = database.prepare(`SELECT * FROM "${name}"`);
          // Times are in nanoseconds.
          rows.setReadBigInts(true);
          return rows.all();
        });
      } finally {
        database.close();
      }
    });
  }

  it("keeps nothing, and no alarm", async () => {
    const at = freshGround();
    const members = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))];
    for (const { room } of members) room.chat("hello");
    assert.notDeepEqual(kept(), [], "not even an alarm: this is not where rooms keep things");
    const stranded = await realm.openRoom(members[0]?.visit.island.connStr ?? "");
    await sleep(SETTLED_MS);
    stranded.cut();
    for (const member of members) await member.leave();
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.rooms(), {}));
    await eventually(PATIENCE_MS, () => assert.deepEqual(kept(), []));
  });
});

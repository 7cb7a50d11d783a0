import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertAgreed, highestNumber, islandNumber, lastTold } from "./support/memory.ts";
import type { Realm } from "./support/realm.ts";
import { roomKey } from "./support/room-tokens.ts";
import { editRealm, rowCount, storedNumber, tables } from "./support/storage.ts";
import { eventually } from "./support/wait.ts";
import { enterAll, enterWithin, Walker } from "./support/walker.ts";

const OFFLINE = { TRANSPORT: "offline" };
const TABLES = ["islands", "meta", "sessions"];

/** What a newer version might have made of the tables. */
const NEWER = "ALTER TABLE islands ADD COLUMN colour TEXT; UPDATE meta SET value = value + 1 WHERE name = 'schema'";

/** What can be wrong with a state, and how it gets that way. */
const UNREADABLE: Record<string, string> = {
  "of a newer schema": NEWER,
  "of an unknown schema": "UPDATE meta SET value = 'latest' WHERE name = 'schema'",
  "whose next number is none": "UPDATE meta SET value = 'many' WHERE name = 'next_island'",
  "whose next number is missing": "DELETE FROM meta WHERE name = 'next_island'",
  "whose next number is beyond all": "UPDATE meta SET value = 100000000000000000 WHERE name = 'next_island'",
  "whose next number an island has": "UPDATE meta SET value = 1 WHERE name = 'next_island'",
  "of a later start": "UPDATE meta SET value = 0 WHERE name = 'incarnation'",
  "with an island that is no record":
    "UPDATE islands SET record = x'ffff' WHERE number = (SELECT max(number) FROM islands)",
  "with an island that is text":
    "UPDATE islands SET record = 'island' WHERE number = (SELECT max(number) FROM islands)",
  "with a number that no island has": "UPDATE islands SET number = -1 WHERE number = (SELECT max(number) FROM islands)",
  "with a member of two islands": "INSERT INTO islands SELECT max(number) + 1000, record FROM islands",
  "with a session that is no record":
    "UPDATE sessions SET record = x'ffff' WHERE address = (SELECT max(address) FROM sessions)",
  "with a session of nobody": "UPDATE sessions SET address = x'00' WHERE address = (SELECT max(address) FROM sessions)",
  "that lacks a column": "ALTER TABLE islands RENAME COLUMN record TO content",
  "that lacks a table": "DROP TABLE sessions",
};

/** Those that could lead to a number being given twice. */
const NUMBERLESS = ["whose next number is missing", "whose next number is beyond all"];

/** What starts a realm that nobody logs in to. */
const STARTS: Record<string, (realm: Realm) => unknown> = {
  "its alarm": () => {},
  "somebody who asks for the islands": (realm) => realm.get("/islands"),
};

/** A state with three islands, as a killed realm has left it. */
interface Left {
  storage: string;
  walkers: Walker[];
  /** The last island of each. */
  islands: string[];
  highest: number;
}

async function leaveState(): Promise<Left> {
  const storage = await mkdtemp(join(tmpdir(), "left-"));
  const lasting = await LastingRealm.start(OFFLINE);
  try {
    const walkers = await Walker.around([0, 0, 0, 1_000, 1_000, 2_000].map((x) => [x, 0, 0]));
    await enterAll(lasting.realm, walkers);
    await eventually(PATIENCE_MS, () => {
      assert.equal(Object.keys(lastTold(walkers)).length, 3);
      return assertAgreed(lasting.realm, walkers);
    });
    await lasting.kill9();
    await cp(lasting.storage, storage, { recursive: true });
    return { storage, walkers, islands: walkers.map(({ island }) => island), highest: highestNumber(walkers) };
  } finally {
    await lasting.end();
  }
}

describe("a realm that finds a state", () => {
  let left: Left;
  before(async () => {
    left = await leaveState();
  });
  after(() => rm(left.storage, { recursive: true, force: true }));

  /** A realm on a copy of the state, changed by `edit`. */
  function startOn(edit: (database: DatabaseSync) => void = () => {}): Promise<LastingRealm> {
    return LastingRealm.start(OFFLINE, async (storage) => {
      await cp(left.storage, storage, { recursive: true });
      editRealm(storage, edit);
    });
  }

  async function assertKept(realm: Realm): Promise<void> {
    const told = await enterWithin(200, realm, left.walkers);
    assert.deepEqual(
      told.map(({ islandId }) => islandId),
      left.islands,
    );
    await eventually(PATIENCE_MS, () => assertAgreed(realm, left.walkers));
    assert.deepEqual(realm.logged("state set aside"), []);
  }

  /** All are together with those of before, on islands with numbers that no island had. */
  async function assertAnew(realm: Realm): Promise<void> {
    await enterWithin(200, realm, left.walkers);
    await eventually(PATIENCE_MS, () => {
      assert.deepEqual(groups(left.walkers.map(({ island }) => island)), groups(left.islands));
      return assertAgreed(realm, left.walkers);
    });
    for (const { island } of left.walkers) assert.ok(islandNumber(island) > left.highest, island);
  }

  it("goes on with it", async () => {
    const lasting = await startOn();
    try {
      await assertKept(lasting.realm);
    } finally {
      await lasting.end();
    }
  });

  it("goes on with it in another build, and again in the one before", async () => {
    const lasting = await startOn();
    try {
      await assertKept(await lasting.crash({ build: "faults" }));
      await assertKept(await lasting.crash());
    } finally {
      await lasting.end();
    }
  });

  it("makes the tables that the version before did not have, and goes on with its numbers", async () => {
    const lasting = await startOn((database) => {
      database.exec("DROP TABLE islands; DROP TABLE sessions; DELETE FROM meta WHERE name = 'schema'");
    });
    try {
      await assertAnew(lasting.realm);
      assert.deepEqual(tables(lasting.storage), TABLES);
      assert.equal(storedNumber(lasting.storage, "schema"), storedNumber(left.storage, "schema"));
      assert.deepEqual(roomKey(lasting.storage), roomKey(left.storage));
      const next = storedNumber(lasting.storage, "next_island");
      assert.ok(next < left.highest + 100, `${next} does not go on from ${left.highest}`);
      assert.deepEqual(lasting.realm.logged("state set aside"), []);
    } finally {
      await lasting.end();
    }
  });

  for (const [fault, statement] of Object.entries(UNREADABLE)) {
    it(`sets one aside ${fault}, says so, and begins anew`, async () => {
      let found: Record<string, number> = {};
      const lasting = await startOn((database) => {
        database.exec(statement);
        found = Object.fromEntries(
          ["islands", "sessions"].flatMap((table) => {
            const exists = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table);
            const count = exists && database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count;
            return exists ? [[table, Number(count)]] : [];
          }),
        );
      });
      try {
        await assertAnew(lasting.realm);
        const incarnation = storedNumber(lasting.storage, "incarnation");
        const aside = Object.entries(found).map(([table, count]) => ({
          table: `${table}_set_aside_${incarnation}`,
          count,
        }));
        assert.deepEqual(tables(lasting.storage), [...TABLES, ...aside.map(({ table }) => table)].sort());
        for (const { table, count } of aside) assert.equal(rowCount(lasting.storage, table), count, table);
        const [line, ...more] = lasting.realm.logged("state set aside");
        assert.match(line ?? "", /"reason":"[^"]/);
        assert.deepEqual(more, []);
        await assertLasts(lasting);
      } finally {
        await lasting.end();
      }
    });
  }

  for (const fault of NUMBERLESS) {
    for (const [who, begin] of Object.entries(STARTS)) {
      it(`gives no number again that one ${fault} knew, when ${who} starts it and it dies before any login`, async () => {
        const lasting = await startOn((database) => database.exec(UNREADABLE[fault] ?? assert.fail()));
        try {
          const { realm } = lasting;
          await begin(realm);
          await eventually(PATIENCE_MS, () => assert.equal(realm.logged("realm started").length, 1));
          assert.equal(realm.logged("state set aside").length, 1);
          // It logs what it does before that is stored, and would do it again after a crash in between.
          await eventually(PATIENCE_MS, () => assert.equal(storedNumber(lasting.storage, "incarnation"), 2));
          await assertAnew(await lasting.crash());
          assert.deepEqual(lasting.realm.logged("state set aside"), []);
          await assertLasts(lasting);
        } finally {
          await lasting.end();
        }
      });
    }
  }

  /** The state that it has begun is one to go on with. */
  async function assertLasts(lasting: LastingRealm): Promise<void> {
    const islands = left.walkers.map(({ island }) => island);
    const told = await enterWithin(200, await lasting.crash(), left.walkers);
    assert.deepEqual(
      told.map(({ islandId }) => islandId),
      islands,
    );
    assert.deepEqual(lasting.realm.logged("state set aside"), []);
  }
});

/** Who shares an island: the first of those who do, for each. */
function groups(islands: readonly string[]): number[] {
  return islands.map((island) => islands.indexOf(island));
}

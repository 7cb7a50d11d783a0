import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import type { Point } from "./support/packets.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { roomKey } from "./support/room-tokens.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually } from "./support/wait.ts";

describe("rooms of a realm that was killed", () => {
  let storage: string;
  let realm: Realm;
  let earlier: Traveller[];
  let key: Buffer;
  const at = freshGround();
  const places: Point[] = [at(0, 0), at(1, 0), at(5_000, 0)];

  before(async () => {
    storage = await mkdtemp(join(tmpdir(), "realm-"));
    const first = await Realm.start({}, { storage });
    const port = Number(new URL(first.url).port);
    try {
      earlier = [];
      for (const place of places) earlier.push(await Traveller.start(first, place));
      key = roomKey(storage);
    } finally {
      await first.kill9();
    }
    const ends = await Promise.all(earlier.map(({ room }) => room.ended));
    assert.deepEqual(
      ends.map(({ code }) => code),
      [1006, 1006, 1006],
    );
    await first.stop();
    realm = await Realm.start({}, { storage, port });
  });
  after(async () => {
    await realm.stop();
    await rm(storage, { recursive: true, force: true });
  });

  it("are open to those who come back, under their names", async () => {
    const [one, two, three] = (await Promise.all(
      earlier.map(({ identity }, index) => Traveller.start(realm, places[index] ?? [0, 0, 0], identity)),
    )) as [Traveller, Traveller, Traveller];
    assert.deepEqual(
      [one, two, three].map(({ visit }) => visit.island.islandId),
      earlier.map(({ visit }) => visit.island.islandId),
    );
    await eventually(PATIENCE_MS, () => assert.deepEqual(one.room.company, [two.address]));
    one.room.chat("where were we?");
    two.room.chat("here");
    three.room.chat("there");
    await eventually(PATIENCE_MS, () => {
      assert.deepEqual(two.room.chats, [[one.address, "where were we?"]]);
      assert.deepEqual(one.room.chats, [[two.address, "here"]]);
    });
    assert.deepEqual(three.room.chats, []);
    await eventually(PATIENCE_MS, async () => assert.deepEqual(Object.values(await realm.rooms()).sort(), [1, 2]));
  });

  it("are closed to the tokens of before, though the key is the same", async () => {
    assert.deepEqual(roomKey(storage), key);
    for (const { visit, identity } of earlier) await assert.rejects(realm.enter(visit.island.connStr, identity), /403/);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { RoomClient } from "./support/room-client.ts";
import { update } from "./support/room-packets.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";

const PLAYERS_MAX = 150;
/** As every client knows it. */
const FULL = "This world is full. Try again later.";
const PACKETS_PER_SECOND = 200;
const BURST_S = 2;
const PACKET_MAX_BYTES = 64 * 1024;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("the limits of a room", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  /** Two in a room. */
  async function pair(): Promise<[Traveller, Traveller]> {
    const at = freshGround();
    const two = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))] as const;
    await eventually(PATIENCE_MS, () => assert.deepEqual(two[0].room.company, [two[1].address]));
    return [...two];
  }

  const assertAlone = ({ room }: Traveller) => eventually(PATIENCE_MS, () => assert.deepEqual(room.company, []));

  it("let an address in once: the newer connection takes over", async () => {
    const [stays, twice] = await pair();
    const old = twice.room;
    const { alias } = old;
    const before = stays.room.packets.length;
    const opened = await realm.openRoom(twice.visit.island.connStr);
    const { alreadyConnected, challengeToSign } = await opened.challenge(twice.address);
    assert.equal(alreadyConnected, true);
    assert.ok(challengeToSign.startsWith("dcl-"));
    assert.equal(old.closeInfo, undefined, "closed before the newer one has proven anything");
    opened.cut();

    const room = await realm.enter(twice.visit.island.connStr, twice.identity);
    assert.notEqual(room.alias, alias);
    assert.deepEqual(room.company, [stays.address], "it meets itself");
    const { code } = await old.end();
    assert.equal(code, 1000);
    assert.equal(old.packets.at(-1)?.kind, "peerKicked");
    await eventually(PATIENCE_MS, () => {
      const told = stays.room.packets.slice(before).map(({ kind, payload }) => [kind, payload]);
      assert.deepEqual(told, [
        ["peerLeaveMessage", { alias }],
        ["peerJoinMessage", { alias: room.alias, address: twice.address }],
      ]);
    });
    assert.deepEqual(room.unread(), []);
  });

  it("close who says too much, and the others are told that it has left", async () => {
    const [stays, loud] = await pair();
    for (let index = 0; index < 2 * BURST_S * PACKETS_PER_SECOND; index++) loud.room.position([index, 0, 0]);
    const { code, reason } = await loud.room.end();
    assert.equal(code, 1008);
    assert.match(reason, /packets|too (fast|many)/);
    await assertAlone(stays);
    const heard = stays.room.heard.length;
    const atLeast = BURST_S * PACKETS_PER_SECOND;
    assert.ok(heard >= atLeast && heard < 2 * atLeast, `${heard} packets were relayed`);
  });

  it("count large packets as several", async () => {
    const [stays, loud] = await pair();
    const packets = (2 * BURST_S * PACKETS_PER_SECOND) / 16;
    for (let index = 0; index < packets; index++) loud.room.say(Buffer.alloc(15_500));
    assert.equal((await loud.room.end()).code, 1008);
    await assertAlone(stays);
  });

  it("let everybody say as much as explorers do: movement, voice and a scene", async () => {
    const [stays, talks] = await pair();
    const rounds = 30;
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < 10; index++) talks.room.position([index, 0, 0]);
      talks.room.say(Buffer.alloc(5_000));
      await sleep(100);
    }
    await eventually(PATIENCE_MS, () => assert.equal(stays.room.heard.length, rounds * 11));
    assert.equal(talks.room.closeInfo, undefined);
  });

  it("close who says something too large, and the others are told that it has left", async () => {
    const [stays, large] = await pair();
    // What a scene may say at once.
    const scene = Buffer.alloc(30_000, 1);
    large.room.say(scene);
    await eventually(PATIENCE_MS, () => assert.ok(stays.room.heard.some(({ body }) => scene.equals(body))));
    large.room.say(Buffer.alloc(PACKET_MAX_BYTES));
    const { code, reason } = await large.room.end();
    assert.equal(code, 1009);
    assert.notEqual(reason, "");
    await assertAlone(stays);
    assert.equal(stays.room.heard.length, 1);
  });

  it("tell the others of everybody who leaves, politely or not", async () => {
    for (const leave of ["leave", "cut"] as const) {
      const [stays, goes] = await pair();
      const { alias } = goes.room;
      await goes.room[leave]();
      await assertAlone(stays);
      const last = stays.room.packets.at(-1);
      assert.deepEqual([last?.kind, last?.payload], ["peerLeaveMessage", { alias }]);
    }
  });

  it("keep what a member says as it is, but for who says it", async () => {
    const [stays, talks] = await pair();
    const bodies = [Buffer.alloc(0), Buffer.of(0), Buffer.from("anything at all"), Buffer.alloc(3_000, 0xff)];
    for (const body of bodies) {
      talks.room.say(body, true);
      talks.room.say(body, false);
    }
    const impostor = Buffer.from("not me");
    talks.room.send(update(impostor, false, stays.room.alias));
    await eventually(PATIENCE_MS, () => {
      assert.deepEqual(
        stays.room.heard.map(({ unreliable, body }) => [unreliable, hex(body)]),
        [...bodies.flatMap((body) => [true, false].map((kind) => [kind, hex(body)])), [false, hex(impostor)]],
      );
    });
    assert.deepEqual([...new Set(stays.room.heard.map(({ from }) => from))], [talks.address]);
    assert.deepEqual(talks.room.heard, [], "it hears itself");
  });
});

describe("a full room", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ OPEN_ROOMS: "true" });
  });
  after(() => realm.stop());

  it(`has ${PLAYERS_MAX} players, and refuses another without anybody noticing`, async () => {
    const connStr = realm.roomOf("plaza");
    const identities = await Promise.all(Array.from({ length: PLAYERS_MAX }, () => Identity.create()));
    const rooms: RoomClient[] = [];
    for (const identity of identities) rooms.push(await realm.enter(connStr, identity));
    const addresses = identities.map(({ address }) => address).sort();
    await eventually(PATIENCE_MS, () => {
      for (const room of rooms) assert.equal(room.others.size, PLAYERS_MAX - 1);
    });
    assert.equal(new Set(rooms.map(({ alias }) => alias)).size, PLAYERS_MAX);

    const late = await Identity.create();
    const refused = await realm.openRoom(connStr);
    await refused.prove(late);
    assert.deepEqual(await refused.next("peerKicked"), { reason: FULL });
    assert.equal((await refused.closed()).code, 1013);
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.rooms(), { plaza: PLAYERS_MAX }));

    // Whoever is in may come again, and when somebody leaves, somebody else may come.
    const [first, second] = rooms as [RoomClient, RoomClient];
    const [one] = identities as [Identity];
    const again = await realm.enter(connStr, one);
    assert.equal((await first.end()).code, 1000);
    assert.deepEqual(
      again.company,
      addresses.filter((address) => address !== one.address),
    );
    await second.leave();
    const welcome = await eventually(PATIENCE_MS, () => realm.enter(connStr, late));
    welcome.chat("at last");
    await eventually(PATIENCE_MS, () => assert.deepEqual(again.chats, [[late.address, "at last"]]));
    for (const { others, packets, closeInfo } of rooms.slice(2)) {
      assert.equal(closeInfo, undefined);
      assert.equal(others.size, PLAYERS_MAX - 1);
      assert.equal(packets.filter(({ payload }) => "address" in payload && payload.address === late.address).length, 1);
    }
  });
});

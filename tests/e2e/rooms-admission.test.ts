import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { type Answer, send, upgradeHeaders } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { type RoomClient, roomUrl } from "./support/room-client.ts";
import { identification, signedForRoom } from "./support/room-packets.ts";
import { readConnStr, readToken, roomKey, signToken, withToken } from "./support/room-tokens.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually } from "./support/wait.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const APART_M = 5_000;
const TIMES = 5;
/** More than are let through to the realm in the two seconds that they may take. */
const TRIES = 150;
const OUTSIDER = `0x${"0b".repeat(20)}`;

describe("admission to a room", () => {
  let realm: Realm;
  let witness: Traveller;
  let player: Traveller;
  let connStr: string;
  let key: Buffer;
  const at = freshGround();
  before(async () => {
    realm = await Realm.start();
    witness = await Traveller.start(realm, at(0, 0));
    player = await Traveller.start(realm, at(1, 0));
    await eventually(PATIENCE_MS, () => assert.deepEqual(witness.room.company, [player.address]));
    connStr = player.visit.island.connStr;
    key = roomKey(realm.storage);
  });
  after(() => realm.stop());

  const upgrade = (link: string): Promise<Answer> =>
    send(roomUrl(link).replace("ws:", "http:"), upgradeHeaders("rfc5"));

  async function assertRefused(link: string, why?: RegExp): Promise<void> {
    const { status, headers, body } = await upgrade(link);
    assert.equal(status, 403, link);
    assert.equal(headers["access-control-allow-origin"], "*");
    const { error, ...rest } = JSON.parse(body) as { error: string };
    assert.deepEqual(rest, {});
    assert.match(error, why ?? /./);
    assert.doesNotMatch(error, /panicked|\.rs:\d/);
  }

  /** Whoever is in the room has not noticed anything, and it is as full as it was. */
  async function assertUntouched(attempt: () => Promise<void>): Promise<void> {
    const before = witness.room.packets.length;
    await attempt();
    assert.equal(witness.room.packets.length, before, "the others were told of somebody who was refused");
    assert.deepEqual(witness.room.company, [player.address]);
    assert.equal(player.room.closeInfo, undefined);
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await realm.rooms(), { "main.I1": 2 }));
  }

  async function assertAdmitted(link: string): Promise<RoomClient> {
    const room = await realm.enter(link, player.identity);
    assert.deepEqual(room.company, [witness.address]);
    return room;
  }

  it("is by a token in the format that is written down", () => {
    const { roomId, token } = readConnStr(connStr);
    assert.equal(roomId, "main.I1");
    assert.equal(key.length, 32);
    const claims = readToken(token);
    assert.equal(claims.address, player.address);
    assert.ok(claims.assignment > 0n);
    const lifeMs = Number(claims.expiresMs) - Date.now();
    assert.ok(lifeMs > DAY_MS - 60_000 && lifeMs <= DAY_MS, `${lifeMs}`);
    assert.equal(token, signToken(key, roomId, claims));
  });

  it("is refused without a token, and with what is none", () =>
    assertUntouched(async () => {
      const { token } = readConnStr(connStr);
      const [bare = ""] = connStr.split("?");
      await assertRefused(bare);
      const wrong = ["", "token", "%00", token.slice(1), token.slice(0, -1), `${token}A`, `${token}=`, `${token}%20`];
      for (const text of wrong) await assertRefused(withToken(connStr, text));
      await assertRefused(`${bare}?tokens=${token}`);
      await assertRefused(connStr.replace("rooms/main.I1", "rooms/other"));
    }));

  it("is refused when any byte of the token is wrong", () =>
    assertUntouched(async () => {
      const token = Buffer.from(readConnStr(connStr).token, "base64url");
      for (let at = 0; at < token.length; at++) {
        const wrong = Buffer.from(token);
        wrong.writeUInt8(wrong.readUInt8(at) ^ (1 << (at % 8)), at);
        await assertRefused(withToken(connStr, wrong.toString("base64url")));
      }
    }));

  it("is refused with an expired token, and granted with one that has a second to go", async () => {
    const { roomId, token } = readConnStr(connStr);
    const claims = readToken(token);
    const expiring = (inMs: number) =>
      withToken(connStr, signToken(key, roomId, { ...claims, expiresMs: BigInt(Date.now() + inMs) }));
    await assertUntouched(() => assertRefused(expiring(0), /expired/));
    assert.equal((await upgrade(expiring(1_000))).status, 101);
  });

  it("is refused with a token for another room, of another realm or of another assignment", () =>
    assertUntouched(async () => {
      const { roomId, token } = readConnStr(connStr);
      const claims = readToken(token);
      const stranger = await Traveller.start(realm, at(APART_M, 0));
      await assertRefused(withToken(connStr, readConnStr(stranger.visit.island.connStr).token));
      await stranger.leave();
      await assertRefused(withToken(connStr, signToken(key, "main.I2", claims)));
      await assertRefused(withToken(connStr, signToken(Buffer.alloc(32), roomId, claims)));
      for (const assignment of [0n, claims.assignment - 1n, claims.assignment + 1n, 2n ** 64n - 1n]) {
        await assertRefused(withToken(connStr, signToken(key, roomId, { ...claims, assignment })));
      }
      const { address } = await Identity.create();
      await assertRefused(withToken(connStr, signToken(key, roomId, { ...claims, address })));
    }));

  it("is refused to who tries too often", () =>
    assertUntouched(async () => {
      const { roomId, token } = readConnStr(connStr);
      const outdated = signToken(key, roomId, { ...readToken(token), address: OUTSIDER, assignment: 1n });
      const answers = await Promise.all(Array.from({ length: TRIES }, () => upgrade(withToken(connStr, outdated))));
      const statuses = new Set(answers.map(({ status }) => status));
      assert.deepEqual([...statuses].sort(), [403, 429]);
    }));

  for (const claimed of ["its own address", "the owner's"]) {
    it(`is refused to somebody with another player's token who names ${claimed}`, () =>
      assertUntouched(async () => {
        const thief = await Identity.create();
        const room = await realm.openRoom(connStr);
        const named = claimed === "its own address" ? thief.address : player.address;
        room.send(identification(named));
        const { challengeToSign } = await room.next("challengeMessage");
        room.send(signedForRoom(thief.sign(challengeToSign)));
        const { code, reason } = await room.closed();
        assert.equal(code, 1008);
        assert.notEqual(reason, "");
      }));
  }

  it("is granted again and again, whatever was refused in between", async () => {
    for (let time = 0; time < TIMES; time++) {
      player.room.cut();
      const room = await assertAdmitted(connStr);
      await assertRefused(withToken(connStr, "wrong"));
      room.cut();
      await eventually(PATIENCE_MS, () => assert.deepEqual(witness.room.company, []));
    }
    const room = await assertAdmitted(connStr);
    room.chat("once more");
    await eventually(PATIENCE_MS, () => assert.deepEqual(witness.room.chats, [[player.address, "once more"]]));
  });

  it("is refused with the token of an island that the player has left, and granted with the new one", async () => {
    await player.linger(at(APART_M, 0));
    await assertRefused(connStr, /current|outdated|elsewhere|no longer/);
    const next = player.client.islands.at(-1)?.connStr ?? "";
    assert.deepEqual((await realm.enter(next, player.identity)).company, []);
    await player.linger(at(1, 0));
    await assertRefused(next);
    await assertRefused(connStr);
    await assertAdmitted(player.client.islands.at(-1)?.connStr ?? "");
  });

  it("is refused to who has left the realm", async () => {
    const { client, identity } = player;
    const last = client.islands.at(-1)?.connStr ?? "";
    await client.leave();
    await eventually(PATIENCE_MS, () => assertRefused(last));
    await assert.rejects(realm.enter(last, identity), /403/);
  });
});

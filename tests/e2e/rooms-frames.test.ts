import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { seeded } from "../pages/support/random.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { RoomClient } from "./support/room-client.ts";
import { chatBody, identification, positionBody, roomPacket, signedForRoom, update } from "./support/room-packets.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually } from "./support/wait.ts";

/** How far a client has come when it sends something wrong. */
const STAGES = ["before it is challenged", "when challenged", "in the room"] as const;
type Stage = (typeof STAGES)[number];

/** A peer update that promises 64 bytes, and the frame ends. */
const TRUNCATED = Uint8Array.of(0x1a, 0x40, 0x01);
/** Wire type 7 does not exist. */
const NOISE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff);
/** An identification whose address is not UTF-8. */
const BAD_TEXT = Uint8Array.of(0x3a, 0x03, 0x0a, 0x01, 0xff);

const ADDRESS = `0x${"1".repeat(40)}`;
const FUZZ_ROUNDS = 40;
const FUZZ_FRAMES = 20;

describe("wrong frames in a room", () => {
  let realm: Realm;
  let talker: Traveller;
  let listener: Traveller;
  let guest: Traveller;
  before(async () => {
    realm = await Realm.start({ OPEN_ROOMS: "true" });
    const at = freshGround();
    talker = await Traveller.start(realm, at(0, 0));
    listener = await Traveller.start(realm, at(1, 0));
    guest = await Traveller.start(realm, at(2, 0));
    await guest.room.leave();
  });
  after(() => realm.stop());

  /** Without a token: one of those may only be tried fifty times a second. */
  async function guestAt(stage: Stage): Promise<RoomClient> {
    const [link = ""] = guest.visit.island.connStr.split("?");
    const room = await realm.openRoom(link);
    if (stage === "when challenged") await room.challenge(guest.address);
    if (stage === "in the room") await room.handshake(guest.identity);
    return room;
  }

  let said = 0;
  /** Those who do nothing wrong hear each other, and nobody else is there. */
  async function assertUndisturbed(): Promise<void> {
    said += 1;
    const message = `the ${said}th time`;
    talker.room.chat(message);
    await eventually(PATIENCE_MS, () => {
      // What the guest says may be anything.
      const heard = listener.room.heard.filter(({ from }) => from === talker.address);
      assert.equal(heard.at(-1)?.chat, message);
      assert.deepEqual(listener.room.company, [talker.address]);
      assert.deepEqual(talker.room.company, [listener.address]);
    });
  }

  for (const stage of STAGES) {
    for (const [name, frame] of Object.entries({
      "a truncated frame": TRUNCATED,
      noise: NOISE,
      "text that is not UTF-8": BAD_TEXT,
      "a packet without a message": new Uint8Array(0),
      "a text frame": "hello",
      "an empty text frame": "",
    })) {
      it(`close with 1007: ${name} ${stage}`, async () => {
        const room = await guestAt(stage);
        room.send(frame);
        const { code, reason } = await room.closed();
        assert.deepEqual([code, reason], [1007, "Cannot decode WsPacket"]);
        await assertUndisturbed();
      });
    }
  }

  const signed = signedForRoom("[]");
  const told = update(chatBody("hello"), false);
  const welcome = roomPacket({ $case: "welcomeMessage", welcomeMessage: { alias: 1, peerIdentities: {} } });
  const misplaced: [string, Stage, Uint8Array][] = [
    ["a signed challenge", "before it is challenged", signed],
    ["something said", "before it is challenged", told],
    ["a welcome", "before it is challenged", welcome],
    ["a second identification", "when challenged", identification(ADDRESS)],
    ["something said", "when challenged", told],
    ["an identification", "in the room", identification(ADDRESS)],
    ["a signed challenge", "in the room", signed],
    ["a welcome", "in the room", welcome],
  ];
  for (const [name, stage, frame] of misplaced) {
    it(`close with 1002: ${name} ${stage}`, async () => {
      const room = await guestAt(stage);
      room.send(frame);
      const { code, reason } = await room.closed();
      assert.equal(code, 1002);
      assert.notEqual(reason, "");
      await assertUndisturbed();
    });
  }

  for (const address of ["", "somebody", ADDRESS.slice(0, -1), `${ADDRESS}0`, ADDRESS.replace("0x", "0y")]) {
    it(`close with 1008: the address ${JSON.stringify(address)}`, async () => {
      const room = await guestAt("before it is challenged");
      room.send(identification(address));
      assert.equal((await room.closed()).code, 1008);
    });
  }

  it("close with 1008: a chain that proves nothing", async () => {
    const other = await Identity.create();
    const signatures = [
      () => "[]",
      () => "{",
      () => guest.identity.sign("dcl-another-challenge"),
      (challenge: string) => other.sign(challenge),
      (challenge: string) => guest.identity.sign(challenge).replace(/[0-9a-f]{8}"}\]$/, '00000000"}]'),
    ];
    for (const sign of signatures) {
      const room = await realm.openRoom(guest.visit.island.connStr);
      const { challengeToSign } = await room.challenge(guest.address);
      room.send(signedForRoom(sign(challengeToSign)));
      const { code, reason } = await room.closed();
      assert.equal(code, 1008);
      assert.notEqual(reason, "");
    }
    await assertUndisturbed();
  });

  it("cannot be used twice: a challenge belongs to its socket", async () => {
    const first = await realm.openRoom(guest.visit.island.connStr);
    const { challengeToSign } = await first.challenge(guest.address);
    assert.match(challengeToSign, /^dcl-[^:]+$/);
    const second = await realm.openRoom(guest.visit.island.connStr);
    assert.notEqual((await second.challenge(guest.address)).challengeToSign, challengeToSign);
    second.send(signedForRoom(guest.identity.sign(challengeToSign)));
    assert.equal((await second.closed()).code, 1008);
  });

  for (const stage of STAGES) {
    it(`never take the room down, whatever they are, ${stage}`, async () => {
      const random = seeded(`frames ${stage}`);
      const fuzz = fuzzer(random);
      for (let round = 0; round < FUZZ_ROUNDS; round++) {
        const room = await guestAt(stage);
        for (let frame = 0; frame < FUZZ_FRAMES; frame++) room.send(fuzz());
        if (random() < 0.5) room.cut();
        else room.socket.close();
        await room.ended;
        if (round % 10 === 9) await assertUndisturbed();
      }
      for (const { room } of [talker, listener]) {
        assert.equal(room.closeInfo, undefined);
        room.assertGoodFrames();
      }
    });
  }
});

/** Frames that are right, nearly right, or nothing at all. */
function fuzzer(random: () => number): () => Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const bytes = (length: number) => Uint8Array.from({ length }, () => below(256));
  const templates = [
    () => identification(ADDRESS),
    () => signedForRoom(JSON.stringify([{ type: "SIGNER", payload: ADDRESS, signature: "" }])),
    () => update(positionBody(below(1_000), [1, 2, 3]), true),
    () => update(bytes(below(2_000)), false, below(2 ** 32)),
    () => roomPacket({ $case: "peerLeaveMessage", peerLeaveMessage: { alias: below(4) } }),
    () => roomPacket({ $case: "peerKicked", peerKicked: { reason: "you" } }),
    () => bytes(below(64)),
  ];
  const mutations = [
    (frame: Uint8Array) => frame,
    (frame: Uint8Array) => frame.subarray(0, below(frame.length + 1)),
    (frame: Uint8Array) => frame.map((byte) => (random() < 0.05 ? below(256) : byte)),
    (frame: Uint8Array) => Buffer.concat([frame, bytes(below(8))]),
  ];
  const pick = <T>(items: T[]): T => items[below(items.length)] ?? assert.fail("nothing to pick from");
  return () => pick(mutations)(pick(templates)());
}

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { challengeRequest, heartbeat, signedChallenge } from "./support/packets.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";

/** How far a client has come when it sends something wrong. */
type Stage = "before the handshake" | "when challenged" | "in its session";

const STAGES: Stage[] = ["before the handshake", "when challenged", "in its session"];

/** Field 1 promises 64 bytes and the frame ends: no reader can take it. */
const TRUNCATED = Uint8Array.of(0x0a, 0x40, 0x01);
/** Wire type 7 does not exist. */
const NOISE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff);
/** A challenge request whose address is not UTF-8. */
const BAD_TEXT = Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0xff);

describe("wrong frames", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  async function clientAt(stage: Stage): Promise<Client> {
    const identity = await Identity.create();
    const client = await realm.connect();
    if (stage === "when challenged") await client.challenge(identity.address);
    if (stage === "in its session") await client.handshake(identity);
    return client;
  }

  for (const stage of STAGES) {
    for (const [name, frame] of Object.entries({
      "a truncated frame": TRUNCATED,
      noise: NOISE,
      "text that is not UTF-8": BAD_TEXT,
      "a text frame": "hello",
      "an empty text frame": "",
    })) {
      it(`closes with 1007 on ${name} ${stage}`, async () => {
        const client = await clientAt(stage);
        client.send(frame);
        const { code, reason } = await client.closed();
        assert.equal(code, 1007);
        assert.equal(reason, "Cannot decode ClientPacket");
      });
    }
  }

  const request = challengeRequest(`0x${"1".repeat(40)}`);
  const signed = signedChallenge("[]");
  const beat = heartbeat([1, 2, 3]);
  const misplaced: [string, Stage, Uint8Array][] = [
    ["a signed challenge", "before the handshake", signed],
    ["a heartbeat", "before the handshake", beat],
    ["a second challenge request", "when challenged", request],
    ["a heartbeat", "when challenged", beat],
    ["a challenge request", "in its session", request],
    ["a signed challenge", "in its session", signed],
  ];
  for (const [name, stage, frame] of misplaced) {
    it(`closes with 1002 on ${name} ${stage}`, async () => {
      const client = await clientAt(stage);
      client.send(frame);
      const { code, reason } = await client.closed();
      assert.equal(code, 1002);
      assert.notEqual(reason, "");
    });
  }

  for (const stage of STAGES) {
    it(`closes on a packet without a message ${stage}`, async () => {
      const client = await clientAt(stage);
      client.send(new Uint8Array(0));
      const { code } = await client.closed();
      assert.ok([1002, 1007].includes(code), `closed with ${code}`);
    });
  }

  it("ends the session of a player who sends noise, and nobody else's", async () => {
    const at = freshGround();
    const bystander = await realm.player(at(0, 0));
    const { client, address } = await realm.player(at(1, 0));
    client.send(NOISE);
    assert.equal((await client.closed()).code, 1007);
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map((peer) => peer.address);
      assert.ok(known.includes(bystander.address));
      assert.ok(!known.includes(address));
    });
    await bystander.client.quiet(0);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { challengeRequest, signedChallenge } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";

/** 128 bits, however they are written: at least as many characters as base64 would take. */
const RANDOM_CHARACTERS = 22;

describe("the handshake", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ CONNECTOR_SHARDS: "16" });
  });
  after(() => realm.stop());

  it("challenges, then welcomes the signer by its lower-case address", async () => {
    const identity = await Identity.create();
    const client = await realm.connect();
    const { challengeToSign, alreadyConnected } = await client.challenge(identity.wallet.address);
    assert.match(challengeToSign, /^dcl-[^:\s]+$/);
    assert.ok(challengeToSign.length >= "dcl-".length + RANDOM_CHARACTERS);
    assert.equal(alreadyConnected, false);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    const { peerId } = await client.next("welcome");
    assert.equal(peerId, identity.wallet.address.toLowerCase());
    await client.quiet(SETTLED_MS);
  });

  it("never uses a challenge twice", async () => {
    const { address } = await Identity.create();
    const challenges = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const client = await realm.connect();
        return (await client.challenge(address)).challengeToSign;
      }),
    );
    assert.equal(new Set(challenges).size, 40);
    const starts = challenges.map((challenge) => challenge.slice(0, 14));
    assert.equal(new Set(starts).size, 40, "challenges are not random");
  });

  it("works at /archipelago/ws too", async () => {
    const identity = await Identity.create();
    const client = await realm.connect({ path: "/archipelago/ws" });
    assert.equal(await client.handshake(identity), identity.address);
  });

  it("tells on every connector whether the address is connected", async () => {
    const identity = await Identity.create();
    const { wallet } = identity;
    const asked = async (address: string) => {
      const client = await realm.connect();
      const { alreadyConnected } = await client.challenge(address);
      await client.leave();
      return alreadyConnected;
    };
    const many = (address: string) => Promise.all(Array.from({ length: 12 }, () => asked(address)));
    const all = (value: boolean) => Array.from({ length: 12 }, () => value);

    assert.deepEqual(await many(wallet.address), all(false));
    const { client } = await realm.login(identity);
    assert.deepEqual(await many(wallet.address), all(true));
    assert.deepEqual(await many(identity.address), all(true));
    await client.leave();
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await many(wallet.address), all(false)));
  });

  it("takes the signer for the player, whatever address was asked for", async () => {
    const asked = await Identity.create();
    const signer = await Identity.create();
    const at = freshGround();
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(asked.wallet.address);
    client.send(signedChallenge(signer.sign(challengeToSign)));
    assert.equal((await client.next("welcome")).peerId, signer.address);
    const { peers } = await client.arrive(at(0, 0));
    assert.deepEqual(Object.keys(peers), [signer.address]);
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map((peer) => peer.address);
      assert.ok(known.includes(signer.address));
      assert.ok(!known.includes(asked.address));
    });
  });

  it("leaves the session alone when somebody merely asks for its address", async () => {
    const { client, identity } = await realm.login();
    const other = await realm.connect();
    const answer = await other.challenge(identity.wallet.address);
    assert.equal(answer.alreadyConnected, true);
    other.send(signedChallenge((await Identity.create()).sign("dcl-other")));
    assert.equal((await other.closed()).code, 1008);
    await client.quiet(SETTLED_MS);
  });

  for (const address of ["", "0x", "nobody", `0x${"g".repeat(40)}`]) {
    it(`refuses to challenge the address "${address}"`, async () => {
      const client = await realm.connect();
      client.send(challengeRequest(address));
      const { code, reason } = await client.closed();
      assert.equal(code, 1008);
      assert.notEqual(reason, "");
    });
  }
});

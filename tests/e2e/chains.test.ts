import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Authenticator } from "@dcl/crypto";
import type { Client } from "./support/client.ts";
import { type AuthLink, createKeys, Identity, signWith } from "./support/identity.ts";
import { signedChallenge } from "./support/packets.ts";
import { Realm, SETTLED_MS } from "./support/realm.ts";

/** What a client may send instead of the standard chain. */
type Forge = (identity: Identity, challenge: string) => unknown;

const HOUR_MS = 3_600_000;

function ephemeralPayload(address: string, lifeMs = HOUR_MS): string {
  return Authenticator.getEphemeralMessage(address, new Date(Date.now() + lifeMs));
}

function link(type: string, payload: string, signature: string) {
  return { type, payload, signature };
}

function signer(identity: Identity) {
  return link("SIGNER", identity.wallet.address, "");
}

/** SIGNER, an ephemeral key with this payload, and the challenge signed by that key. */
function delegated(identity: Identity, payload: string, challenge: string) {
  const signed = payload.replaceAll("\r", "");
  return [
    signer(identity),
    link("ECDSA_EPHEMERAL", payload, signWith(identity.wallet, signed)),
    link("ECDSA_SIGNED_ENTITY", challenge, signWith(identity.ephemeral, challenge)),
  ];
}

/** The standard chain with one of its links changed. */
function altered(identity: Identity, challenge: string, index: number, change: Record<string, unknown>): unknown[] {
  return identity.chain(challenge).map((link, at) => (at === index ? { ...link, ...change } : link));
}

const GOOD: Record<string, Forge> = {
  "the standard three links": (who, challenge) => who.chain(challenge),
  "a challenge signed by the wallet itself": (who, challenge) =>
    Authenticator.createSimpleAuthChain(challenge, who.wallet.address, signWith(who.wallet, challenge)),
  "a SIGNER in lower case": (who, challenge) => altered(who, challenge, 0, { payload: who.address }),
  "a SIGNER with a null signature": (who, challenge) => altered(who, challenge, 0, { signature: null }),
  "a SIGNER without a signature": (who, challenge) => altered(who, challenge, 0, { signature: undefined }),
  "an ephemeral payload with CRLF": (who, challenge) =>
    delegated(who, ephemeralPayload(who.ephemeral.address).replaceAll("\n", "\r\n"), challenge),
  "an ephemeral payload with more lines": (who, challenge) =>
    delegated(who, `${ephemeralPayload(who.ephemeral.address)}\nand\nmore`, challenge),
  "unknown keys in the links": (who, challenge) => altered(who, challenge, 1, { note: "hello" }),
  "an ephemeral key authorised by another": (who, challenge) => {
    const inner = createKeys();
    const outer = who.chain(challenge).slice(0, 2);
    const payload = ephemeralPayload(inner.address);
    return [
      ...outer,
      link("ECDSA_EPHEMERAL", payload, signWith(who.ephemeral, payload)),
      link("ECDSA_SIGNED_ENTITY", challenge, signWith(inner, challenge)),
    ];
  },
};

const BAD: Record<string, Forge> = {
  "text that is not JSON": () => "not json",
  "nothing at all": () => "",
  "an empty array": () => [],
  "an object": (who, challenge) => ({ ...who.chain(challenge) }),
  null: () => null,
  "a lone SIGNER": (who) => [signer(who)],
  "a lone SIGNER whose payload is the challenge": (_, challenge) => [link("SIGNER", challenge, "")],
  "a SIGNER that is not an address": (who, challenge) => altered(who, challenge, 0, { payload: "0x1234" }),
  "a SIGNER with a signature": (who, challenge) =>
    altered(who, challenge, 0, { signature: signWith(who.wallet, challenge) }),
  "a second SIGNER": (who, challenge) => [signer(who), ...who.chain(challenge)],
  "a first link that is not SIGNER": (who, challenge) => who.chain(challenge).slice(1),
  "an unknown type of link": (who, challenge) => altered(who, challenge, 2, { type: "ECDSA_SOMETHING" }),
  "a missing signature": (who, challenge) => altered(who, challenge, 2, { signature: undefined }),
  "a signature without 0x": (who, challenge) =>
    altered(who, challenge, 2, {
      signature: signWith(who.ephemeral, challenge).slice(2),
    }),
  "a signature of 64 bytes": (who, challenge) =>
    altered(who, challenge, 2, {
      signature: signWith(who.ephemeral, challenge).slice(0, -2),
    }),
  "a signature of zeros": (who, challenge) => altered(who, challenge, 2, { signature: `0x${"00".repeat(65)}` }),
  "an expired ephemeral key": (who, challenge) =>
    delegated(who, ephemeralPayload(who.ephemeral.address, -1_000), challenge),
  "an expiration that is no date": (who, challenge) =>
    delegated(who, `Decentraland Login\nEphemeral address: ${who.ephemeral.address}\nExpiration: never`, challenge),
  "an ephemeral payload of two lines": (who, challenge) =>
    delegated(who, `Ephemeral address: ${who.ephemeral.address}\nExpiration: 2999-01-01T00:00:00.000Z`, challenge),
  "another challenge": (who, challenge) => who.chain(`${challenge}0`),
  "a challenge in upper case": (who, challenge) => who.chain(challenge.toUpperCase()),
  "an ephemeral key authorised by a stranger": (who, challenge) => {
    const payload = ephemeralPayload(who.ephemeral.address);
    return altered(who, challenge, 1, {
      payload,
      signature: signWith(createKeys(), payload),
    });
  },
  "a challenge signed by the wallet behind the ephemeral key": (who, challenge) =>
    altered(who, challenge, 2, { signature: signWith(who.wallet, challenge) }),
  "somebody else's address over one's own links": (who, challenge) =>
    altered(who, challenge, 0, { payload: createKeys().address }),
  "more than 8 links": (who, challenge) => {
    const links: unknown[] = who.chain(challenge);
    const [first, ephemeral, entity] = links;
    return [first, ...Array.from({ length: 7 }, () => ephemeral), entity];
  },
  "more than 8 KiB": (who, challenge) => altered(who, challenge, 1, { note: "x".repeat(8 * 1024) }),
  "a contract wallet's ephemeral key": (who, challenge) =>
    altered(who, challenge, 1, { type: "ECDSA_EIP_1654_EPHEMERAL" }),
  "a contract wallet's signature": (who, challenge) =>
    altered(who, challenge, 2, { type: "ECDSA_EIP_1654_SIGNED_ENTITY" }),
};

describe("authentication chains", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  async function present(client: Client, who: Identity, forge: Forge) {
    const { challengeToSign } = await client.challenge(who.wallet.address);
    const chain = forge(who, challengeToSign);
    const json = typeof chain === "string" ? chain : JSON.stringify(chain);
    client.send(signedChallenge(json));
  }

  async function assertRefused(client: Client) {
    const { code, reason } = await client.closed();
    assert.equal(code, 1008);
    assert.match(reason, /\w{3}/, "the reason says nothing");
  }

  for (const [name, forge] of Object.entries(GOOD)) {
    it(`accepts ${name}`, async () => {
      const who = await Identity.create();
      const client = await realm.connect();
      await present(client, who, forge);
      assert.equal((await client.next("welcome")).peerId, who.address);
    });
  }

  for (const [name, forge] of Object.entries(BAD)) {
    it(`refuses ${name}`, async () => {
      const who = await Identity.create();
      const client = await realm.connect();
      await present(client, who, forge);
      await assertRefused(client);
      const again = await realm.connect();
      const { alreadyConnected } = await again.challenge(who.address);
      assert.equal(alreadyConnected, false);
    });
  }

  it("refuses a chain that another socket has used", async () => {
    const who = await Identity.create();
    const first = await realm.connect();
    let used: AuthLink[] = [];
    await present(first, who, (_, challenge) => {
      used = who.chain(challenge);
      return used;
    });
    await first.next("welcome");
    const second = await realm.connect();
    await present(second, who, () => used);
    await assertRefused(second);
    await first.quiet(SETTLED_MS);
  });

  it("refuses the challenge of another open socket", async () => {
    const who = await Identity.create();
    const first = await realm.connect();
    const { challengeToSign } = await first.challenge(who.wallet.address);
    const second = await realm.connect();
    await present(second, who, () => who.chain(challengeToSign));
    await assertRefused(second);
    first.send(signedChallenge(who.sign(challengeToSign)));
    assert.equal((await first.next("welcome")).peerId, who.address);
  });
});

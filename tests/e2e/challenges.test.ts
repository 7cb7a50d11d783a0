import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { signedChallenge } from "./support/packets.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { signedForRoom } from "./support/room-packets.ts";
import { Traveller } from "./support/traveller.ts";
import { sleep } from "./support/wait.ts";

const WRONG = "auth chain: the challenge is not what was signed";

const MANY = 1_000;
const AT_ONCE = 50;
const BITS = 128;
/** Of fair coins thrown a thousand times, none of 128 shows one side less often, but once in tens of millions of runs. */
const RARELY = 400;

/** A socket with a challenge of its own. */
async function challenged(realm: Realm, who: Identity): Promise<{ client: Client; challenge: string }> {
  const client = await realm.connect();
  return { client, challenge: (await client.challenge(who.address)).challengeToSign };
}

/** Fails unless the chain does not open this socket, and the reason is the challenge. */
async function assertRefused(client: Client, json: string): Promise<void> {
  client.send(signedChallenge(json));
  const { code, reason } = await client.closed();
  assert.deepEqual([code, reason], [1008, WRONG]);
}

async function assertWelcome(client: Client, who: Identity, json: string): Promise<void> {
  client.send(signedChallenge(json));
  assert.equal((await client.next("welcome")).peerId, who.address);
}

describe("challenges", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  it(`are well-formed and different, ${MANY} of them, in which every bit is a matter of chance`, async () => {
    const { address } = await Identity.create();
    const challenges: string[] = [];
    const ask = async () => {
      while (challenges.length < MANY) {
        const at = challenges.push("") - 1;
        const socket = await RawSocket.open(realm.host);
        challenges[at] = await socket.challenge(address);
        socket.cut();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    for (const challenge of challenges) assert.match(challenge, /^dcl-[0-9a-f]{32}$/);
    assert.equal(new Set(challenges).size, MANY);
    const numbers = challenges.map((challenge) => BigInt(`0x${challenge.slice("dcl-".length)}`));
    for (let bit = 0n; bit < BITS; bit += 1n) {
      const ones = numbers.filter((number) => (number >> bit) & 1n).length;
      assert.ok(ones > RARELY && ones < MANY - RARELY, `bit ${bit} is set in ${ones} of ${MANY}`);
    }
  });

  it("open no other socket, of whomever", async () => {
    const who = await Identity.create();
    const other = await Identity.create();
    const first = await challenged(realm, who);
    for (const owner of [who, other]) {
      const second = await challenged(realm, owner);
      await assertRefused(second.client, who.sign(first.challenge));
    }
    await assertWelcome(first.client, who, who.sign(first.challenge));
  });

  it("open a socket once, also for their owner", async () => {
    const who = await Identity.create();
    const first = await challenged(realm, who);
    const used = who.sign(first.challenge);
    await assertWelcome(first.client, who, used);
    const thief = await challenged(realm, who);
    await assertRefused(thief.client, used);
    await first.client.quiet(SETTLED_MS);
    await first.client.leave();
    const again = await challenged(realm, who);
    await assertRefused(again.client, used);
  });

  it("cannot be answered a second time on the same socket", async () => {
    const who = await Identity.create();
    const { client, challenge } = await challenged(realm, who);
    client.send(signedChallenge(who.sign(challenge)));
    client.send(signedChallenge(who.sign(challenge)));
    assert.equal((await client.end()).code, 1002);
    const { client: next, challenge: another } = await challenged(realm, who);
    await assertWelcome(next, who, who.sign(another));
  });

  it("are gone when the answer was wrong, however good the next one is", async () => {
    const who = await Identity.create();
    const socket = await RawSocket.open(realm.host);
    socket.deaf = true;
    const challenge = await socket.challenge(who.address);
    socket.send(signedChallenge("[]"));
    socket.send(signedChallenge(who.sign(challenge)));
    assert.equal((await socket.closed()).code, 1008);
    socket.send(signedChallenge(who.sign(challenge)));
    await sleep(SETTLED_MS);
    assert.deepEqual(socket.messages, []);
    const { client } = await challenged(realm, who);
    await assertRefused(client, who.sign(challenge));
  });

  it("of a room open nothing but that room, and those of sessions no room", async () => {
    const at = freshGround();
    const traveller = await Traveller.start(realm, at(0, 0));
    const { identity, visit } = traveller;
    const room = await realm.openRoom(visit.island.connStr);
    const { challengeToSign } = await room.challenge(identity.address);
    const { client, challenge } = await challenged(realm, identity);
    room.send(signedForRoom(identity.sign(challenge)));
    assert.equal((await room.closed()).code, 1008);
    await assertRefused(client, identity.sign(challengeToSign));
    assert.equal(traveller.client.closeInfo, undefined);
  });
});

describe("a challenge of elsewhere", () => {
  let here: Realm;
  let there: Realm;
  before(async () => {
    here = await Realm.start();
    there = await Realm.start();
  });
  after(async () => {
    await here.stop();
    await there.stop();
  });

  it("opens nothing here", async () => {
    const who = await Identity.create();
    const foreign = await challenged(there, who);
    const own = await challenged(here, who);
    await assertRefused(own.client, who.sign(foreign.challenge));
    await assertWelcome(foreign.client, who, who.sign(foreign.challenge));
  });
});

describe("an old challenge", { concurrency: true }, () => {
  const TIMEOUT_MS = 5_000;
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ HANDSHAKE_TIMEOUT: String(TIMEOUT_MS) });
  });
  after(() => realm.stop());

  it("opens nothing when its stage is over, neither its own socket nor another", async () => {
    const who = await Identity.create();
    const socket = await RawSocket.open(realm.host);
    socket.deaf = true;
    const challenge = await socket.challenge(who.address);
    assert.deepEqual(await socket.closed(TIMEOUT_MS + PATIENCE_MS), { code: 1008, reason: "Handshake timeout" });
    socket.send(signedChallenge(who.sign(challenge)));
    await sleep(SETTLED_MS);
    assert.deepEqual(socket.messages, []);
    const { client } = await challenged(realm, who);
    await assertRefused(client, who.sign(challenge));
  });

  it("opens nothing after a crash", async () => {
    const lasting = await LastingRealm.start();
    try {
      const who = await Identity.create();
      const { challenge } = await challenged(lasting.realm, who);
      await lasting.crash();
      const { client, challenge: newer } = await challenged(lasting.realm, who);
      assert.notEqual(newer, challenge);
      await assertRefused(client, who.sign(challenge));
      const { client: next, challenge: newest } = await challenged(lasting.realm, who);
      await assertWelcome(next, who, who.sign(newest));
    } finally {
      await lasting.end();
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { altered, present, relayed } from "./support/chains.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { Identity } from "./support/identity.ts";
import { challengeRequest, heartbeat, signedChallenge } from "./support/packets.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";

const KIB = 1024;
const HANDSHAKE_FRAME_MAX = 16 * KIB;
const LIVE_FRAME_MAX = KIB;
const JSON_MAX = 8 * KIB;
const LINKS_MAX = 8;
const MESSAGES_PER_SECOND = 20;
const BURST = 200;
const WISH_MAX = 64;
const TOO_FAST = "closes_total:too_fast";
const TOO_MANY = { code: 1008, reason: "Too many messages: at most 20 a second" };

/** For a bucket to be full again after a handshake. */
const REFILL_MS = 1_500;

/** A chain that is good, in JSON of this length. */
function chainOf(bytes: number, who: Identity, challenge: string): string {
  const bare = JSON.stringify(altered(who, challenge, 1, { note: "" }));
  return JSON.stringify(altered(who, challenge, 1, { note: "x".repeat(bytes - bare.length) }));
}

/** A good heartbeat of this length: its wish is far too long. */
function heartbeatOf(bytes: number, at: readonly [number, number, number]): Uint8Array {
  // What comes before a wish of 128 bytes or more has as many bytes, however long it is.
  const rest = heartbeat(at, "x".repeat(500)).length - 500;
  return heartbeat(at, "x".repeat(bytes - rest));
}

describe("limits of what is said", { concurrency: 4 }, () => {
  let realm: Realm;
  before(async () => {
    // Counts come with a connector's reports, so with what anybody says there.
    realm = await Realm.start({ CONNECTOR_SHARDS: "1" });
  });
  after(() => realm.stop());

  it(`let frames be ${HANDSHAKE_FRAME_MAX} bytes long in the handshake`, async () => {
    for (const [bytes, wanted] of [
      [HANDSHAKE_FRAME_MAX, 1008],
      [HANDSHAKE_FRAME_MAX + 1, 1009],
    ] as const) {
      const who = await Identity.create();
      const client = await realm.connect();
      const { challengeToSign } = await client.challenge(who.address);
      const bare = signedChallenge(chainOf(10_000, who, challengeToSign)).length - 10_000;
      client.send(signedChallenge(chainOf(bytes - bare, who, challengeToSign)));
      const { code, reason } = await client.closed();
      assert.equal(code, wanted, reason);
      assert.match(reason, code === 1009 ? new RegExp(`${bytes} bytes.*${HANDSHAKE_FRAME_MAX}`) : /too many/);
      const early = await realm.connect();
      early.send(new Uint8Array(bytes));
      assert.equal((await early.closed()).code, code === 1009 ? 1009 : 1007);
    }
  });

  it(`let frames be ${LIVE_FRAME_MAX} bytes long in a session`, async () => {
    const at = freshGround();
    const { client } = await realm.login();
    const longest = heartbeatOf(LIVE_FRAME_MAX, at(0, 0));
    assert.equal(longest.length, LIVE_FRAME_MAX);
    client.send(longest);
    await client.next("islandChanged");
    client.send(heartbeatOf(LIVE_FRAME_MAX + 1, at(0, 0)));
    const { code, reason } = await client.closed();
    assert.equal(code, 1009);
    assert.match(reason, new RegExp(`${LIVE_FRAME_MAX + 1} bytes.*${LIVE_FRAME_MAX}`));
  });

  it("end whoever sends a frame of megabytes, and nobody else", async () => {
    const { client } = await realm.player(freshGround()(0, 0));
    for (const megabytes of [1, 8, 40]) {
      const socket = await RawSocket.open(realm.host);
      socket.send(new Uint8Array(megabytes * KIB * KIB));
      const { code } = await socket.closed();
      assert.ok([1006, 1009].includes(code), `closed with ${code}`);
    }
    await client.quiet(0);
  });

  it(`let chains be ${JSON_MAX} bytes of JSON`, async () => {
    const longest = await present(realm, (who, challenge) => chainOf(JSON_MAX, who, challenge));
    assert.equal((await longest.client.next("welcome")).peerId, longest.identity.address);
    const { client } = await present(realm, (who, challenge) => chainOf(JSON_MAX + 1, who, challenge));
    const { code, reason } = await client.closed();
    assert.deepEqual([code, reason], [1008, `auth chain: ${JSON_MAX + 1} bytes are too many`]);
  });

  it(`let chains have ${LINKS_MAX} links`, async () => {
    const longest = await present(realm, (who, challenge) => relayed(who, LINKS_MAX - 2, challenge));
    assert.equal((await longest.client.next("welcome")).peerId, longest.identity.address);
    const { client } = await present(realm, (who, challenge) => relayed(who, LINKS_MAX - 1, challenge));
    const { code, reason } = await client.closed();
    assert.deepEqual([code, reason], [1008, `auth chain: ${LINKS_MAX + 1} links are too many`]);
    const crowd = await present(realm, () => `[${"{},".repeat(2_000)}{}]`);
    assert.deepEqual((await crowd.client.closed()).reason, "auth chain: 2001 links are too many");
  });

  it(`let clients send ${BURST} messages at once, if they have been silent, and no more`, async () => {
    const at = freshGround();
    const { client } = await realm.player(at(0, 0));
    await sleep(REFILL_MS);
    for (let index = 0; index < BURST; index += 1) client.heartbeat(at(index / 10, 0));
    await client.quiet(SETTLED_MS);
    for (let index = 0; index < BURST; index += 1) client.heartbeat(at(0, 0));
    const { code, reason } = await client.closed();
    assert.deepEqual({ code, reason }, TOO_MANY);
  });

  it(`let clients send ${MESSAGES_PER_SECOND} messages a second, for as long as they like`, async () => {
    const at = freshGround();
    const { client, address } = await realm.player(at(0, 0));
    await sleep(REFILL_MS);
    for (let index = 0; index < BURST; index += 1) client.heartbeat(at(0, 0));
    // From now on there is nothing to be saved up but what this pause brings, for a network that is not even.
    await sleep(REFILL_MS);
    const sinceMs = performance.now();
    let sent = 0;
    for (let passedMs = 0; passedMs < 6_000; passedMs = performance.now() - sinceMs) {
      for (; sent < (passedMs * MESSAGES_PER_SECOND) / 1_000; sent += 1) client.heartbeat(at(sent / 10, 0));
      await sleep(10);
    }
    assert.ok(sent > 5 * MESSAGES_PER_SECOND, `only ${sent} were sent`);
    await client.quiet(SETTLED_MS);
    await eventually(PATIENCE_MS, async () => {
      const { peer } = await realm.get<{ peer: { position: [number] } }>(`/peers/${address}`);
      assert.ok(Math.abs(peer.position[0] - at((sent - 1) / 10, 0)[0]) < 0.1, "it is not where it last said");
    });
  });

  it("count messages that say nothing, and those before the handshake", async () => {
    const before = await counters(realm);
    const { client } = await realm.login();
    const nowhere = heartbeat([Number.NaN, 0, 0]);
    for (let index = 0; index < 2 * BURST; index += 1) client.send(nowhere);
    const { code, reason } = await client.closed();
    assert.deepEqual({ code, reason }, TOO_MANY);
    await eventually(PATIENCE_MS, async () => {
      const { [TOO_FAST]: now = 0 } = await counters(realm);
      assert.ok(now > (before[TOO_FAST] ?? 0));
    });

    const eager = await RawSocket.open(realm.host);
    const { address } = await Identity.create();
    for (let index = 0; index < 2 * BURST; index += 1) eager.send(challengeRequest(address));
    const close = await eager.closed();
    assert.ok([1002, 1008].includes(close.code), `closed with ${close.code}`);
    assert.ok(eager.messages.length <= 1, `${eager.messages.length} answers`);
  });

  it("pass over the wishes for rooms that are too long, but not where the player is", async () => {
    const at = freshGround();
    const before = await counters(realm);
    const longest = await realm.login();
    await longest.client.arrive(at(0, 0), "x".repeat(WISH_MAX));
    // Letters of two bytes each.
    for (const wish of ["x".repeat(WISH_MAX + 1), "é".repeat(WISH_MAX / 2 + 1)]) {
      const { client, address } = await realm.login();
      const { peers } = await client.arrive(at(0, 0), wish);
      assert.ok(address in peers);
    }
    await assertCounted(realm, before, { wishes_refused_total: 3 });
    await longest.client.leave();
  });

  it("heed the position that comes with a wish that is too long", async () => {
    const at = freshGround();
    const far = await realm.player(at(2_000, 0));
    const { client, address } = await realm.player(at(0, 0));
    client.heartbeat(at(2_000, 0), "x".repeat(WISH_MAX + 1));
    const changed = await client.next("islandChanged");
    assert.equal(changed.islandId, far.island);
    assert.ok(address in changed.peers);
  });
});

describe("heartbeats that are forwarded", () => {
  const SECONDS = 5;
  const PER_SECOND = 4;
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ ARCHIPELAGO_FLUSH_FREQUENCY: "0.05" });
  });
  after(() => realm.stop());

  it(`are ${PER_SECOND} a second, however many are sent, and the newest is among them`, async () => {
    const at = freshGround();
    const { client } = await realm.player(at(0, 0));
    const viewer = await realm.watch();
    await viewer.next();
    const seen = new Set<number>();
    let watching = true;
    const watched = (async () => {
      while (watching) for (const { peers } of (await viewer.next()).islands) seen.add(peers[0] ?? Number.NaN);
    })();
    const sinceMs = performance.now();
    let sent = 0;
    while (performance.now() - sinceMs < SECONDS * 1_000) {
      sent += 1;
      client.heartbeat(at(sent / 10, 0));
      await sleep(1_000 / MESSAGES_PER_SECOND);
    }
    const [last] = at(sent / 10, 0);
    await eventually(PATIENCE_MS, () =>
      assert.ok(
        [...seen].some((x) => Math.abs(x - last) < 0.06),
        "the last is missing",
      ),
    );
    const tookS = (performance.now() - sinceMs) / 1_000;
    watching = false;
    await watched;
    // Where it was at the beginning counts too.
    assert.ok(seen.size <= PER_SECOND * tookS + 2, `${seen.size} in ${tookS} s`);
    assert.ok(seen.size >= (PER_SECOND * SECONDS) / 2, `${seen.size} in ${tookS} s`);
    assert.ok(sent > 2 * PER_SECOND * SECONDS, `only ${sent} were sent`);
  });
});

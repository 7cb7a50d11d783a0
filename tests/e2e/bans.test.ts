import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { counters } from "./support/counters.ts";
import { Gatekeeper } from "./support/gatekeeper.ts";
import { createKeys, Identity } from "./support/identity.ts";
import { assertUserCount } from "./support/memory.ts";
import { KickedReason, signedChallenge } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { rowCount } from "./support/storage.ts";
import { eventually } from "./support/wait.ts";
import {
  type Answer,
  body,
  drip,
  hangUp,
  huge,
  json,
  late,
  redirect,
  silence,
  WebServer,
} from "./support/web-server.ts";

/** No sweep while these tests run. */
const NEVER_MS = 3_600_000;

const MEGABYTE = 1_000_000;

const FAILED = "upstream_calls_total:bans:failed";

const BANNED = { data: { isBanned: true } };

/** The handshake up to the answer to it. */
async function prove(realm: Realm, identity: Identity): Promise<Client> {
  const client = await realm.connect();
  const { challengeToSign } = await client.challenge(identity.wallet.address);
  client.send(signedChallenge(identity.sign(challengeToSign)));
  return client;
}

async function assertBanned(client: Client): Promise<void> {
  const { reason: kicked } = await client.next("kicked");
  assert.equal(kicked, KickedReason.KR_NEW_SESSION);
  const { code, reason } = await client.closed();
  assert.deepEqual([code, reason], [1008, "Banned"]);
}

async function isConnected(realm: Realm, address: string): Promise<boolean> {
  return (await (await realm.connect()).challenge(address)).alreadyConnected;
}

describe("a login where there are bans", () => {
  let gatekeeper: Gatekeeper;
  let realm: Realm;
  before(async () => {
    gatekeeper = await Gatekeeper.start();
    realm = await Realm.start({
      COMMS_GATEKEEPER_URL: `${gatekeeper.url}/`,
      BAN_SWEEP_INTERVAL_MS: String(NEVER_MS),
      CONNECTOR_SHARDS: "1",
    });
  });
  after(async () => {
    await realm?.stop();
    await gatekeeper?.stop();
  });

  it("of somebody who is banned ends before the realm hears of it", async () => {
    const identity = await Identity.create();
    gatekeeper.ban(identity.address);
    await assertBanned(await prove(realm, identity));
    assert.equal(gatekeeper.count(identity.address), 1);
    assert.equal(await isConnected(realm, identity.address), false);
    assert.deepEqual(await realm.peers(), []);
    await assertUserCount(realm, 0);
    assert.equal(rowCount(realm.storage, "sessions"), 0);
  });

  it("of somebody who is not goes on, after one question", async () => {
    const { address, client } = await realm.player(freshGround()(0, 0));
    assert.equal(gatekeeper.count(address), 1);
    await client.leave();
  });

  it("waits for the answer, unknown to the realm", async () => {
    const identity = await Identity.create();
    const held = gatekeeper.hold(identity.address);
    const client = await prove(realm, identity);
    await held.arrival();
    assert.equal(await isConnected(realm, identity.address), false);
    assert.deepEqual(client.unread(), []);
    held.answer(false);
    assert.equal((await client.next("welcome")).peerId, identity.address);
    await client.leave();
  });

  it("costs no question before the chain holds", async () => {
    const identity = await Identity.create();
    const { length } = gatekeeper.server.asked;
    const client = await realm.connect();
    await client.challenge(identity.wallet.address);
    client.send(signedChallenge(identity.sign("dcl-another")));
    assert.equal((await client.closed()).code, 1008);
    assert.equal(gatekeeper.server.asked.length, length);
  });

  it("asks about the signer, not about the address in the first packet", async () => {
    const identity = await Identity.create();
    const other = createKeys().address.toLowerCase();
    gatekeeper.ban(other);
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(other);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    await client.next("welcome");
    assert.deepEqual([gatekeeper.count(other), gatekeeper.count(identity.address)], [0, 1]);
    await client.leave();
  });

  for (const how of ["leave", "cut"] as const) {
    it(`takes nothing from the address's session when it ends (${how}) before the answer`, async () => {
      const at = freshGround();
      const { client: session, identity, island } = await realm.player(at(0, 0));
      const held = gatekeeper.hold(identity.address);
      const impatient = await prove(realm, identity);
      await held.arrival();
      await impatient[how]();
      await impatient.ended;
      held.answer(false);
      await session.quiet(SETTLED_MS);
      assert.equal(await isConnected(realm, identity.address), true);
      session.heartbeat(at(500, 0));
      await session.quiet(SETTLED_MS);
      assert.ok((await realm.peers()).some(({ address }) => address === identity.address));
      const { peers } = await realm.get<{ peers: { address: string }[] }>(`/islands/${island}`);
      assert.deepEqual(
        peers.map(({ address }) => address),
        [identity.address],
      );
      await session.leave();
    });
  }

  it("leaves nothing behind when it ends before the answer", async () => {
    await eventually(PATIENCE_MS, () => assert.equal(rowCount(realm.storage, "sessions"), 0));
    const identity = await Identity.create();
    const held = gatekeeper.hold(identity.address);
    const client = await prove(realm, identity);
    await held.arrival();
    client.cut();
    await client.ended;
    held.answer(false);
    assert.equal(await isConnected(realm, identity.address), false);
    await assertUserCount(realm, 0);
    assert.equal(rowCount(realm.storage, "sessions"), 0);
  });

  it("that is still being checked ends with all others of the address that turns out to be banned", async () => {
    const at = freshGround();
    const neighbour = await realm.player(at(5, 0));
    const { client: live, identity } = await realm.player(at(0, 0));
    await live.quiet(0);
    const held = gatekeeper.hold(identity.address);
    const early = await prove(realm, identity);
    await held.arrival();
    gatekeeper.ban(identity.address);
    const late = await prove(realm, identity);
    for (const client of [late, early, live]) await assertBanned(client);
    held.answer(false);
    await neighbour.client.quiet(SETTLED_MS);
    assert.equal(await isConnected(realm, identity.address), false);
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map(({ address }) => address);
      assert.deepEqual(known, [neighbour.address]);
    });
  });

  it("succeeds again when the ban has ended", async () => {
    const identity = await Identity.create();
    gatekeeper.ban(identity.address);
    await assertBanned(await prove(realm, identity));
    gatekeeper.pardon(identity.address);
    await realm.login(identity);
  });
});

/** What keeps the realm from learning that somebody is banned. */
const OUTAGES: Record<string, Answer> = {
  "answers 500": json(BANNED, 500),
  "answers 404": json(BANNED, 404),
  "answers 206": json(BANNED, 206),
  "answers a page": body("<!doctype html><title>Sorry</title>", 200, "text/html"),
  "answers nothing": body(""),
  "answers JSON that breaks off": body(`{"data":{"isBanned":true`),
  "answers null": json(null),
  "answers without data": json({ isBanned: true }),
  "answers with empty data": json({ data: {} }),
  "answers with a list": json([BANNED]),
  "answers with text for a boolean": json({ data: { isBanned: "true" } }),
  "answers with a number for a boolean": json({ data: { isBanned: 1 } }),
  "answers more than anybody should read": huge(BANNED, 20 * MEGABYTE),
  "hangs up": hangUp,
  "says nothing": silence,
  "never comes to the end": drip,
  "answers after three seconds": late(3_000, json(BANNED)),
};

describe("a service of bans that", () => {
  let gatekeeper: Gatekeeper;
  let realm: Realm;
  before(async () => {
    gatekeeper = await Gatekeeper.start();
    realm = await Realm.start({ COMMS_GATEKEEPER_URL: gatekeeper.url, BAN_SWEEP_INTERVAL_MS: "300" });
  });
  afterEach(() => gatekeeper.fail());
  after(async () => {
    await realm?.stop();
    await gatekeeper?.stop();
  });

  /** A player comes in, in spite of all, and is still there after it was asked about once more; that is counted. */
  async function assertLetIn(): Promise<void> {
    const { [FAILED]: before = 0 } = await counters(realm);
    const player = await realm.player(freshGround()(0, 0));
    const { length } = gatekeeper.server.asked;
    await eventually(PATIENCE_MS, () => assert.ok(gatekeeper.server.asked.length > length, "there is no sweep"));
    await player.client.quiet(SETTLED_MS);
    await player.client.leave();
    await eventually(PATIENCE_MS, async () => {
      const { [FAILED]: now = 0 } = await counters(realm);
      assert.ok(now > before, `${FAILED} is still ${now}`);
    });
  }

  for (const [name, answer] of Object.entries(OUTAGES)) {
    it(`${name} keeps nobody out`, async () => {
      gatekeeper.fail(answer);
      await assertLetIn();
    });
  }

  for (const status of [301, 302, 307, 308]) {
    it(`sends the realm elsewhere by ${status} keeps nobody out`, async () => {
      const elsewhere = await WebServer.start(json(BANNED));
      try {
        gatekeeper.fail(redirect(elsewhere.url, status));
        await assertLetIn();
        assert.deepEqual(elsewhere.asked, []);
      } finally {
        await elsewhere.stop();
      }
    });
  }

  it("is away keeps nobody out, and does when it is back", async () => {
    await gatekeeper.server.stop();
    const { client, address } = await realm.player(freshGround()(0, 0));
    gatekeeper.ban(address);
    await client.quiet(SETTLED_MS);
    await gatekeeper.server.restart();
    await assertBanned(client);
  });

  it("answers more than it is asked is understood all the same", async () => {
    const { client } = await realm.player(freshGround()(0, 0));
    gatekeeper.fail(json({ ok: true, data: { isBanned: true, ban: { reason: "spam", until: null } } }));
    await assertBanned(client);
  });
});

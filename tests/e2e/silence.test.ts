import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { signedChallenge } from "./support/packets.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";

const TIMEOUT_MS = 5_000;
/** Less than the timeout, on a busy machine too; two of them are more. */
const PAUSE_MS = 3_000;

async function assertClosedInTime(client: Client, sinceMs: number) {
  const { code, reason, atMs } = await client.closed();
  assert.equal(code, 1008);
  assert.notEqual(reason, "");
  const tookMs = atMs - sinceMs;
  assert.ok(tookMs > TIMEOUT_MS - 100, `too early: ${tookMs} ms`);
}

describe("silence during the handshake", { concurrency: true }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ HANDSHAKE_TIMEOUT: String(TIMEOUT_MS) });
  });
  after(() => realm.stop());

  it("closes a client that never asks for a challenge", async () => {
    const sinceMs = performance.now();
    await assertClosedInTime(await realm.connect(), sinceMs);
  });

  it("closes a client that does not sign its challenge", async () => {
    const client = await realm.connect();
    const sinceMs = performance.now();
    await client.challenge((await Identity.create()).address);
    await assertClosedInTime(client, sinceMs);
  });

  it("gives each stage its own time, and a session all the time it wants", async () => {
    const identity = await Identity.create();
    const client = await realm.connect();
    await sleep(PAUSE_MS);
    const { challengeToSign } = await client.challenge(identity.address);
    await sleep(PAUSE_MS);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    assert.equal((await client.next("welcome")).peerId, identity.address);
    await client.quiet(TIMEOUT_MS + PAUSE_MS);
  });
});

describe("silence in a session", { concurrency: true }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ IDLE_TIMEOUT: String(TIMEOUT_MS) });
  });
  after(() => realm.stop());

  it("closes a player who falls silent, and the stats forget it", async () => {
    const at = freshGround();
    const { client, address } = await realm.player(at(0, 0));
    const sinceMs = performance.now();
    client.heartbeat(at(0, 0));
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map((peer) => peer.address);
      assert.ok(known.includes(address), "not in the stats while connected");
    });
    await assertClosedInTime(client, sinceMs);
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map((peer) => peer.address);
      assert.ok(!known.includes(address), "still in the stats");
    });
  });

  it("closes a player who never sends a heartbeat", async () => {
    const sinceMs = performance.now();
    const { client } = await realm.login();
    await assertClosedInTime(client, sinceMs);
  });

  it("keeps a player who sends now and then, and its island", async () => {
    const at = freshGround();
    const { client, address, island } = await realm.player(at(0, 0));
    for (let beats = 0; beats < 3; beats += 1) {
      await client.quiet(PAUSE_MS);
      client.heartbeat(at(0, 0));
    }
    const { islands } = await realm.get<{
      islands: { id: string; peers: { id: string }[] }[];
    }>("/islands");
    const mine = islands.find(({ id }) => id === island);
    assert.deepEqual(
      mine?.peers.map((peer) => peer.id),
      [address],
    );
  });
});

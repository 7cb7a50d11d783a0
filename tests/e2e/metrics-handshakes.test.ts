import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { Gatekeeper } from "./support/gatekeeper.ts";
import { createKeys, Identity } from "./support/identity.ts";
import { challengeRequest, signedChallenge } from "./support/packets.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { json, WebServer } from "./support/web-server.ts";

const HANDSHAKE_MS = 2_000;
const IDLE_MS = 4_000;

/** Nobody is logged in while these are counted, unless a test says so. */
describe("/metrics, of clients", () => {
  let gatekeeper: Gatekeeper;
  let list: WebServer;
  let realm: Realm;
  let start: Record<string, number>;
  const denied = createKeys().address;
  before(async () => {
    gatekeeper = await Gatekeeper.start();
    list = await WebServer.start(json({ users: [{ wallet: denied }] }));
    realm = await Realm.start({
      COMMS_GATEKEEPER_URL: gatekeeper.url,
      BAN_SWEEP_INTERVAL_MS: "500",
      DENY_LIST_URL: list.url,
      HANDSHAKE_TIMEOUT: String(HANDSHAKE_MS),
      IDLE_TIMEOUT: String(IDLE_MS),
      CONNECTOR_SHARDS: "1",
    });
  });
  after(async () => {
    await realm?.stop();
    await gatekeeper?.stop();
    await list?.stop();
  });

  /** What a client does that gets no further; it leaves behind no session of any stage. */
  async function refused(act: (client: Client) => Promise<unknown>, growth: Record<string, number>): Promise<void> {
    start = await counters(realm);
    const client = await realm.connect();
    await act(client);
    await client.closed();
    await assertCounted(realm, start, {
      ...growth,
      "handshakes_total:welcomed": 0,
      "sessions:awaiting_request": 0,
      "sessions:awaiting_signature": 0,
      "sessions:vetting": 0,
    });
  }

  it("that send what is no message", () =>
    refused(async (client) => client.send("text"), {
      "handshakes_total:bad_message": 1,
      "closes_total:undecodable": 1,
    }));

  it("that send another message than is expected", () =>
    refused(async (client) => client.heartbeat([1, 2, 3]), {
      "handshakes_total:bad_message": 1,
      "closes_total:unexpected": 1,
    }));

  it("that have no address", () =>
    refused(async (client) => client.send(challengeRequest("0x1")), {
      "handshakes_total:bad_message": 1,
      "closes_total:invalid_address": 1,
    }));

  it("whose chain proves nothing", () =>
    refused(
      async (client) => {
        const identity = await Identity.create();
        await client.challenge(identity.address);
        client.send(signedChallenge(identity.sign("dcl-another")));
      },
      { "handshakes_total:bad_chain": 1, "closes_total:bad_chain": 1 },
    ));

  it("that are on the deny list", () =>
    refused(async (client) => client.send(challengeRequest(denied)), {
      "handshakes_total:denied": 1,
      "closes_total:denied": 1,
      "upstream_calls_total:deny_list:failed": 0,
    }));

  it("that are banned when they come", () =>
    refused(
      async (client) => {
        const identity = await Identity.create();
        gatekeeper.ban(identity.address);
        const { challengeToSign } = await client.challenge(identity.address);
        client.send(signedChallenge(identity.sign(challengeToSign)));
        await client.next("kicked");
      },
      {
        "handshakes_total:banned": 1,
        "closes_total:banned": 1,
        "kicks_total:banned": 1,
        "upstream_calls_total:bans:answered": 1,
        "upstream_calls_total:bans:failed": 0,
      },
    ));

  it("that take too long", () =>
    refused(async (client) => client.challenge((await Identity.create()).address), {
      "handshakes_total:timed_out": 1,
      "closes_total:handshake_timeout": 1,
    }));

  it("that leave", async () => {
    start = await counters(realm);
    await (await realm.connect()).leave();
    await assertCounted(realm, start, {
      "handshakes_total:disconnected": 1,
      "closes_total:client": 1,
      "sessions:awaiting_request": 0,
    });
  });

  it("in the stages in which they are", async () => {
    start = await counters(realm);
    // Its own reports show the others in time.
    const witness = await realm.player(freshGround()(0, 0));
    const identity = await Identity.create();
    const held = gatekeeper.hold(identity.address);
    const [fresh, challenged, vetted] = [await realm.connect(), await realm.connect(), await realm.connect()];
    await challenged.challenge((await Identity.create()).address);
    const { challengeToSign } = await vetted.challenge(identity.address);
    vetted.send(signedChallenge(identity.sign(challengeToSign)));
    await held.arrival();
    witness.client.heartbeat(freshGround()(0, 0));
    await assertCounted(realm, start, {
      "sessions:awaiting_request": 1,
      "sessions:awaiting_signature": 1,
      "sessions:vetting": 1,
      "sessions:live": 1,
    });
    held.answer(false);
    await vetted.next("welcome");
    for (const client of [fresh, challenged, vetted, witness.client]) await client.leave();
    await assertCounted(realm, start, {
      "sessions:awaiting_request": 0,
      "sessions:awaiting_signature": 0,
      "sessions:vetting": 0,
      "sessions:live": 0,
      "handshakes_total:welcomed": 2,
      "handshakes_total:disconnected": 2,
      "closes_total:client": 4,
    });
  });

  it("that come again, are banned later, or fall silent", async () => {
    start = await counters(realm);
    const at = freshGround();
    const older = await realm.player(at(0, 0));
    const newer = await realm.login(older.identity);
    await older.client.next("kicked");
    await older.client.closed();
    await assertCounted(realm, start, { "kicks_total:new_session": 1, "closes_total:new_session": 1 });
    gatekeeper.ban(newer.address);
    await newer.client.next("kicked");
    await newer.client.closed();
    const silent = await realm.login();
    assert.equal((await silent.client.closed()).reason, "Idle timeout");
    await assertCounted(realm, start, {
      "kicks_total:new_session": 1,
      "kicks_total:banned": 1,
      "closes_total:banned": 1,
      "closes_total:idle_timeout": 1,
      "handshakes_total:banned": 0,
      "handshakes_total:timed_out": 0,
      "handshakes_total:welcomed": 3,
    });
  });
});

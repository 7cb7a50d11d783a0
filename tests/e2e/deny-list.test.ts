import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { assertCounted } from "./support/counters.ts";
import { Gatekeeper } from "./support/gatekeeper.ts";
import { createKeys, Identity } from "./support/identity.ts";
import { challengeRequest, signedChallenge } from "./support/packets.ts";
import { Realm } from "./support/realm.ts";
import { sleep } from "./support/wait.ts";
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

const MEGABYTE = 1_000_000;

const FAILED_ONCE = {
  "closes_total:denied": 0,
  "upstream_calls_total:deny_list:answered": 0,
  "upstream_calls_total:deny_list:failed": 1,
};

/** Closed without a word: no packet, and no reason. */
async function assertTurnedAway(client: Client): Promise<void> {
  const { code, reason } = await client.closed();
  assert.deepEqual([code, reason], [1000, ""]);
}

/** A list that names these, in whatever case. */
function denying(...wallets: string[]): Answer {
  return json({ users: wallets.map((wallet) => ({ wallet })) });
}

/** `0X…` is not how an address is written; the digits may be. */
function upperCase(address: string): string {
  return `0x${address.slice(2).toUpperCase()}`;
}

describe("a deny list", () => {
  let server: WebServer;
  let gatekeeper: Gatekeeper;
  let realm: Realm;
  let denied: Identity[];
  before(async () => {
    denied = await Promise.all(Array.from({ length: 4 }, () => Identity.create()));
    const [one, two, three, four] = denied as [Identity, Identity, Identity, Identity];
    const rubbish = [null, 5, "users", [], {}, { wallet: null }, { wallet: 7 }, { wallet: "" }, { wallet: "nobody" }];
    const users = [
      { wallet: one.address },
      ...rubbish,
      { wallet: two.wallet.address, since: "yesterday", wallets: [null] },
      { wallet: `${three.address}00` },
      { wallet: upperCase(three.address) },
      ...Array.from({ length: 2_000 }, () => ({ wallet: createKeys().address })),
      { wallet: four.address },
    ];
    server = await WebServer.start(json({ updated: 1, users }));
    gatekeeper = await Gatekeeper.start();
    realm = await Realm.start({
      DENY_LIST_URL: `${server.url}/deny/list.json?version=2`,
      COMMS_GATEKEEPER_URL: gatekeeper.url,
      CONNECTOR_SHARDS: "2",
    });
  });
  after(async () => {
    await realm?.stop();
    await gatekeeper?.stop();
    await server?.stop();
  });

  it("turns away whoever asks for a challenge for an address on it, however it is written", async () => {
    for (const { address, wallet } of denied) {
      for (const written of [address, wallet.address, upperCase(address)]) {
        const client = await realm.connect();
        client.send(challengeRequest(written));
        await assertTurnedAway(client);
      }
    }
  });

  it("turns away whoever proves to be on it, whatever address was asked for, before anybody else is asked", async () => {
    for (const identity of denied) {
      const client = await realm.connect();
      const { challengeToSign } = await client.challenge(createKeys().address);
      client.send(signedChallenge(identity.sign(challengeToSign)));
      await assertTurnedAway(client);
      assert.equal(gatekeeper.count(identity.address), 0);
    }
    assert.deepEqual(await realm.peers(), []);
  });

  it("says why a chain proves nothing, whoever it is about", async () => {
    const [identity] = denied;
    const client = await realm.connect();
    await client.challenge(createKeys().address);
    client.send(signedChallenge(identity?.sign("dcl-another") ?? ""));
    assert.equal((await client.closed()).code, 1008);
  });

  it("lets everybody else in", async () => {
    await realm.login();
  });

  it("is fetched once by each connector, with the path and query that were configured", async () => {
    await Promise.all(Array.from({ length: 30 }, () => realm.login()));
    await assertCounted(
      realm,
      {},
      {
        "closes_total:denied": 4 * denied.length,
        "upstream_calls_total:deny_list:failed": 0,
      },
    );
    const asked = server.asked.map(({ method, path }) => `${method} ${path}`);
    assert.ok(asked.length <= 2, `${asked}`);
    assert.deepEqual([...new Set(asked)], ["GET /deny/list.json?version=2"]);
  });
});

describe("a deny list that takes its time", () => {
  let server: WebServer;
  let realm: Realm;
  before(async () => {
    server = await WebServer.start(() => {});
    realm = await Realm.start({ DENY_LIST_URL: server.url, CONNECTOR_SHARDS: "1" });
  });
  after(async () => {
    await realm?.stop();
    await server?.stop();
  });

  it("is fetched once, however many wait for it; those who went away meanwhile leave nothing behind", async () => {
    const [denied, ...others] = await Promise.all(Array.from({ length: 51 }, () => Identity.create()));
    const clients = await Promise.all(Array.from({ length: 52 }, () => realm.connect()));
    const [evil, gone, ...good] = clients as [Client, Client, ...Client[]];
    // Not so late that a busy machine makes it too late, and everybody is let in.
    server.answer = late(200, denying(denied?.address ?? ""));
    gone.send(challengeRequest(createKeys().address));
    gone.cut();
    evil.send(challengeRequest(denied?.address ?? ""));
    const welcomed = await Promise.all(others.map((identity, nth) => good[nth]?.handshake(identity)));
    assert.deepEqual(
      welcomed,
      others.map(({ address }) => address),
    );
    await assertTurnedAway(evil);
    assert.deepEqual([server.asked.length, server.busiest], [1, 1]);
  });
});

/** What keeps the realm from learning who is denied. */
const OUTAGES: Record<string, (denied: string) => Answer> = {
  "answers 500": (denied) => json({ users: [{ wallet: denied }] }, 500),
  "answers 404": (denied) => json({ users: [{ wallet: denied }] }, 404),
  "answers a page": () => body("<!doctype html><title>Sorry</title>", 200, "text/html"),
  "answers JSON that breaks off": (denied) => body(`{"users":[{"wallet":"${denied}"}`),
  "answers a bare list": (denied) => json([{ wallet: denied }]),
  "answers users that are no list": (denied) => json({ users: { wallet: denied } }),
  "answers null": () => json(null),
  "answers more than anybody should read": (denied) => huge({ users: [{ wallet: denied }] }, 40 * MEGABYTE),
  "hangs up": () => hangUp,
  "says nothing": () => silence,
  "never comes to the end": () => drip,
  "answers after three seconds": (denied) => late(3_000, denying(denied)),
};

describe("where a deny list", { concurrency: 2 }, () => {
  /** Everybody is let in, and for some minutes nobody asks again. */
  async function assertNobodyDenied(fail: (server: WebServer, denied: string) => Promise<void>): Promise<void> {
    const denied = await Identity.create();
    const server = await WebServer.start(denying(denied.address));
    const realm = await Realm.start({ DENY_LIST_URL: server.url, CONNECTOR_SHARDS: "1" });
    try {
      await fail(server, denied.address);
      const { client } = await realm.login(denied);
      const { length } = server.asked;
      server.answer = denying(denied.address);
      await client.leave();
      await sleep(1_500);
      await realm.login(denied);
      assert.equal(server.asked.length, length);
      await assertCounted(realm, {}, FAILED_ONCE);
    } finally {
      await realm.stop();
      await server.stop();
    }
  }

  for (const [name, answer] of Object.entries(OUTAGES)) {
    it(`${name}, nobody is turned away`, () =>
      assertNobodyDenied(async (server, denied) => {
        server.answer = answer(denied);
      }));
  }

  it("sends the realm elsewhere, nobody is turned away", async () => {
    const elsewhere = await WebServer.start(() => {});
    try {
      await assertNobodyDenied(async (server, denied) => {
        elsewhere.answer = denying(denied);
        server.answer = redirect(elsewhere.url, 302);
      });
      assert.deepEqual(elsewhere.asked, []);
    } finally {
      await elsewhere.stop();
    }
  });

  it("is not to be reached, nobody is turned away", async () => {
    const denied = await Identity.create();
    const server = await WebServer.start(denying(denied.address));
    const realm = await Realm.start({ DENY_LIST_URL: server.url, CONNECTOR_SHARDS: "1" });
    await server.stop();
    try {
      const { client } = await realm.login(denied);
      await client.leave();
      await server.restart();
      await realm.login(denied);
      assert.deepEqual(server.asked, []);
      await assertCounted(realm, {}, FAILED_ONCE);
    } finally {
      await realm.stop();
      await server.stop();
    }
  });
});

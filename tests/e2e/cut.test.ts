import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { Identity } from "./support/identity.ts";
import { challengeRequest, signedChallenge } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS, STATS_MS } from "./support/realm.ts";
import type { About, Islands } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

const TIMES = 20;

/** Goes some way into a session and loses the network there. */
type Cut = (realm: Realm, identity: Identity) => Promise<void>;

const CUTS: Record<string, Cut> = {
  "in the middle of the upgrade": async (realm) => {
    const { hostname, port } = new URL(realm.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    const head = "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n";
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
  },
  "after the upgrade": async (realm) => {
    (await realm.connect()).cut();
  },
  "while the challenge is under way": async (realm, { address }) => {
    const client = await realm.connect();
    client.send(challengeRequest(address));
    client.cut();
  },
  "when challenged": async (realm, { address }) => {
    const client = await realm.connect();
    await client.challenge(address);
    client.cut();
  },
  "while the chain is checked": async (realm, identity) => {
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(identity.address);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    client.cut();
  },
  "shortly after sending the chain": async (realm, identity) => {
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(identity.address);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    await sleep(Math.random() * 20);
    client.cut();
  },
  "after the welcome": async (realm, identity) => {
    (await realm.login(identity)).client.cut();
  },
  "right after the first heartbeat": async (realm, identity) => {
    const { client } = await realm.login(identity);
    client.heartbeat([0, 0, 0]);
    client.cut();
  },
  "shortly after the first heartbeat": async (realm, identity) => {
    const { client } = await realm.login(identity);
    client.heartbeat([0, 0, 0]);
    await sleep(Math.random() * 50);
    client.cut();
  },
  "after the first island": async (realm, identity) => {
    (await realm.player([0, 0, 0], identity)).client.cut();
  },
};

describe("connections that are cut", () => {
  let realm: Realm;
  let witness: Awaited<ReturnType<Realm["player"]>>;
  before(async () => {
    realm = await Realm.start();
    witness = await realm.player(freshGround()(0, 0));
  });
  after(() => realm.stop());

  for (const [moment, cut] of Object.entries(CUTS)) {
    it(`leave no trace when it happens ${moment}, ${TIMES} times`, async () => {
      const identities = await Promise.all(Array.from({ length: TIMES }, () => Identity.create()));
      await Promise.all(identities.map((identity) => cut(realm, identity)));
      await eventually(STATS_MS + SETTLED_MS, async () => {
        const addresses = (await realm.peers()).map(({ address }) => address);
        assert.deepEqual(addresses, [witness.address]);
        const { islands } = await realm.get<Islands>("/islands");
        assert.deepEqual(
          islands.map(({ id }) => id),
          [witness.island],
        );
        const { comms } = await realm.get<About>("/about");
        assert.equal(comms.usersCount, 1);
        for (const path of ["/core-status", "/status"]) {
          const { userCount } = await realm.get<{ userCount: number }>(path);
          assert.equal(userCount, 1, path);
        }
      });
      // Those who were welcomed and never moved are in no list: only a handshake tells.
      await eventually(STATS_MS, async () => {
        for (const { address } of identities.slice(0, 3)) {
          const client = await realm.connect();
          const { alreadyConnected } = await client.challenge(address);
          await client.leave();
          assert.equal(alreadyConnected, false);
        }
      });
      await witness.client.quiet(0);
    });
  }
});

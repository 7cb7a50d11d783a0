import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertUserCount } from "./support/memory.ts";
import { challengeRequest, signedChallenge } from "./support/packets.ts";
import { random } from "./support/random.ts";
import { freshGround, Realm } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { rowCount } from "./support/storage.ts";
import { eventually, sleep } from "./support/wait.ts";

const TIMES = 20;

/** About as long as so many handshakes at the same time take. */
const HANDSHAKE_MS = 100;

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
    const laterMs = random() * 20;
    const client = await realm.connect();
    const { challengeToSign } = await client.challenge(identity.address);
    client.send(signedChallenge(identity.sign(challengeToSign)));
    await sleep(laterMs);
    client.cut();
  },
  "at a random moment of the handshake": async (realm, identity) => {
    const laterMs = random() * HANDSHAKE_MS;
    const client = await realm.connect();
    const handshake = client.handshake(identity).catch(() => "cut off");
    await sleep(laterMs);
    client.cut();
    await handshake;
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
    const laterMs = random() * 50;
    const { client } = await realm.login(identity);
    client.heartbeat([0, 0, 0]);
    await sleep(laterMs);
    client.cut();
  },
  "after the first island": async (realm, identity) => {
    (await realm.player([0, 0, 0], identity)).client.cut();
  },
};

/** Fails unless the witness alone is in all stats and counts soon. */
async function assertAlone(realm: Realm, witness: { address: string; island: string }) {
  await eventually(PATIENCE_MS, async () => {
    const addresses = (await realm.peers()).map(({ address }) => address);
    assert.deepEqual(addresses, [witness.address]);
    const { islands } = await realm.get<Islands>("/islands");
    assert.deepEqual(
      islands.map(({ id }) => id),
      [witness.island],
    );
    await assertUserCount(realm, 1);
  });
}

/** Fails unless these soon have no session any more: those who never moved are in no list, only a handshake tells. */
async function assertNoSessions(realm: Realm, identities: readonly Identity[]) {
  await eventually(PATIENCE_MS, async () => {
    for (const { address } of identities) {
      const client = await realm.connect();
      const { alreadyConnected } = await client.challenge(address);
      await client.leave();
      assert.equal(alreadyConnected, false);
    }
  });
}

function createIdentities(): Promise<Identity[]> {
  return Promise.all(Array.from({ length: TIMES }, () => Identity.create()));
}

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
      const identities = await createIdentities();
      await Promise.all(identities.map((identity) => cut(realm, identity)));
      await assertAlone(realm, witness);
      await assertNoSessions(realm, identities.slice(0, 3));
      await witness.client.quiet(0);
    });
  }
});

describe("handshakes that are cut after the realm was killed", () => {
  const GRACE_S = 8;
  const at = freshGround();
  let lasting: LastingRealm;
  let witness: Awaited<ReturnType<Realm["player"]>>;
  let earlier: Identity[];
  before(async () => {
    lasting = await LastingRealm.start({ RESUME_GRACE: String(GRACE_S) });
    const before = await lasting.realm.player(at(0, 0));
    earlier = await createIdentities();
    await Promise.all(earlier.map((identity, index) => lasting.realm.player(at(1_000 * (index + 1), 0), identity)));
    await lasting.crash();
    witness = await lasting.realm.player(at(0, 0), before.identity);
    assert.equal(witness.island, before.island);
  });
  after(() => lasting.end());

  it(`leave no trace, neither of ${TIMES} strangers nor of ${TIMES} who were there before`, async () => {
    const { realm } = lasting;
    const identities = [...(await createIdentities()), ...earlier];
    const cut = CUTS["at a random moment of the handshake"];
    assert.ok(cut);
    await Promise.all(identities.map((identity) => cut(realm, identity)));
    await assertAlone(realm, witness);
    await assertNoSessions(realm, [...identities.slice(0, 3), ...earlier.slice(0, 3)]);
    // Those who were there before keep their places for the grace.
    await eventually(GRACE_S * 1_000 + PATIENCE_MS, () => {
      assert.equal(rowCount(lasting.storage, "sessions"), 1);
      assert.equal(rowCount(lasting.storage, "islands"), 1);
    });
    await assertAlone(realm, witness);
    await witness.client.quiet(0);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { KickedReason } from "./support/packets.ts";
import { race } from "./support/race.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import type { About, Peer } from "./support/stats.ts";
import { eventually } from "./support/wait.ts";

const RACERS = 10;

/** With many connectors two sessions are hardly ever on the same one, with one always. */
const PLACES = [
  { name: "the same connector", shards: "1", rounds: 3 },
  { name: "another connector", shards: "16", rounds: 6 },
];

async function assertKicked(client: Client) {
  const { reason } = await client.next("kicked");
  assert.equal(reason, KickedReason.KR_NEW_SESSION);
  assert.equal((await client.closed()).code, 1000);
}

for (const { name, shards, rounds } of PLACES) {
  describe(`a second session on ${name}`, { concurrency: true }, () => {
    let realm: Realm;
    before(async () => {
      realm = await Realm.start({ CONNECTOR_SHARDS: shards });
    });
    after(() => realm.stop());

    async function entries(address: string): Promise<Peer[]> {
      return (await realm.peers()).filter((peer) => peer.address === address);
    }

    async function takeOver() {
      const at = freshGround();
      const neighbour = await realm.player(at(0, 0));
      const old = await realm.player(at(10, 0));
      const { address, identity } = old;

      const { client } = await realm.login(identity);
      await assertKicked(old.client);
      await client.quiet(SETTLED_MS);
      assert.equal((await entries(address)).length, 1, "lost with the old one");

      const changed = await client.arrive(at(11, 0));
      assert.equal(changed.islandId, neighbour.island, "lost its island");
      assert.equal(changed.fromIslandId, undefined);
      const known = Object.keys(changed.peers).sort();
      assert.deepEqual(known, [address, neighbour.address].sort());

      await client.quiet(SETTLED_MS);
      client.heartbeat(at(500, 0));
      const away = await client.next("islandChanged");
      assert.equal(away.fromIslandId, neighbour.island);
      await neighbour.client.quiet(0);
      await eventually(PATIENCE_MS, async () => {
        const positions = (await entries(address)).map((peer) => peer.position);
        assert.deepEqual(positions, [[...at(500, 0)]]);
      });
    }

    it(`kicks the first one and takes its place, ${rounds} times`, async () => {
      await Promise.all(Array.from({ length: rounds }, takeOver));
    });

    it("keeps the id of an island that holds nobody else", async () => {
      const at = freshGround();
      const old = await realm.player(at(0, 0));
      const again = await realm.player(at(0, 0), old.identity);
      await assertKicked(old.client);
      assert.equal(again.island, old.island);
      await again.client.quiet(SETTLED_MS);
    });

    it("kicks one that never sent a heartbeat", async () => {
      const at = freshGround();
      const old = await realm.login();
      const { client } = await realm.login(old.identity);
      await assertKicked(old.client);
      const { fromIslandId, peers } = await client.arrive(at(0, 0));
      assert.equal(fromIslandId, undefined);
      assert.deepEqual(Object.keys(peers), [old.address]);
    });

    it("survives the loss of the old connection", async () => {
      const at = freshGround();
      const old = await realm.player(at(0, 0));
      old.client.cut();
      const again = await realm.player(at(0, 0), old.identity);
      await again.client.quiet(SETTLED_MS);
      assert.equal((await entries(old.address)).length, 1);
      again.client.heartbeat(at(1, 0));
      await eventually(PATIENCE_MS, async () => {
        const [peer] = await entries(old.address);
        assert.deepEqual(peer?.position, [...at(1, 0)]);
      });
    });

    it(`lives alone after ${RACERS} of one address have raced`, async () => {
      const at = freshGround();
      const identity = await Identity.create();
      const winner = await race(realm, identity, RACERS);
      const { peers } = await winner.arrive(at(0, 0));
      assert.deepEqual(Object.keys(peers), [identity.address]);
      await eventually(PATIENCE_MS, async () => {
        assert.equal((await entries(identity.address)).length, 1);
        const { comms } = await realm.get<About>("/about");
        assert.equal(comms.usersCount, (await realm.peers()).length);
      });
    });
  });
}

describe("sessions of one address after the realm was killed", () => {
  let lasting: LastingRealm;
  before(async () => {
    lasting = await LastingRealm.start({ CONNECTOR_SHARDS: "16" });
  });
  after(() => lasting.end());

  for (const racers of [2, RACERS]) {
    it(`end in exactly one of ${racers} that race, on the island of before`, async () => {
      const at = freshGround();
      const neighbour = await lasting.realm.player(at(0, 0));
      const { identity, address, island } = await lasting.realm.player(at(10, 0));
      assert.equal(island, neighbour.island);
      const realm = await lasting.crash();
      await realm.player(at(0, 0), neighbour.identity);
      const winner = await race(realm, identity, racers);
      const changed = await winner.arrive(at(10, 0));
      assert.equal(changed.islandId, island);
      assert.equal(changed.fromIslandId, undefined);
      assert.deepEqual(Object.keys(changed.peers).sort(), [address, neighbour.address].sort());
      await winner.quiet(SETTLED_MS);
      await eventually(PATIENCE_MS, async () => {
        const { comms } = await realm.get<About>("/about");
        assert.equal(comms.usersCount, 2);
        const known = (await realm.peers()).map((peer) => peer.address);
        assert.deepEqual(known.sort(), [address, neighbour.address].sort());
      });
      winner.heartbeat(at(500, 0));
      assert.equal((await winner.next("islandChanged")).fromIslandId, island);
    });
  }

  it("take over from each other, each on the island of before", async () => {
    const at = freshGround();
    const { identity, island } = await lasting.realm.player(at(0, 0));
    const realm = await lasting.crash();
    const first = await realm.player(at(0, 0), identity);
    assert.equal(first.island, island);
    const second = await realm.player(at(0, 0), identity);
    assert.equal(second.island, island);
    await assertKicked(first.client);
    await second.client.quiet(SETTLED_MS);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "./support/client.ts";
import { Identity } from "./support/identity.ts";
import { KickedReason, signedChallenge } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import type { About, Peer } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

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
      await eventually(1_000, async () => {
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
      await eventually(1_000, async () => {
        const [peer] = await entries(old.address);
        assert.deepEqual(peer?.position, [...at(1, 0)]);
      });
    });

    it(`lives alone after ${RACERS} of one address have raced`, async () => {
      const at = freshGround();
      const identity = await Identity.create();
      const clients = await Promise.all(Array.from({ length: RACERS }, () => realm.connect()));
      const challenges = await Promise.all(clients.map((client) => client.challenge(identity.address)));
      for (const [index, client] of clients.entries()) {
        const { challengeToSign } = challenges[index] ?? {};
        assert.ok(challengeToSign);
        client.send(signedChallenge(identity.sign(challengeToSign)));
      }
      const living = await eventually(8_000, () => {
        const open = clients.filter((client) => !client.closeInfo);
        assert.equal(open.length, 1);
        return open;
      });
      await sleep(SETTLED_MS);
      const [winner] = living;
      assert.ok(winner);
      assert.equal(winner.closeInfo, undefined, "the last one was closed too");
      assert.equal((await winner.next("welcome")).peerId, identity.address);
      assert.deepEqual(winner.unread(), []);
      for (const client of clients) {
        if (client === winner) continue;
        assert.equal(client.packets.at(-1)?.kind, "kicked");
        assert.equal(client.closeInfo?.code, 1000);
      }
      const { peers } = await winner.arrive(at(0, 0));
      assert.deepEqual(Object.keys(peers), [identity.address]);
      await eventually(1_000, async () => {
        assert.equal((await entries(identity.address)).length, 1);
        const { comms } = await realm.get<About>("/about");
        assert.equal(comms.usersCount, (await realm.peers()).length);
      });
    });
  });
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

describe("full islands", () => {
  it("hold 100 of 101 players in one spot", async () => {
    const realm = await Realm.start();
    try {
      const at = freshGround();
      const identities = await Promise.all(Array.from({ length: 101 }, () => Identity.create()));
      const players = await Promise.all(identities.map((identity) => realm.login(identity)));
      await Promise.all(players.map(({ client }) => client.arrive(at(0, 0))));
      const { islands } = await eventually(PATIENCE_MS, async () => {
        const stats = await realm.get<Islands>("/islands");
        const sizes = stats.islands.map(({ peers }) => peers.length);
        assert.deepEqual(
          sizes.sort((a, b) => a - b),
          [1, 100],
        );
        return stats;
      });

      await sleep(SETTLED_MS);
      const told = new Map(players.map(({ address, client }) => [address, client.islands.at(-1)?.islandId]));
      for (const { id, peers } of islands) {
        for (const { address } of peers) assert.equal(told.get(address), id);
      }
      const largest = Math.max(
        ...players.flatMap(({ client }) => client.islands.map(({ peers }) => Object.keys(peers).length)),
      );
      assert.equal(largest, 100);
    } finally {
      await realm.stop();
    }
  });

  it("give a newcomer the island it would like, if there is room", async () => {
    const realm = await Realm.start({ ARCHIPELAGO_MAX_PEERS_PER_ISLAND: "3" });
    try {
      const at = freshGround();
      const arrive = () => realm.player(at(0, 0));
      const [one, two, three] = [await arrive(), await arrive(), await arrive()];
      assert.equal(three.island, one.island);
      const [four, five] = [await arrive(), await arrive()];
      assert.notEqual(four.island, one.island);
      assert.equal(five.island, four.island);
      // Now one place is free in each: together they have four members, so they do not merge.
      await two.client.leave();
      await one.client.quiet(SETTLED_MS);

      const indifferent = await arrive();
      assert.equal(indifferent.island, one.island, "the elder comes first");
      await indifferent.client.leave();
      await one.client.quiet(SETTLED_MS);

      const choosy = await realm.login();
      const wanted = await choosy.client.arrive(at(0, 0), four.island);
      assert.equal(wanted.islandId, four.island);
      assert.equal(Object.keys(wanted.peers).length, 3);

      const late = await realm.login();
      const full = await late.client.arrive(at(0, 0), four.island);
      assert.equal(full.islandId, one.island, "there was no room");

      const dreamer = await realm.login();
      const none = await dreamer.client.arrive(at(0, 0), "no-such-island");
      assert.deepEqual(Object.keys(none.peers), [dreamer.address]);
      for (const { client } of [one, three, four, five, choosy, late]) {
        await client.quiet(0);
      }
    } finally {
      await realm.stop();
    }
  });
});

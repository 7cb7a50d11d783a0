import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";

/** An object without events for 10 s goes to sleep: its memory is gone, its sockets stay. */
const ASLEEP_MS = 13_000;

/** Long enough for a connector to sleep between the signs of life that it gives every 20 s. */
const IDLE_MS = 24_000;

/** How late a timer may be on a busy machine, and how old the record of when a client was last heard may be. */
const SLACK_MS = 10_000 + 4_000;

describe("a connector that sleeps", { concurrency: true }, () => {
  let realm: Realm;
  let hasty: Realm;
  before(async () => {
    realm = await Realm.start({ CONNECTOR_SHARDS: "1", IDLE_TIMEOUT: String(IDLE_MS) });
    hasty = await Realm.start({ CONNECTOR_SHARDS: "1", IDLE_TIMEOUT: "5000" });
  });
  after(async () => {
    await realm.stop();
    await hasty.stop();
  });

  it("knows its sessions when it wakes, and then closes the silent ones", async () => {
    const at = freshGround();
    const sinceMs = performance.now();
    const silent = await realm.player(at(10, 0));
    // The later of two equal parts of an island is the one that gets a new one.
    const walker = await realm.player(at(0, 0));
    assert.equal(walker.island, silent.island);
    await sleep(ASLEEP_MS);
    walker.client.heartbeat(at(600, 0));
    const changed = await walker.client.next("islandChanged");
    assert.equal(changed.fromIslandId, walker.island);
    assert.deepEqual(Object.keys(changed.peers), [walker.address]);

    const { code } = await silent.client.closed(IDLE_MS + SLACK_MS);
    assert.equal(code, 1008);
    assert.ok(performance.now() - sinceMs > IDLE_MS - 100, "too early");
    await eventually(PATIENCE_MS, async () => {
      walker.client.heartbeat(at(600, 0));
      assert.deepEqual(
        (await realm.peers()).map((peer) => peer.address),
        [walker.address],
      );
    });
  });

  it("does not take up a session that it has closed, even if the client never answers the close", async () => {
    const at = freshGround();
    const deaf = await hasty.player(at(0, 0));
    deaf.client.socket.pause();
    await eventually(PATIENCE_MS, async () => assert.deepEqual(await hasty.peers(), []));
    await sleep(ASLEEP_MS);
    const { address } = await hasty.player(at(0, 0));
    const known = await eventually(PATIENCE_MS, async () => {
      const addresses = (await hasty.peers()).map((peer) => peer.address);
      assert.ok(addresses.includes(address));
      return addresses;
    });
    assert.deepEqual(known, [address]);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import {
  ContentServer,
  Gate,
  middleOf,
  type Parcel,
  plainHotScene,
  plainScene,
  populate,
  RETRY_MS,
} from "./support/content-server.ts";
import { Realm } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";
import { json } from "./support/web-server.ts";

/** How long the hot scenes are good. */
const TTL_MS = 60_000;

const PARCELS: Parcel[] = [
  [0, 0],
  [0, 1],
];

describe("outdated hot scenes", { concurrency: 2 }, () => {
  it("are told until there are newer ones, which are asked for once", async () => {
    const content = await ContentServer.start([plainScene("here", PARCELS)]);
    const realm = await Realm.start({ CONTENT_URL: content.url, IDLE_TIMEOUT: "600000" });
    const told = () => realm.get("/hot-scenes");
    const arrive = (total: number) => populate(realm, [[0, 1]], total);
    const outdated = [plainHotScene("here", PARCELS, 1)];
    const current = [plainHotScene("here", PARCELS, 2)];
    try {
      await arrive(1);
      assert.deepEqual(await told(), outdated);
      await arrive(2);
      assert.deepEqual(await told(), outdated);
      await sleep(TTL_MS);

      // While the content server takes its time.
      const gate = new Gate();
      content.fail(gate.before(json([], 500)));
      for (const answer of await Promise.all(Array.from({ length: 20 }, told))) assert.deepEqual(answer, outdated);
      await eventually(PATIENCE_MS, () => assert.equal(content.asked.length, 2));
      assert.deepEqual(await told(), outdated);

      // When it has failed.
      gate.open();
      await eventually(PATIENCE_MS, () => assert.equal(realm.logged("hot scenes not worked out").length, 1));
      content.fail();
      assert.deepEqual(await told(), outdated);
      assert.equal(content.asked.length, 2);

      await eventually(RETRY_MS + PATIENCE_MS, async () => assert.deepEqual(await told(), current));
      assert.equal(content.asked.length, 3);
    } finally {
      await realm.stop();
      await content.stop();
    }
  });

  it("are told to nobody when all players have left, and nobody is asked", async () => {
    const content = await ContentServer.start([plainScene("here", PARCELS)]);
    const realm = await Realm.start({ CONTENT_URL: content.url, IDLE_TIMEOUT: "600000" });
    const told = () => realm.get("/hot-scenes");
    const scenes = [plainHotScene("here", PARCELS, 1)];
    try {
      const { client } = await realm.player(middleOf([0, 1]));
      await eventually(PATIENCE_MS, async () => assert.deepEqual(await told(), scenes));
      await client.leave();
      await sleep(TTL_MS);
      for (const answer of await Promise.all(Array.from({ length: 20 }, told))) assert.deepEqual(answer, []);
      assert.equal(content.asked.length, 1);

      await populate(realm, [[0, 1]]);
      assert.deepEqual(await told(), scenes);
      assert.equal(content.asked.length, 2);
    } finally {
      await realm.stop();
      await content.stop();
    }
  });
});

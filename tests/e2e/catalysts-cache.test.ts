/** What the catalysts have answered is good for half a minute, and shown as long again while they are asked anew. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Catalyst } from "./support/catalyst.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { send } from "./support/http.ts";
import { Realm } from "./support/realm.ts";
import type { About } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";
import { json } from "./support/web-server.ts";

/** A little more than what the catalysts have answered is good for. */
const OUTDATED_MS = 31_000;

/** A little more than how long it is shown. */
const OLD_MS = 61_000;

/** How long the catalysts are left alone when none was left. */
const RETRY_MS = 5_000;

/** The content server that `/about` names in France, or the status if it names none. */
async function contentOf(realm: Realm): Promise<string | number> {
  const { status, body } = await send(`${realm.url}/about`, { "CF-IPCountry": "FR" });
  return status === 200 ? String((JSON.parse(body) as About).content.publicUrl) : status;
}

function crowd(realm: Realm): Promise<(string | number)[]> {
  return Promise.all(Array.from({ length: 40 }, () => contentOf(realm)));
}

describe("answers of catalysts", { concurrency: 3 }, () => {
  it("are kept, and renewed while everybody still gets the old ones", async () => {
    const { near, far } = await Catalyst.startAll("near", "far");
    const realm = await Realm.start({ CATALYST_URLS: `${near.url}|FR,${far.url}|JP` });
    const [nearest, next] = [`${near.url}/content/`, `${far.url}/content/`];
    try {
      assert.equal(await contentOf(realm), nearest);
      near.about.healthy = false;
      assert.deepEqual(new Set(await crowd(realm)), new Set([nearest]));
      assert.deepEqual([near.probes, far.probes], [1, 1]);

      await sleep(OUTDATED_MS);
      assert.equal(await contentOf(realm), nearest);
      await eventually(PATIENCE_MS, async () => assert.equal(await contentOf(realm), next));
      assert.deepEqual(new Set(await crowd(realm)), new Set([next]));
      assert.deepEqual([near.probes, far.probes], [2, 2]);
    } finally {
      await realm.stop();
      await near.stop();
      await far.stop();
    }
  });

  it("are shown to nobody when they are old: the first to come waits for new ones", async () => {
    const { near, far } = await Catalyst.startAll("near", "far");
    const realm = await Realm.start({ CATALYST_URLS: `${near.url}|FR,${far.url}|JP` });
    try {
      assert.equal(await contentOf(realm), `${near.url}/content/`);
      near.about.healthy = false;
      await sleep(OLD_MS);
      assert.deepEqual(new Set(await crowd(realm)), new Set([`${far.url}/content/`]));
      assert.deepEqual([near.probes, far.probes], [2, 2]);
    } finally {
      await realm.stop();
      await near.stop();
      await far.stop();
    }
  });

  it("are asked for once for a whole crowd, and soon again when none is left", async () => {
    const only = await Catalyst.start();
    const realm = await Realm.start({ CATALYST_URLS: only.url });
    const here = `${only.url}/content/`;
    try {
      assert.deepEqual(new Set(await crowd(realm)), new Set([here]));
      assert.equal(only.probes, 1);
      await sleep(OUTDATED_MS);
      only.fail(json({}, 500));
      const failing = performance.now();
      assert.ok((await crowd(realm)).includes(here));
      await eventually(PATIENCE_MS, async () => assert.equal(await contentOf(realm), 503));
      assert.deepEqual(new Set(await crowd(realm)), new Set([503]));
      assert.ok(only.probes <= 2 + (performance.now() - failing) / RETRY_MS, `asked ${only.probes} times`);

      only.fail();
      await eventually(RETRY_MS + PATIENCE_MS, async () =>
        assert.deepEqual(new Set(await crowd(realm)), new Set([here])),
      );
    } finally {
      await realm.stop();
      await only.stop();
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import {
  ContentServer,
  Gate,
  type Parcel,
  plainHotScene,
  plainScene,
  populate,
  RETRY_MS,
} from "./support/content-server.ts";
import { bytesAfterHead, send } from "./support/http.ts";
import { Realm } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";
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

const PARCELS: Parcel[] = [[2, -2]];
const SCENES = [plainScene("here", PARCELS)];
const EXPECTED = [plainHotScene("here", PARCELS, 1)];

const UNAVAILABLE = { error: "Content server unavailable" };

/** How long it may take. */
const SCENES_MAX_MS = 20_000;

/** What keeps the realm from learning which scenes there are. */
const OUTAGES: Record<string, Answer> = {
  "answers 500": json(SCENES, 500),
  "answers 404": json(SCENES, 404),
  "answers 201": json(SCENES, 201),
  "answers a page": body("<!doctype html><title>Sorry</title>", 200, "text/html"),
  "answers nothing": body(""),
  "answers JSON that breaks off": body(JSON.stringify(SCENES).slice(0, -1)),
  "answers an object": json({ entities: SCENES }),
  "answers null": json(null),
  "answers more than anybody should read": huge(SCENES, 40_000_000),
  "hangs up": hangUp,
  "says nothing": silence,
  "never comes to the end": drip,
};

async function assertUnavailable(realm: Realm): Promise<void> {
  const { status, headers, body } = await send(`${realm.url}/hot-scenes`, {});
  assert.deepEqual([status, JSON.parse(body)], [503, UNAVAILABLE]);
  assert.equal(headers["access-control-allow-origin"], "*");
}

/** One player in a realm of its own, and a content server that knows the scene. */
async function withRealm(act: (realm: Realm, content: ContentServer) => Promise<void>): Promise<void> {
  const content = await ContentServer.start(SCENES);
  const realm = await Realm.start({ CONTENT_URL: content.url });
  try {
    await populate(realm, PARCELS);
    await act(realm, content);
  } finally {
    await realm.stop();
    await content.stop();
  }
}

describe("where a content server", { concurrency: 2 }, () => {
  for (const [name, answer] of Object.entries(OUTAGES)) {
    it(`${name}, it is unavailable, is left alone for a while, and that is logged once`, () =>
      withRealm(async (realm, content) => {
        content.fail(answer);
        await assertUnavailable(realm);
        await Promise.all(Array.from({ length: 5 }, () => assertUnavailable(realm)));
        assert.equal(content.asked.length, 1);
        await eventually(SCENES_MAX_MS + PATIENCE_MS, () =>
          assert.equal(realm.logged("hot scenes not worked out").length, 1),
        );
        assert.equal((await send(`${realm.url}/about`, {})).status, 200);
      }));
  }

  it("sends the realm elsewhere, it is unavailable", async () => {
    const elsewhere = await WebServer.start(json(SCENES));
    try {
      await withRealm(async (realm, content) => {
        content.fail(redirect(`${elsewhere.url}/content/entities/active`, 307));
        await assertUnavailable(realm);
        assert.deepEqual(elsewhere.asked, []);
      });
    } finally {
      await elsewhere.stop();
    }
  });

  it("cannot be reached, it is unavailable until it is there again", () =>
    withRealm(async (realm, content) => {
      await content.server.stop();
      await assertUnavailable(realm);
      assert.equal((await send(`${realm.url}/hot-scenes`, {}, "HEAD")).status, 503);
      assert.equal(await bytesAfterHead(`${realm.url}/hot-scenes`), "");
      await content.server.restart();
      await eventually(RETRY_MS + PATIENCE_MS, async () => {
        assert.deepEqual(await realm.get("/hot-scenes"), EXPECTED);
      });
      assert.equal(content.asked.length, 1);
    }));

  it("takes longer than a client waits, it is unavailable until it has answered", () =>
    withRealm(async (realm, content) => {
      const gate = new Gate();
      content.fail(gate.before(content.tell));
      await assertUnavailable(realm);
      gate.open();
      assert.deepEqual(await realm.get("/hot-scenes"), EXPECTED);
      assert.equal(content.asked.length, 1);
    }));

  it("is asked for a client who does not wait, the next one has the answer", () =>
    withRealm(async (realm, content) => {
      content.fail(late(500, content.tell));
      const leaving = new AbortController();
      // biome-ignore lint/style/noRestrictedGlobals: it goes before there is an answer
      const left = fetch(`${realm.url}/hot-scenes`, { signal: leaving.signal });
      await eventually(PATIENCE_MS, () => assert.equal(content.asked.length, 1));
      leaving.abort();
      await assert.rejects(left);
      assert.deepEqual(await realm.get("/hot-scenes"), EXPECTED);
      assert.equal(content.asked.length, 1);
    }));
});

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { type Answer, bytesAfterHead, PREFLIGHT, send } from "./support/http.ts";
import { refusalOf } from "./support/raw-http.ts";
import { freshGround, type Player, Realm, STATS_MS } from "./support/realm.ts";
import type { Peer } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

/** For so long what one request has seen is shown to all. */
const FRESH_MS = 250;
/** And for so long if the realm does not answer. */
const AGE_MS = 800;

const LISTS = ["/peers", "/islands", "/parcels", "/comms/peers", "/comms/islands", "/comms/parcels"];
const TAG = /^"[0-9a-f]{16}"$/;
const OTHER_TAG = '"0123456789abcdef"';

/** What says that a client has it, and what does not. */
const KNOWN: Record<string, (tag: string) => string> = {
  "the tag": (tag) => tag,
  "the tag, weak": (tag) => `W/${tag}`,
  "the tag among others": (tag) => `${OTHER_TAG}, W/"", ${tag}`,
  "weak tags without spaces": (tag) => `W/${OTHER_TAG},W/${tag},"x"`,
  anything: () => "*",
};
const UNKNOWN: Record<string, (tag: string) => string> = {
  "another tag": () => OTHER_TAG,
  "the tag without quotes": (tag) => tag.replaceAll('"', ""),
  "a part of the tag": (tag) => tag.replace(/.{4}"$/, '"'),
  "something that begins with the tag": (tag) => `${tag}x`,
  "no tag at all": () => ", ,,",
};

/** How many ask at once. */
const BURST = 200;
/** How often the realm answers before it fails: more often than it may be asked for one burst on any machine. */
const LOOKS = 30;

function assertTagged({ headers }: Answer): string {
  assert.equal(headers["cache-control"], "no-cache");
  assert.equal(headers["access-control-allow-origin"], "*");
  assert.equal(headers["access-control-expose-headers"], "ETag");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.match(headers.etag ?? "", TAG);
  return headers.etag ?? assert.fail();
}

function assertUntagged({ headers }: Answer, what: string): void {
  assert.deepEqual([headers.etag, headers["cache-control"]], [undefined, undefined], what);
}

describe("the tags of the stats", () => {
  let realm: Realm;
  let player: Player & { island: string };
  let paths: string[];

  before(async () => {
    realm = await Realm.start({ TRANSPORT: "offline" });
    player = await realm.player([1, 2, 3]);
    paths = [
      ...LISTS,
      `/peers?id=${player.address}`,
      "/peers?id=nobody",
      `/peers/${player.address}`,
      `/islands/${player.island}`,
    ];
    await sleep(STATS_MS);
  });
  after(() => realm.stop());

  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    send(realm.url + path, headers, method);

  it("are on every answer, and the same as long as it is the same", async () => {
    for (const path of paths) {
      const answer = await ask(path);
      assert.equal(answer.status, 200, path);
      assert.match(answer.headers["content-type"] ?? "", /^application\/json\b/);
      const tag = assertTagged(answer);
      JSON.parse(answer.body);
      await sleep(2 * FRESH_MS);
      const again = await ask(path);
      assert.deepEqual([assertTagged(again), again.body], [tag, answer.body], path);
      assert.equal(assertTagged(await ask(`/comms${path.replace("/comms", "")}`)), tag, path);
    }
  });

  it("differ from one answer to the next", async () => {
    const distinct = paths.filter((path) => !path.startsWith("/comms") && path !== `/peers?id=${player.address}`);
    const tags = await Promise.all(distinct.map(async (path) => assertTagged(await ask(path))));
    assert.equal(new Set(tags).size, distinct.length, `${tags}`);
  });

  for (const [what, of] of Object.entries(KNOWN)) {
    it(`spare whoever names ${what}`, async () => {
      for (const path of paths) {
        const tag = assertTagged(await ask(path));
        const headers = { "If-None-Match": of(tag) };
        for (const method of ["GET", "HEAD"]) {
          const answer = await ask(path, headers, method);
          assert.deepEqual([answer.status, answer.body], [304, ""], `${method} ${path}`);
          assert.equal(assertTagged(answer), tag);
          assert.equal(answer.headers["content-type"], undefined);
        }
      }
    });
  }

  for (const [what, of] of Object.entries(UNKNOWN)) {
    it(`spare nobody who names ${what}`, async () => {
      for (const path of paths) {
        const whole = await ask(path);
        const answer = await ask(path, { "If-None-Match": of(assertTagged(whole)) });
        assert.deepEqual([answer.status, answer.body], [200, whole.body], path);
      }
    });
  }

  it("are told to HEAD as to GET", async () => {
    for (const path of paths) {
      const [whole, head] = [await ask(path), await ask(path, {}, "HEAD")];
      assert.equal(head.status, 200);
      assert.equal(assertTagged(head), assertTagged(whole), path);
      assert.equal(head.headers["content-type"], whole.headers["content-type"]);
      assert.equal(await bytesAfterHead(realm.url + path), "");
    }
  });

  it("may be named by every page", async () => {
    for (const path of paths) {
      const answer = await ask(path, PREFLIGHT, "OPTIONS");
      assert.equal(answer.status, 204);
      assert.equal(answer.headers["access-control-allow-headers"], "*");
      assertUntagged(answer, path);
    }
  });

  it("are on no answer that says no", async () => {
    const nobody = `0x${"0".repeat(40)}`;
    for (const path of [
      `/peers/${nobody}`,
      "/peers/nobody",
      "/islands/I9zz",
      "/islands/nowhere",
      "/comms/islands/I0",
    ]) {
      for (const headers of [{}, { "If-None-Match": "*" }]) {
        const answer = await ask(path, headers);
        assert.equal(answer.status, 404, path);
        assert.notEqual(answer.body, "");
        assertUntagged(answer, path);
      }
    }
    for (const path of paths) {
      const answer = await ask(path, { "If-None-Match": "*" }, "POST");
      refusalOf(405, answer, path);
      assertUntagged(answer, path);
    }
  });

  it("change with what they stand for", async () => {
    const tags = new Map(
      await Promise.all(paths.map(async (path) => [path, assertTagged(await ask(path))] as [string, string])),
    );
    const changed = async (path: string) => {
      const { status } = await ask(path, { "If-None-Match": tags.get(path) ?? assert.fail() });
      return status === 200;
    };
    player.client.heartbeat([2, 2, 3]);
    for (const path of paths) {
      // On the same parcel as before.
      const stays = path.endsWith("/parcels") || path.endsWith("=nobody");
      if (!stays) await eventually(PATIENCE_MS, async () => assert.ok(await changed(path), path));
      else assert.equal(await changed(path), false, path);
    }
    player.client.heartbeat([18, 2, 3]);
    for (const path of ["/parcels", "/comms/parcels"]) {
      await eventually(PATIENCE_MS, async () => assert.ok(await changed(path), path));
    }
  });
});

describe("the stats that many ask for at once", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ TRANSPORT: "offline" }, { build: "faults" });
  });
  after(() => realm.stop());

  const askAll = (paths: readonly string[], count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => send(`${realm.url}${paths[index % paths.length]}`, {})));

  /** How many looks there have been since `LOOKS` of them were allowed: asks until there are no more. */
  async function countLooks(): Promise<number> {
    let left = 0;
    for (; realm.logged("fault").length === 0; left += 1) {
      assert.ok(left < 2 * LOOKS, "it is not asked any more");
      await sleep(FRESH_MS);
      await send(`${realm.url}/peers`);
    }
    return LOOKS - left;
  }

  it("are asked of the realm a few times, although it has never been asked before", async () => {
    const { address, island } = await realm.player(freshGround()(0, 0));
    await realm.arm({ at: "realm.request", of: "/snapshot", how: "fail", after: LOOKS, times: 10_000 });
    const paths = [...LISTS, `/peers?id=${address}`, `/peers/${address}`, `/islands/${island}`];
    const sinceMs = performance.now();
    const answers = await askAll(paths, BURST);
    const tookMs = performance.now() - sinceMs;
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200),
      [],
    );
    const looks = await countLooks();
    assert.ok(looks <= tookMs / FRESH_MS + 2, `${looks} in ${tookMs} ms`);
    await realm.disarm();
  });

  it("are an error for all of them if the realm does not answer, and are there again when it does", async () => {
    await sleep(STATS_MS);
    await realm.arm({ at: "realm.request", of: "/snapshot", how: "fail", times: 10_000 });
    for (const answer of await askAll(LISTS, BURST / 4)) {
      refusalOf(503, answer, "the stats");
      assertUntagged(answer, "the stats");
    }
    await realm.disarm();
    const answers = await askAll(LISTS, BURST / 4);
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200),
      [],
    );
  });

  it("are those of before for as long as they may be when the realm fails in between", async () => {
    for (let tookMs = Number.POSITIVE_INFINITY; tookMs > AGE_MS; ) {
      // Until then what somebody has seen is shown to others.
      await sleep(STATS_MS);
      const sinceMs = performance.now();
      const { body } = await send(`${realm.url}/peers`);
      const before = realm.logged("fault").length;
      await realm.arm({ at: "realm.request", of: "/snapshot", how: "fail" });
      const answers: Answer[] = [];
      await eventually(PATIENCE_MS, async () => {
        answers.push(await send(`${realm.url}/peers`));
        assert.equal(realm.logged("fault").length, before + 1);
      });
      tookMs = performance.now() - sinceMs;
      // On a machine that is too busy nothing is young enough any more.
      if (tookMs > AGE_MS) continue;
      for (const answer of answers) assert.deepEqual([answer.status, answer.body], [200, body]);
    }
  });

  it("come although those who asked first have gone", async () => {
    const at = freshGround();
    const { client, address } = await realm.player(at(0, 0));
    const { hostname, port, host } = new URL(realm.url);
    for (let step = 1; step <= 5; step += 1) {
      await sleep(FRESH_MS);
      client.heartbeat(at(step, 0));
      for (let count = 0; count < 20; count += 1) {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`GET /peers HTTP/1.1\r\nHost: ${host}\r\n\r\n`, () => socket.destroy());
        });
        socket.on("error", () => {});
      }
      await eventually(PATIENCE_MS, async () => {
        const { peer } = await realm.get<{ peer: Peer }>(`/peers/${address}`);
        assert.deepEqual(peer.position, at(step, 0));
      });
    }
  });
});

/** Catalysts that are no good: they are left out, and cost a client one round of questions at most. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Catalyst } from "./support/catalyst.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { type Answer as HttpAnswer, send } from "./support/http.ts";
import { Realm } from "./support/realm.ts";
import type { About } from "./support/stats.ts";
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

/** How long the catalysts are left alone when none was left. */
const RETRY_MS = 5_000;

/** How many of them are asked at once. */
const AT_ONCE = 6;

const NONE_LEFT = { error: "No content catalysts available" };

/** Ways in which a catalyst is no good, and what the log says of it. */
const FAILURES: Record<string, [fail: (catalyst: Catalyst) => Answer, error: RegExp]> = {
  "is unhealthy": [({ about }) => json({ ...about, healthy: false }), /unhealthy/],
  "has unhealthy content": [({ about }) => json({ ...about, content: { healthy: false } }), /unhealthy/],
  "has unhealthy lambdas": [({ about }) => json({ ...about, lambdas: { healthy: false } }), /unhealthy/],
  "is full": [({ about }) => json({ ...about, acceptingUsers: false }), /full/],
  "answers 500": [({ about }) => json(about, 500), /status 500/],
  "answers 503": [({ about }) => json(about, 503), /status 503/],
  "answers 204": [() => body("", 204), /status 204/],
  "answers nothing": [() => body(""), /unreadable/],
  "answers a page": [() => body("<!doctype html><title>Sorry</title>", 200, "text/html"), /unreadable/],
  "answers JSON that breaks off": [({ about }) => body(JSON.stringify(about).slice(0, -1)), /unreadable/],
  "answers JSON that is too deep": [() => body("[".repeat(30_000)), /unreadable/],
  "answers a list": [({ about }) => json([about]), /unreadable/],
  "answers null": [() => json(null), /unreadable/],
  "says nothing of its health": [({ about }) => json({ ...about, healthy: undefined }), /unreadable/],
  "says nothing of its content": [({ about }) => json({ ...about, content: undefined }), /unreadable/],
  "answers too much": [({ about }) => huge(about, 64 * 1024), /more than 65536 bytes/],
  "answers far too much": [({ about }) => huge(about, 20_000_000), /more than 65536 bytes/],
  "hangs up": [() => hangUp, /unreachable/],
  "says nothing at all": [() => silence, /no answer within 1000 ms/],
  "never comes to the end": [() => drip, /no answer within 1000 ms/],
  "answers after three seconds": [({ about }) => late(3_000, json(about)), /no answer within 1000 ms/],
};

describe("where the nearest catalyst", { concurrency: 2 }, () => {
  /** Clients are sent to the other one; and there is nothing that a client would notice of the failure. */
  async function assertLeftOut(break_: (near: Catalyst) => void | Promise<void>, error: RegExp): Promise<void> {
    const { near, far } = await Catalyst.startAll("near", "far");
    const realm = await Realm.start({ CATALYST_URLS: `${near.url}|FR,${far.url}|JP` });
    try {
      await break_(near);
      const probes = near.probes;
      for (const query of ["", `?catalyst=${near.url}`]) {
        const answer = await send(`${realm.url}/about${query}`, { "CF-IPCountry": "FR" });
        assert.equal(answer.status, 200);
        const about = JSON.parse(answer.body) as About;
        assert.deepEqual([about.healthy, about.content.publicUrl], [true, `${far.url}/content/`]);
        assert.ok(!answer.body.includes(near.url), answer.body);
      }
      assert.equal(far.probes, 1);
      assert.ok(near.probes <= probes + 1, "asked again");
      const lines = await eventually(PATIENCE_MS, () => {
        const lines = realm.logged("catalyst not available");
        assert.ok(lines.length > 0, "nothing is logged");
        return lines;
      });
      assert.equal(lines.length, 1);
      assert.match(String(lines[0]), error);
      assert.ok(lines[0]?.includes(near.url), lines[0]);
    } finally {
      await realm.stop();
      await near.stop();
      await far.stop();
    }
  }

  for (const [name, [fail, error]] of Object.entries(FAILURES)) {
    it(`${name}, the next one is named`, () => assertLeftOut((near) => near.fail(fail(near)), error));
  }

  it("is not to be reached, the next one is named", () => assertLeftOut((near) => near.stop(), /unreachable/));

  it("sends the realm elsewhere, the next one is named and nobody follows", async () => {
    const elsewhere = await WebServer.start(() => {});
    try {
      for (const status of [301, 302, 307, 308]) {
        await assertLeftOut(
          (near) => {
            elsewhere.answer = json(near.about);
            near.fail(redirect(`${elsewhere.url}/about`, status));
          },
          new RegExp(`status ${status}`),
        );
      }
      assert.deepEqual(elsewhere.asked, []);
    } finally {
      await elsewhere.stop();
    }
  });
});

describe("where no catalyst is left", { concurrency: 2 }, () => {
  function assertNoneLeft({ status, headers, body }: HttpAnswer): void {
    assert.deepEqual([status, JSON.parse(body)], [503, NONE_LEFT]);
    assert.equal(headers["access-control-allow-origin"], "*");
  }

  async function assertUnavailable(vars: Record<string, string>, all: Catalyst[]): Promise<void> {
    const realm = await Realm.start({ CATALYST_URLS: all.map(({ url }) => `${url}|FR`).join(","), ...vars });
    try {
      const start = performance.now();
      assertNoneLeft(await send(`${realm.url}/about`, { "CF-IPCountry": "FR" }));
      for (const path of ["/main/about", `/about?catalyst=${all[0]?.url}`]) {
        assertNoneLeft(await send(realm.url + path, {}));
      }
      const head = await send(`${realm.url}/about`, {}, "HEAD");
      assert.deepEqual([head.status, head.body], [503, ""]);
      const [rounds = 0, ...others] = new Set(all.map(({ probes }) => probes));
      assert.deepEqual(others, []);
      assert.ok(rounds >= 1 && rounds <= 1 + (performance.now() - start) / RETRY_MS, `asked ${rounds} times`);
      await eventually(PATIENCE_MS, () => assert.equal(realm.logged("no catalyst left").length, rounds));
      // Everybody who is in stays in, and the realm itself is well.
      assert.deepEqual(await realm.get("/core-status"), { healthy: true, userCount: 0 });
      await realm.player([0, 0, 0]);
    } finally {
      await realm.stop();
      for (const catalyst of all) await catalyst.stop();
    }
  }

  it("because all are down, /about says so", async () => {
    const { one, two, three } = await Catalyst.startAll("one", "two", "three");
    one.fail(json({}, 500));
    two.about.healthy = false;
    three.about.acceptingUsers = false;
    await assertUnavailable({}, [one, two, three]);
  });

  it("because all are slow, /about says so after one round", async () => {
    const all = Object.values(await Catalyst.startAll("one", "two", "three", "four"));
    for (const catalyst of all) catalyst.fail(late(3_000, json(catalyst.about)));
    await assertUnavailable({}, all);
  });

  it("because all are on the blacklist, /about says so", async () => {
    const { one, two } = await Catalyst.startAll("one", "two");
    await assertUnavailable({ CATALYST_BLACKLIST: `${two.url}/,${one.url}` }, [one, two]);
  });

  it("because each has only one of the highest versions, /about says so", async () => {
    const { one, two } = await Catalyst.startAll("one", "two");
    one.versions("7.0.0", "4.0.0");
    two.versions("6.0.0", "5.0.0");
    await assertUnavailable({}, [one, two]);
  });
});

describe("as many catalysts as there may be", () => {
  let all: Catalyst[];
  let realm: Realm;
  before(async () => {
    all = await Promise.all(Array.from({ length: 32 }, () => Catalyst.start()));
    realm = await Realm.start({ CATALYST_URLS: all.map(({ url }) => url).join(",") });
  });
  after(async () => {
    await realm?.stop();
    for (const catalyst of all) await catalyst.stop();
  });

  it("are asked once, and the one that works is found", async () => {
    const [last, ...others] = [...all].reverse() as [Catalyst, ...Catalyst[]];
    for (const catalyst of others) catalyst.fail(json({}, 500));
    for (let count = 0; count < 5; count += 1) {
      const { content } = await realm.get<About>("/about");
      assert.equal(content.publicUrl, `${last.url}/content/`);
    }
    assert.deepEqual([...new Set(all.map(({ probes }) => probes))], [1]);
  });
});

it("many catalysts are asked a few at a time, so that silent ones at the head keep no other from its second", async () => {
  const paths = Array.from({ length: 32 }, (_, index) => `/${index}/about`);
  const head = paths.slice(0, AT_ONCE);
  const works = late(100, json({ healthy: true, content: {}, lambdas: {} }));
  const server = await WebServer.start((response, asked) =>
    (head.includes(asked.path) ? silence : works)(response, asked),
  );
  const realm = await Realm.start({
    CATALYST_URLS: paths.map((path) => server.url + path.replace("/about", "")).join(),
  });
  try {
    const { content } = await realm.get<About>("/about");
    const chosen = String(content.publicUrl).replace(/.*(\/\d+)\/content\/$/, "$1/about");
    assert.ok(paths.includes(chosen) && !head.includes(chosen), chosen);
    const asked = server.asked.map(({ path }) => path);
    assert.deepEqual(new Set(asked.slice(0, AT_ONCE)), new Set(head));
    assert.deepEqual(asked.toSorted(), paths.toSorted());
    // It may hear of a request that was given up after the next one.
    assert.ok(server.busiest <= 2 * AT_ONCE, `${server.busiest} at once`);
  } finally {
    await realm.stop();
    await server.stop();
  }
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bytesAfterHead, findNulls, send, upgradeHeaders } from "./support/http.ts";
import { freshGround, Realm, STATS_MS } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";

const STATS = ["/peers", "/islands", "/parcels"];
const JSON_PATHS = [
  "/about",
  "/main/about",
  ...STATS,
  ...STATS.map((path) => `/comms${path}`),
  "/core-status",
  "/status",
];
const TEXT_PATHS = ["/health/live", "/ping"];
const UNKNOWN_PATHS = [
  "/",
  "/nothing",
  "/peers/a/b",
  "/comms",
  "/comms/about",
  "/nobody/about",
  "/about/more",
  "/ABOUT",
  "/%ff",
  "//about",
];
/** Of the connection and not of the answer, or different at each request. */
const FRAMING = ["date", "connection", "keep-alive", "transfer-encoding"];
const BODY_METHODS = ["POST", "PUT", "PATCH", "DELETE"];

function comparable(headers: Headers): [string, string][] {
  const skipped = [...FRAMING, "content-length"];
  return [...headers].filter(([name]) => !skipped.includes(name));
}

describe("HTTP", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  const get = (path: string, init?: RequestInit) => fetch(realm.url + path, init);

  for (const path of JSON_PATHS) {
    it(`answers GET ${path} with JSON for everybody, and no null in it`, async () => {
      const response = await get(path);
      assert.equal(response.status, 200);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json\b/);
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
      assert.deepEqual(findNulls(await response.json()), []);
    });
  }

  for (const path of TEXT_PATHS) {
    it(`answers GET ${path} with text for everybody`, async () => {
      const response = await get(path);
      assert.equal(response.status, 200);
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain\b/);
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
      assert.notEqual(await response.text(), "");
    });
  }

  it("is alive", async () => {
    assert.equal(await (await get("/health/live")).text(), "alive");
  });

  it("tells its status", async () => {
    const { currentTime, ...status } = await realm.get<{
      currentTime: number;
      userCount: number;
    }>("/status");
    assert.ok(Math.abs(Date.now() - currentTime) < 5_000, `${currentTime}`);
    assert.equal(status.userCount, 0);
    const known = ["version", "commitHash", "userCount"];
    const unknown = Object.keys(status).filter((key) => !known.includes(key));
    assert.deepEqual(unknown, []);
    assert.deepEqual(await realm.get("/core-status"), {
      healthy: true,
      userCount: 0,
    });
  });

  async function assertHeadLikeGet(path: string) {
    const [head, whole, surplus] = await Promise.all([
      get(path, { method: "HEAD" }),
      get(path),
      bytesAfterHead(realm.url + path),
    ]);
    await whole.text();
    assert.equal(head.status, whole.status, path);
    assert.deepEqual(comparable(head.headers), comparable(whole.headers), path);
    assert.equal(surplus, "", `a body after HEAD ${path}`);
  }

  it("answers HEAD like GET, without a body", async () => {
    const errors = ["/peers/nobody", "/islands/nowhere", "/nothing", "/ws"];
    const paths = [...JSON_PATHS, ...TEXT_PATHS, ...errors];
    await Promise.all(paths.map(assertHeadLikeGet));
  });

  it("lets every page ask, and lets browsers ask whether they may", async () => {
    for (const path of [...JSON_PATHS, ...TEXT_PATHS, "/peers/nobody"]) {
      const response = await get(path, {
        method: "OPTIONS",
        headers: {
          Origin: "https://play.example.org",
          "Access-Control-Request-Method": "GET",
        },
      });
      assert.ok(response.ok, `OPTIONS ${path}: ${response.status}`);
      assert.equal(await response.text(), "");
      const { headers } = response;
      assert.equal(headers.get("access-control-allow-origin"), "*", path);
      const methods = headers.get("access-control-allow-methods") ?? "";
      assert.match(methods, /\bGET\b/, path);
      assert.match(methods, /\bHEAD\b/, path);
    }
  });

  for (const path of UNKNOWN_PATHS) {
    it(`does not know ${path}`, async () => {
      for (const method of ["GET", "POST"]) {
        const response = await get(path, { method });
        assert.equal(response.status, 404, method);
        assert.equal(response.headers.get("access-control-allow-origin"), "*");
        assert.equal(await response.text(), '{"error":"Not Found"}');
      }
    });
  }

  for (const path of [...JSON_PATHS, ...TEXT_PATHS, "/peers/nobody"]) {
    it(`refuses to change ${path}`, async () => {
      for (const method of BODY_METHODS) {
        const response = await get(path, { method });
        assert.equal(response.status, 405, method);
        assert.equal(response.headers.get("access-control-allow-origin"), "*");
        assert.doesNotMatch(await response.text(), /\bat .*:\d+|panicked/);
      }
    });
  }

  for (const path of ["/ws", "/archipelago/ws"]) {
    it(`wants an upgrade at ${path}`, async () => {
      const response = await get(path);
      assert.equal(response.status, 426);
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
    });
  }

  it("does not know methods that HTTP does not", async () => {
    for (const method of ["PROPFIND", "REPORT"]) {
      assert.equal((await get("/about", { method })).status, 405, method);
    }
  });

  it("survives the upgrade of a HEAD, with everybody in it", async () => {
    const { client } = await realm.player(freshGround()(0, 0));
    const { status } = await send(`${realm.url}/ws`, upgradeHeaders(), "HEAD");
    assert.equal(status, 426);
    await client.quiet(STATS_MS);
  });

  it("does all that with a player in the world too", async () => {
    const { address, island } = await realm.player(freshGround()(0, 0));
    const paths = [...JSON_PATHS, `/peers/${address}`, `/peers?id=${address}`, `/islands/${island}`];
    await eventually(STATS_MS, () => realm.get(`/peers/${address}`));
    for (const path of paths) {
      assert.deepEqual(findNulls(await realm.get(path)), [], path);
    }
    await Promise.all(paths.map(assertHeadLikeGet));
  });
});

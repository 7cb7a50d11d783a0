/** Nobody makes the realm fetch what a client names, or send anybody there. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { type Answer, send, upgradeHeaders } from "./support/http.ts";
import { sendExactly } from "./support/raw-http.ts";
import { Realm } from "./support/realm.ts";

const SOCKETS = ["/ws", "/live", "/rooms/lobby"];
const PATHS = [
  "/about",
  "/main/about",
  "/peers",
  "/peers/nobody",
  "/islands",
  "/islands/I1",
  "/parcels",
  "/comms/peers",
  "/core-status",
  "/metrics",
  "/health/live",
  "/ping",
  "/nothing",
  ...SOCKETS,
];

/** The first one is to choose one of the operator's own catalysts; the others are what attackers try. */
const PARAMETERS = [
  "catalyst",
  "url",
  "uri",
  "redirect",
  "redirect_uri",
  "next",
  "return",
  "continue",
  "dest",
  "target",
].concat(["content", "lambdas", "host", "server", "realm", "proxy", "callback", "id", "token"]);

/** Headers in which something names a URL or a host. */
const HEADERS = ["Referer", "Origin", "X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Original-URL"].concat([
  "X-Rewrite-URL",
  "X-Wap-Profile",
  "Forwarded",
  "Destination",
  "x-archipelago-origin",
]);

describe("a URL that a client sends along", () => {
  let realm: Realm;
  let victim: Server;
  let host: string;
  let visits = 0;
  before(async () => {
    realm = await Realm.start({ OPEN_ROOMS: "true" });
    victim = createServer((_, response) => {
      visits += 1;
      response.end("{}");
    });
    victim.on("connection", () => {
      visits += 1;
    });
    await new Promise<void>((resolve) => victim.listen(0, "127.0.0.1", resolve));
    host = `127.0.0.1:${(victim.address() as AddressInfo).port}`;
  });
  after(async () => {
    victim.close();
    victim.closeAllConnections();
    await realm.stop();
  });

  /** Its spellings, as a parameter or a header may have them. */
  const spellings = () => [`http://${host}/content`, `//${host}/`, `ws://${host}/ws`, host, `http://${host}@x/`];

  function assertIgnored(answer: Answer, plain: Answer, what: string) {
    assert.equal(answer.status, plain.status, what);
    for (const name of ["location", "refresh", "link", "content-location"]) {
      assert.equal(answer.headers[name], undefined, `${what}: ${name}`);
    }
    const all = answer.body + JSON.stringify(answer.headers);
    assert.ok(!all.includes(host), `${what}: the answer names it`);
  }

  for (const path of PATHS) {
    const headers = SOCKETS.includes(path) ? upgradeHeaders() : {};

    it(`is nothing to ${path} as a parameter`, async () => {
      for (const name of PARAMETERS.filter((name) => name !== "token" || path !== "/rooms/lobby")) {
        const plain = await send(`${realm.url}${path}?${name}=x`, headers);
        assert.ok(plain.status < 300 || plain.status >= 400, `${plain.status}`);
        for (const url of spellings()) {
          const parameter = `${name}=${encodeURIComponent(url)}`;
          assertIgnored(await send(`${realm.url}${path}?${parameter}`, headers), plain, `${path}?${parameter}`);
        }
      }
    });

    it(`is nothing to ${path} as a header`, async () => {
      const plain = await send(realm.url + path, headers);
      for (const name of HEADERS) {
        for (const url of spellings()) {
          const answer = await send(realm.url + path, { ...headers, [name]: url });
          assertIgnored(answer, plain, `${path} with ${name}: ${url}`);
        }
      }
    });

    it(`is nothing to ${path} as a path`, async () => {
      for (const target of [`//${host}${path}`, `${path}//${host}`, `/%2f%2f${host}${path}`, `/\\${host}${path}`]) {
        const { status, headers } = await sendExactly(realm.url, target);
        assert.equal(status, 404, target);
        assert.equal(headers.location, undefined, target);
      }
    });
  }

  it("is no place for a token's room", async () => {
    const answer = await send(
      `${realm.url}/rooms/lobby?token=${encodeURIComponent(`http://${host}/`)}`,
      upgradeHeaders(),
    );
    assert.equal(answer.status, 403);
    assert.ok(!answer.body.includes(host));
  });

  it("is never fetched", async () => {
    assert.equal(visits, 0);
    await send(`http://${host}/`);
    assert.notEqual(visits, 0, "the check above would have found nothing");
  });
});

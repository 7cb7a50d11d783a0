/** How much a request may say, and that nothing is done for one that says more. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { type Answer, send, upgradeHeaders } from "./support/http.ts";
import { exchange, Held, refusal, refusalOf, sendExactly } from "./support/raw-http.ts";
import { freshGround, Realm, STATS_MS } from "./support/realm.ts";
import type { Peer } from "./support/stats.ts";
import { eventually } from "./support/wait.ts";

/** As `archipelago-core/src/protocol/limits.rs` has them. */
const URL_MAX_BYTES = 16 * 1024;
const HEADERS_MAX_BYTES = 32 * 1024;
const SUBPROTOCOLS_MAX_BYTES = 256;

const SOME_ADDRESS = `0x${"0123456789".repeat(4)}`;
const SOCKETS = ["/ws", "/archipelago/ws", "/live", "/rooms/main.I1"];
const STATS = ["/peers", `/peers/${SOME_ADDRESS}`, "/islands", "/islands/I1", "/parcels", "/comms/peers"];
const STATES = [
  "/about",
  "/main/about",
  "/core-status",
  "/status",
  "/metrics",
  "/rooms/status",
  "/hot-scenes",
  "/realms",
  "/openapi.json",
  "/health/live",
  "/ping",
];
const PATHS = [...STATES, ...STATS, ...SOCKETS, "/nothing"];
const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE"];

/** What is nobody's id; the last one is as long as fits. */
const NOBODIES = [
  "",
  "nobody",
  "0x",
  "null",
  "__proto__",
  SOME_ADDRESS.slice(1),
  SOME_ADDRESS.slice(0, -1),
  `${SOME_ADDRESS}0`,
  `${SOME_ADDRESS}%00`,
  `%30${SOME_ADDRESS.slice(1)}`,
  `0X${SOME_ADDRESS.slice(2)}`,
  `0x${"g".repeat(40)}`,
  `0x${"é".repeat(20)}`,
  "..%2fabout",
  "0".repeat(10_000),
];

/** What is no island's id: the number is written in one way, and has an end. */
const NO_ISLANDS = [
  "",
  "I",
  "1",
  "i1",
  "IA",
  "I0",
  "I01",
  "I-1",
  "I1%20",
  "%491",
  "II1",
  "main.I1",
  `I${"z".repeat(20)}`,
  `I${"1".repeat(10_000)}`,
];

/** What is no request, or none of HTTP 1.1. */
const NO_REQUESTS = [
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
  "GET\r\n\r\n",
  "GET /about\r\n\r\n",
  "GET /about HTTP/1.1\r\n\r\n",
  "GET /about HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n",
  "get /about HTTP/1.1\r\nHost: x\r\n\r\n",
  `${"G".repeat(5_000)} /about HTTP/1.1\r\nHost: x\r\n\r\n`,
  "GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET /about HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
  "GET /about HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
  "POST /about HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
  "POST /about HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
  "CONNECT example.com:80 HTTP/1.1\r\nHost: x\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  `GET /about HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(4_000_000)}\r\n\r\n`,
  `GET /${"a".repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
];

/** `url`, with a query that makes it so long. */
function padded(url: string, length: number): string {
  return `${url}?x=`.padEnd(length, "a");
}

/** Names and values of so many bytes together, spread over headers of 1,000 at most. */
function headersOf(bytes: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let rest = bytes, index = 100; rest > 0; index += 1) {
    const name = `x-${index}`;
    const value = "a".repeat(Math.max(1, Math.min(1_000, rest) - name.length));
    headers[name] = value;
    rest -= name.length + value.length;
  }
  return headers;
}

/** Every way in which this may be asked for. */
function ways(path: string): [method: string, headers: Record<string, string>][] {
  const plain = METHODS.map((method): [string, Record<string, string>] => [method, {}]);
  return SOCKETS.includes(path) ? [...plain, ["GET", upgradeHeaders("archipelago")]] : plain;
}

/** The files in which objects have stored something; there is one more for each class. */
async function filesOf(realm: Realm): Promise<string[]> {
  const entries = await readdir(realm.storage, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith("metadata.")).map(({ name }) => name);
}

describe("a request that says too much", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  for (const path of PATHS) {
    it(`has too long a URL for ${path}`, async () => {
      for (const [method, headers] of ways(path)) {
        const error = await refusal(414, padded(realm.url + path, URL_MAX_BYTES + 1), headers, method);
        if (method !== "HEAD") assert.equal(error, "the URL has 16385 bytes; allowed: 16384");
      }
    });

    it(`has too many headers for ${path}`, async () => {
      const one = { "x-one": "a".repeat(HEADERS_MAX_BYTES) };
      for (const [method, headers] of ways(path)) {
        for (const more of [one, headersOf(HEADERS_MAX_BYTES)]) {
          const error = await refusal(431, realm.url + path, { ...headers, ...more }, method);
          if (method !== "HEAD") assert.equal(error, "the headers have more than 32768 bytes");
        }
      }
    });
  }

  for (const path of SOCKETS) {
    it(`offers too many subprotocols at ${path}`, async () => {
      const offer = "archipelago, rfc5, ".padEnd(SUBPROTOCOLS_MAX_BYTES + 1, "a");
      const error = await refusal(400, realm.url + path, upgradeHeaders(offer));
      assert.equal(error, "Sec-WebSocket-Protocol has 257 bytes; allowed: 256");
    });
  }

  for (const host of ["a b", "x:99999", "x:y", "[::1", "a%b", "x, y"]) {
    it(`is sent to the host ${JSON.stringify(host)}`, async () => {
      for (const path of ["/about", "/ws", "/nothing"]) {
        const answer = await sendExactly(realm.url, path, "GET", host);
        assert.match(refusalOf(400, answer, host), /^the Host header must name a host/);
      }
    });
  }

  for (const id of NOBODIES) {
    it(`asks for the peer ${JSON.stringify(id.slice(0, 50))}`, async () => {
      for (const path of [`/peers/${id}`, `/comms/peers/${id}`]) {
        const { status, headers, body } = await send(realm.url + encodeURI(path).replaceAll("%25", "%"), {});
        assert.equal(status, 404);
        assert.equal(headers["access-control-allow-origin"], "*");
        assert.equal(body, '{"ok":false,"peer":null}');
      }
    });
  }

  for (const id of NO_ISLANDS) {
    it(`asks for the island ${JSON.stringify(id.slice(0, 50))}`, async () => {
      for (const method of ["GET", "HEAD"]) await refusal(404, `${realm.url}/islands/${id}`, {}, method);
    });
  }

  it("brings a room's pass along instead of a token", async () => {
    const headers = { ...upgradeHeaders("rfc5"), "x-archipelago-pass": `${SOME_ADDRESS} 1` };
    assert.match(await refusal(403, `${realm.url}/rooms/main.I1`, headers), /token/);
  });

  it("has no object begin to live, any of those above", async () => {
    assert.deepEqual([await filesOf(realm), realm.logged("realm started")], [[], []]);
    await realm.get("/about");
    assert.notEqual((await filesOf(realm)).length, 0, "the check above would have found nothing");
  });
});

describe("a request that says as much as it may", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ OPEN_ROOMS: "true" });
  });
  after(() => realm.stop());

  /** What the same request without ballast is answered, but for what changes from one to the next. */
  async function assertLike(path: string, answer: Answer, headers: Record<string, string>) {
    const plain = await send(realm.url + path, headers);
    assert.equal(answer.status, plain.status, path);
    if (path !== "/status" && path !== "/rooms/status") assert.equal(answer.body, plain.body, path);
  }

  for (const path of PATHS) {
    it(`is answered like any other at ${path}`, async () => {
      const headers = SOCKETS.includes(path) ? upgradeHeaders("archipelago") : {};
      await assertLike(path, await send(padded(realm.url + path, URL_MAX_BYTES), headers), headers);
      // The others that come with it have some hundred bytes.
      const ballast = headersOf(HEADERS_MAX_BYTES - 500);
      await assertLike(path, await send(realm.url + path, { ...headers, ...ballast }), headers);
    });
  }

  for (const path of SOCKETS) {
    it(`gets its subprotocol at ${path}, among others`, async () => {
      const offer = "archipelago, rfc5, ".padEnd(SUBPROTOCOLS_MAX_BYTES, "a");
      assert.equal((await send(realm.url + path, upgradeHeaders(offer))).status, 101);
    });
  }

  it("asks for hundreds of peers at once, and gets those who are there, each once", async () => {
    const at = freshGround();
    const [one, two] = [await realm.player(at(0, 0)), await realm.player(at(1, 0))];
    const strangers = Array.from({ length: 300 }, (_, index) => `0x${String(index).padStart(40, "0")}`);
    const query = (ids: string[]) => ids.map((id) => `id=${id}`).join("&");
    const ask = async (ids: string[]) => {
      const { peers } = await realm.get<{ peers: Peer[] }>(`/peers?${query(ids)}`);
      return peers.map(({ id }) => id).sort();
    };
    await eventually(PATIENCE_MS, async () => assert.equal((await realm.peers()).length, 2));
    const both = [one.address, two.address].sort();
    assert.deepEqual(await ask([two.address, ...strangers, one.address, two.address]), both);
    assert.deepEqual(await ask(strangers), []);
    assert.deepEqual(await ask(["nobody", "", "%00", one.address.toUpperCase(), "x".repeat(10_000)]), []);
    assert.deepEqual(await ask([]), both);
  });
});

describe("what is no request", () => {
  it("ends its own connection, and nothing else", async () => {
    const realm = await Realm.start();
    try {
      const { client } = await realm.player(freshGround()(0, 0));
      for (const bytes of NO_REQUESTS) {
        const answer = await exchange(realm.url, bytes);
        assert.match(answer, /^($|HTTP\/1\.\d [45]\d\d )/, JSON.stringify(bytes.slice(0, 80)));
        assert.equal((await send(`${realm.url}/ping`, {})).body, "pong");
      }
      await client.quiet(STATS_MS);
      assert.equal(realm.logged("realm started").length, 1);
    } finally {
      await realm.stop();
    }
  });
});

describe("the IP of a client", () => {
  let realm: Realm;
  const held = new Held();
  before(async () => {
    realm = await Realm.start({ MAX_SOCKETS_PER_IP: "2", CONNECTOR_SHARDS: "1" });
  });
  after(async () => {
    held.close();
    await realm.stop();
  });

  const knock = (headers: Record<string, string>) => held.open(`${realm.url}/ws`, { ...upgradeHeaders(), ...headers });

  it("is what the platform says", async () => {
    const headers = { "CF-Connecting-IP": "192.0.2.1" };
    for (let place = 0; place < 2; place += 1) assert.equal((await knock(headers)).status, 101);
    const error = refusalOf(429, await knock(headers), "the third");
    assert.equal(error, "too many connections from your IP address");
    assert.equal((await knock({ "CF-Connecting-IP": "192.0.2.2" })).status, 101, "another IP");
  });

  for (const header of ["X-Forwarded-For", "X-Real-IP", "True-Client-IP", "X-Client-IP", "Forwarded"]) {
    it(`is not what ${header} says`, async () => {
      const ip = header === "Forwarded" ? "for=192.0.2.9" : "192.0.2.9";
      for (let place = 0; place < 4; place += 1) assert.equal((await knock({ [header]: ip })).status, 101);
      const crowded = await knock({ [header]: "192.0.2.200", "CF-Connecting-IP": "192.0.2.1" });
      assert.equal(crowded.status, 429, "and does not replace what the platform says");
    });
  }

  it("is not there if it is longer than any", async () => {
    for (let place = 0; place < 4; place += 1) {
      assert.equal((await knock({ "CF-Connecting-IP": `192.0.2.7${" ".repeat(60)}, x` })).status, 101);
    }
  });
});

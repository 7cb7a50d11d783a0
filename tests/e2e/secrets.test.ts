import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { link, signer } from "./support/chains.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { send, upgradeHeaders } from "./support/http.ts";
import { Identity, signWith } from "./support/identity.ts";
import { challengeRequest, heartbeat, signedChallenge } from "./support/packets.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { roomUrl } from "./support/room-client.ts";
import { readConnStr, roomKey, withToken } from "./support/room-tokens.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";
import { type Answer, body, hangUp, json, silence, WebServer } from "./support/web-server.ts";

const LIVEKIT_SECRET = "l1veK1t/Hush+Hush==0123456789abcdef";
/** Parts of URLs that only the operator and the service may know. */
const USER = "us3rHushHush";
const PASSWORD = "passw0rdHushHush";
const IN_PATH = "pathHushHush";
const IN_QUERY = "queryHushHush";
const URL_SECRETS = [USER, PASSWORD, IN_PATH, IN_QUERY, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")];

const PATHS = [
  ...["/", "/about", "/main/about", "/status", "/core-status", "/peers", "/peers/0x1", "/islands", "/islands/I1"],
  ...["/comms/peers", "/comms/islands", "/parcels", "/comms/parcels", "/rooms/status", "/rooms/main.I1", "/metrics"],
  ...["/health/live", "/ping", "/nothing", "/ws", "/live", "/hot-scenes", `/peers?id=${"x".repeat(20_000)}`, "/%ff"],
];
const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "DELETE"];

/** Everything that anybody can see of a realm, as it comes. */
class Record {
  readonly #seen: [where: string, text: string][] = [];

  note(where: string, text: string): void {
    this.#seen.push([where, text]);
  }

  /** Asks for everything there is, in every way there is. */
  async browse(realm: Realm): Promise<void> {
    for (const path of PATHS) {
      for (const method of METHODS) {
        const { status, headers, body } = await send(realm.url + path, {}, method);
        this.note(`${method} ${path.slice(0, 40)}`, `${status} ${JSON.stringify(headers)} ${body}`);
      }
      const { status, headers, body } = await send(realm.url + path, upgradeHeaders("archipelago"));
      this.note(`upgrade at ${path.slice(0, 40)}`, `${status} ${JSON.stringify(headers)} ${body}`);
    }
  }

  /** Fails if any of them occurs in anything that was seen, or in what the realm has logged. */
  assertFreeOf(secrets: readonly string[], realm: Realm): void {
    const all = [...this.#seen, ...realm.log.map((line): [string, string] => ["the log", line])];
    assert.ok(this.#seen.length > 0);
    for (const [where, text] of all) {
      for (const secret of secrets) {
        for (const form of forms(secret)) assert.ok(!text.includes(form), `${where} holds ${form}: ${text}`);
      }
    }
  }
}

/** Ways to write a secret. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const [base64, base64url] = [bytes.toString("base64"), bytes.toString("base64url")];
  return [
    ...[secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
    ...[bytes.toString("hex"), base64.replace(/=+$/, ""), base64url],
  ];
}

/** Ways to write a key of which only the bytes are known. */
function formsOfKey(key: Buffer): string[] {
  const hex = key.toString("hex");
  return [
    hex,
    hex.toUpperCase(),
    key.toString("base64").replace(/=+$/, ""),
    key.toString("base64url"),
    [...key].join(),
  ];
}

/** A client that says something, and how it is told to go. */
async function provoke(realm: Realm, record: Record, say: (socket: RawSocket) => void | Promise<void>): Promise<void> {
  const socket = await RawSocket.open(realm.host);
  await say(socket);
  // Some may stay.
  for (let message = await socket.nextMessage(SETTLED_MS); message; message = await socket.nextMessage(SETTLED_MS)) {
    record.note("a packet", message.toString("latin1"));
  }
  record.note("a close", socket.closeInfo?.reason ?? "");
  socket.cut();
}

/** Logins of all kinds, and messages that end sessions. */
async function misbehave(realm: Realm, record: Record): Promise<void> {
  const who = await Identity.create();
  const answering = (answer: (challenge: string) => unknown) => async (socket: RawSocket) => {
    const challenge = await socket.challenge(who.address).catch(() => "");
    const chain = answer(challenge);
    socket.send(signedChallenge(typeof chain === "string" ? chain : JSON.stringify(chain)));
  };
  const wallet = (challenge: string) => [
    signer(who),
    link("ECDSA_EIP_1654_SIGNED_ENTITY", challenge, signWith(who.wallet, challenge)),
  ];
  const saying: ((socket: RawSocket) => void | Promise<void>)[] = [
    (socket) => socket.send(new Uint8Array(0)),
    (socket) => socket.send(new Uint8Array(20_000)),
    (socket) => socket.send(challengeRequest("nobody")),
    (socket) => socket.send(heartbeat([1, 2, 3])),
    answering(() => "rubbish"),
    answering(() => who.chain("another")),
    answering((challenge) => who.chain(challenge)),
    answering(wallet),
    async (socket) => {
      await answering((challenge) => who.chain(challenge))(socket);
      socket.send(heartbeat([Number.NaN, 0, 0]));
    },
  ];
  await Promise.all(saying.map((say) => provoke(realm, record, say)));
}

/** A URL with secrets in it. */
function secretUrl(base: string, query = `?key=${IN_QUERY}`): string {
  return `${base}/${IN_PATH}${query}`;
}

describe("secrets", { concurrency: 3 }, () => {
  const upstream: [string, Answer][] = [
    ["that works", json({ data: { isBanned: false }, users: [], jsonrpc: "2.0", id: 1, result: "0x" })],
    ["that speaks of itself", (response, { path }) => body(`${path} is wrong`, 500)(response, { path } as never)],
    ["that talks rubbish", body("rubbish")],
    ["that hangs up", hangUp],
    ["that says nothing", silence],
  ];
  for (const [name, answer] of upstream) {
    it(`stay secret with an upstream ${name}`, async () => {
      const server = await WebServer.start(answer);
      const realm = await Realm.start({
        LIVEKIT_HOST: "wss://livekit.example",
        LIVEKIT_API_KEY: "key",
        LIVEKIT_API_SECRET: LIVEKIT_SECRET,
        ETH_RPC_URL: secretUrl(server.url),
        DENY_LIST_URL: secretUrl(server.url),
        COMMS_GATEKEEPER_URL: secretUrl(server.url, ""),
        CONTENT_URL: server.url,
        BAN_SWEEP_INTERVAL_MS: "500",
      });
      try {
        const record = new Record();
        const { client } = await realm.player(freshGround()(0, 0));
        const viewer = await realm.watch();
        record.note("an island", JSON.stringify(client.islands));
        await misbehave(realm, record);
        await record.browse(realm);
        record.note("a frame", JSON.stringify(await viewer.next()));
        record.assertFreeOf([LIVEKIT_SECRET, ...URL_SECRETS], realm);
        const asked = server.asked.map(({ path }) => path).join();
        for (const secret of [IN_PATH, IN_QUERY]) assert.ok(asked.includes(secret), "nobody was asked");
      } finally {
        await realm.stop();
        await server.stop();
      }
    });
  }

  it("stay secret when nobody is there to be asked", async () => {
    const nobody = "http://127.0.0.1:1";
    const realm = await Realm.start({
      ETH_RPC_URL: secretUrl(nobody),
      DENY_LIST_URL: secretUrl(nobody),
      COMMS_GATEKEEPER_URL: secretUrl(nobody, ""),
      CONTENT_URL: nobody,
      BAN_SWEEP_INTERVAL_MS: "500",
    });
    try {
      const record = new Record();
      await realm.player(freshGround()(0, 0));
      await misbehave(realm, record);
      await record.browse(realm);
      assert.ok(
        realm.log.some((line) => line.includes("not checked")),
        "the log says nothing of it",
      );
      record.assertFreeOf(URL_SECRETS, realm);
    } finally {
      await realm.stop();
    }
  });

  for (const vars of [
    { ETH_RPC_URL: `htp://${USER}:${PASSWORD}@node.example/${IN_PATH}?key=${IN_QUERY}` },
    { ETH_RPC_URL: `${IN_PATH}?key=${IN_QUERY}` },
    { ETH_RPC_URL: `https://${USER}:${PASSWORD}@node.example/${IN_PATH}` },
    { COMMS_GATEKEEPER_URL: `https://${USER}:${PASSWORD}@gatekeeper.example` },
    { DENY_LIST_URL: `https://${USER}@list.example/${IN_PATH}?key=${IN_QUERY}` },
    { ETH_RPC_URL: `https://node.example/${IN_PATH}#${IN_QUERY}` },
    { COMMS_GATEKEEPER_URL: `https://gatekeeper.example/${IN_PATH}?key=${IN_QUERY}` },
    { DENY_LIST_URL: `https:// ${USER}:${PASSWORD}@list.example` },
    { LIVEKIT_API_SECRET: LIVEKIT_SECRET },
    { TRANSPORT: "livekit", LIVEKIT_API_SECRET: LIVEKIT_SECRET },
    { LIVEKIT_HOST: "ftp://livekit.example", LIVEKIT_API_KEY: "key", LIVEKIT_API_SECRET: LIVEKIT_SECRET },
  ]) {
    const [[name, value]] = Object.entries(vars) as [[string, string]];
    it(`stay secret when the configuration is wrong: ${name}=${value.slice(0, 12)}…`, async () => {
      const realm = await Realm.start(vars);
      try {
        const record = new Record();
        await record.browse(realm);
        const { status, body } = await send(`${realm.url}/about`);
        const { error } = JSON.parse(body) as { error: string };
        assert.equal(status, 500);
        assert.match(error, /^[A-Z_]+ is /);
        record.assertFreeOf([LIVEKIT_SECRET, ...URL_SECRETS], realm);
      } finally {
        await realm.stop();
      }
    });
  }

  it("stay secret where the realm has rooms of its own: their key is nowhere to be seen", async () => {
    const realm = await Realm.start({ RESUME_GRACE: "2" });
    try {
      const record = new Record();
      const at = freshGround();
      const travellers = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))] as const;
      const [one, two] = travellers;
      two.room.chat("hello");
      const { connStr } = one.visit.island;
      const { token } = readConnStr(connStr);
      const links = [
        connStr,
        withToken(connStr, ""),
        withToken(connStr, `${token}A`),
        withToken(connStr, token.slice(4)),
      ];
      for (const wrong of [...links, connStr.replace("main.", "other.")]) {
        const { status, headers, body } = await send(roomUrl(wrong).replace("ws:", "http:"), upgradeHeaders("rfc5"));
        record.note("a room's door", `${status} ${JSON.stringify(headers)} ${body}`);
      }
      const outsider = await realm.openRoom(connStr);
      await outsider.prove(await Identity.create());
      record.note("a close of a room", (await outsider.end()).reason);
      await misbehave(realm, record);
      await record.browse(realm);
      await sleep(SETTLED_MS);
      for (const { client, room } of travellers) {
        record.note("what a client was told", JSON.stringify([client.islands, room.packets]));
        for (const { body } of room.heard) record.note("what was said in a room", Buffer.from(body).toString("hex"));
      }
      const key = await eventually(PATIENCE_MS, () => roomKey(realm.storage));
      assert.equal(key.length, 32);
      record.assertFreeOf(formsOfKey(key), realm);
      for (const line of realm.log) assert.ok(!line.includes(token), `the log holds a token: ${line}`);
    } finally {
      await realm.stop();
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { send, upgradeHeaders } from "./support/http.ts";
import { Identity } from "./support/identity.ts";
import { challengeRequest, heartbeat, signedChallenge } from "./support/packets.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";
import { json, late, WebServer } from "./support/web-server.ts";

const ONE_SHARD = { CONNECTOR_SHARDS: "1" };
const PER_BLOCK = 256;
const PER_ADDRESS = 16;
const PER_IP = 3;
/** An object without events for 10 s goes to sleep: its memory is gone, its sockets stay. */
const ASLEEP_MS = 13_000;

const from = (ip: string) => ({ headers: { "CF-Connecting-IP": ip } });

/** As many sockets, one after the other, each from where `ip` says. */
async function open(realm: Realm, count: number, ip: (index: number) => string): Promise<RawSocket[]> {
  const sockets: RawSocket[] = [];
  for (let index = 0; index < count; index += 1) sockets.push(await RawSocket.open(realm.host, from(ip(index))));
  return sockets;
}

function cutAll(sockets: readonly RawSocket[]): void {
  for (const socket of sockets) socket.cut();
}

const isOpen = ({ closeInfo }: RawSocket) => closeInfo === undefined;

describe("handshakes from one network", () => {
  const TOO_MANY = { code: 1013, reason: "Too many handshakes from your network" };
  let realm: Realm;
  before(async () => {
    realm = await Realm.start(ONE_SHARD);
  });
  after(() => realm.stop());

  for (const [name, near, far] of [
    ["/24 of IPv4", (index: number) => `203.0.113.${index % 256}`, "203.0.112.255"],
    ["/24 of IPv4 in IPv6", (index: number) => `::ffff:192.0.2.${index % 256}`, "192.0.3.1"],
    ["/48 of IPv6", (index: number) => `2001:db8:1:${index.toString(16)}::${index}`, "2001:db8:2::1"],
  ] as const) {
    it(`are ${PER_BLOCK} at a time from a ${name}; the oldest has to go`, async () => {
      const before = await counters(realm);
      const elsewhere = await RawSocket.open(realm.host, from(far));
      const unknown = await RawSocket.open(realm.host);
      const [player] = await open(realm, 1, near);
      await player?.login(await Identity.create());
      const sockets = await open(realm, PER_BLOCK, near);
      // However far it has come.
      sockets[1]?.send(challengeRequest((await Identity.create()).address));
      await sockets[1]?.next("challengeResponse");
      await sleep(SETTLED_MS);
      assert.ok(sockets.every(isOpen), "one was closed that is not too many");

      const more = await open(realm, 2, (index) => near(index + 7));
      assert.deepEqual(await sockets[0]?.closed(), TOO_MANY);
      assert.deepEqual(await sockets[1]?.closed(), TOO_MANY);
      await sleep(SETTLED_MS);
      const others = [...sockets.slice(2), ...more, elsewhere, unknown];
      assert.ok(others.every(isOpen), "another one was closed");
      assert.ok(player && isOpen(player), "the player was closed, whose handshake is over");
      // Counts come with the next report.
      player.send(heartbeat([1, 2, 3]));
      await assertCounted(realm, before, { "handshakes_total:crowded": 2 });

      // Who comes through makes room for another one.
      await more[0]?.login(await Identity.create());
      const last = await open(realm, 1, near);
      await sleep(SETTLED_MS);
      assert.ok([...others, ...last].every(isOpen), "there was room for one more");
      cutAll([...others, ...last, player]);
    });
  }

  it("are as many as there are where nobody knows the network", async () => {
    const count = PER_BLOCK + 20;
    for (const headers of [{}, { "CF-Connecting-IP": "somewhere" }, { "X-Forwarded-For": "203.0.113.9" }]) {
      const sockets = await Promise.all(Array.from({ length: count }, () => RawSocket.open(realm.host, { headers })));
      await sleep(SETTLED_MS);
      assert.ok(sockets.every(isOpen), JSON.stringify(headers));
      cutAll(sockets);
    }
  });
});

describe("sockets of one player", () => {
  const HELD_MS = 700;
  const TOO_MANY = { code: 1008, reason: "Too many connections of this address" };
  let realm: Realm;
  let gatekeeper: WebServer;
  before(async () => {
    gatekeeper = await WebServer.start(late(HELD_MS, json({ data: { isBanned: false } })));
    realm = await Realm.start({ ...ONE_SHARD, COMMS_GATEKEEPER_URL: gatekeeper.url });
  });
  after(async () => {
    await realm.stop();
    await gatekeeper.stop();
  });

  it(`are ${PER_ADDRESS} at a time while it is found out who they are; the oldest has to go`, async () => {
    const identity = await Identity.create();
    const other = await realm.login();
    const before = await counters(realm);
    const sockets: RawSocket[] = [];
    for (let index = 0; index < PER_ADDRESS + 2; index += 1) sockets.push(await RawSocket.open(realm.host));
    const answers: Uint8Array[] = [];
    for (const socket of sockets)
      answers.push(signedChallenge(identity.sign(await socket.challenge(identity.address))));
    // All are held for longer than this takes.
    for (const [index, socket] of sockets.entries()) socket.send(answers[index] ?? assert.fail());
    for (const oldest of sockets.slice(0, 2)) {
      assert.deepEqual(await oldest.closed(), TOO_MANY);
      assert.deepEqual(oldest.messages, []);
    }
    await assertCounted(realm, before, { "closes_total:crowded_address": 2 });
    const [winner] = await eventually(PATIENCE_MS, () => {
      const open = sockets.filter(isOpen);
      assert.equal(open.length, 1);
      return open;
    });
    assert.equal((await winner?.next("welcome"))?.peerId, identity.address);
    await other.client.quiet(0);
  });

  it("do not close a session for those who only say that they are its player", async () => {
    const at = freshGround();
    const { client, address } = await realm.player(at(0, 0));
    const sockets = await Promise.all(Array.from({ length: 2 * PER_ADDRESS }, () => RawSocket.open(realm.host)));
    for (const socket of sockets) await socket.challenge(address);
    await sleep(SETTLED_MS);
    assert.ok(sockets.every(isOpen));
    await client.quiet(0);
    cutAll(sockets);
  });
});

describe("sockets of one IP address", { concurrency: 3 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ ...ONE_SHARD, MAX_SOCKETS_PER_IP: String(PER_IP) });
  });
  after(() => realm.stop());

  async function assertFull(ip: string): Promise<void> {
    const headers = { ...upgradeHeaders("archipelago"), "CF-Connecting-IP": ip };
    const answer = await send(`${realm.url}/ws`, headers);
    assert.equal(answer.status, 429);
    assert.match(answer.headers["content-type"] ?? "", /^application\/json\b/);
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    const { error, ...rest } = JSON.parse(answer.body) as { error: string };
    assert.match(error, /IP/);
    assert.deepEqual(rest, {});
  }

  it(`are at most MAX_SOCKETS_PER_IP, whatever they do, and one that is closed makes room`, async () => {
    const ip = "198.51.100.7";
    const sockets = await open(realm, PER_IP, () => ip);
    const [silent, asking, playing] = sockets;
    assert.ok(silent && asking && playing);
    await asking.challenge((await Identity.create()).address);
    await playing.login(await Identity.create());
    await assertFull(ip);
    for (const neighbour of ["198.51.100.8", "::1"]) (await RawSocket.open(realm.host, from(neighbour))).cut();
    for (const goes of [silent, playing]) {
      if (goes === silent) goes.cut();
      else await goes.leave();
      await eventually(PATIENCE_MS, async () => {
        const [next] = await open(realm, 1, () => ip);
        assert.ok(next);
        sockets.push(next);
      });
      await assertFull(ip);
    }
    cutAll(sockets);
  });

  it("are counted together where they share a /64 of IPv6, or are the same in IPv6 as in IPv4", async () => {
    for (const [ip, same, other] of [
      [(index: number) => `2001:db8:7:7::${index}`, "2001:db8:7:7:ffff:ffff:ffff:ffff", "2001:db8:7:8::1"],
      [() => "192.0.2.77", "::ffff:192.0.2.77", "192.0.2.78"],
    ] as const) {
      const sockets = await open(realm, PER_IP, ip);
      await assertFull(same);
      cutAll([...sockets, await RawSocket.open(realm.host, from(other))]);
    }
  });

  it("are counted until their clients have answered the close, also when the connector has slept", async () => {
    const ip = "198.51.100.66";
    const sockets = await open(realm, PER_IP, () => ip);
    for (const socket of sockets) {
      socket.deaf = true;
      socket.send(Buffer.of(0xff));
      await socket.ended;
      assert.equal(socket.closeInfo?.code, 1007);
    }
    await assertFull(ip);
    await sleep(ASLEEP_MS);
    await assertFull(ip);
    cutAll(sockets);
    await eventually(PATIENCE_MS, async () => {
      await open(realm, 1, () => ip);
    });
  });

  it("are still counted when the connector has slept", async () => {
    const ip = "198.51.100.99";
    const alone = await Realm.start({ ...ONE_SHARD, MAX_SOCKETS_PER_IP: String(PER_IP) });
    try {
      await open(alone, PER_IP, () => ip);
      await sleep(ASLEEP_MS);
      await assert.rejects(
        open(alone, 1, () => ip),
        { status: 429 },
      );
      const [another] = await open(alone, 1, () => "198.51.100.98");
      await another?.login(await Identity.create());
    } finally {
      await alone.stop();
    }
  });

  for (const headers of [
    {},
    { "CF-Connecting-IP": "" },
    { "CF-Connecting-IP": "somewhere" },
    { "CF-Connecting-IP": "198.51.100.7, 198.51.100.8" },
    { "CF-Connecting-IP": "198.51.100.7:443" },
    { "CF-Connecting-IP": "1".repeat(5_000) },
    { "X-Forwarded-For": "198.51.100.20", "X-Real-IP": "198.51.100.20", Forwarded: "for=198.51.100.20" },
  ]) {
    const [shown = "nothing"] = Object.entries(headers).map(([name, value]) => `${name}: ${value.slice(0, 40)}`);
    it(`are as many as there are if the IP address is not known: ${shown}`, async () => {
      const opened = Array.from({ length: 4 * PER_IP }, () => RawSocket.open(realm.host, { headers }));
      cutAll(await Promise.all(opened));
    });
  }

  it("are as many as there are unless told otherwise", async () => {
    const free = await Realm.start(ONE_SHARD);
    try {
      const sockets = await open(free, 100, () => "198.51.100.7");
      await sleep(SETTLED_MS);
      assert.ok(sockets.every(isOpen));
    } finally {
      await free.stop();
    }
  });
});

describe("sockets that go on after they were closed", () => {
  const RESTLESS = 16;
  const ANSWER_MS = 1_000;
  const RUBBISH = Buffer.of(0xff);
  const near = (index: number) => `203.0.113.${index}`;
  let realm: Realm;
  before(async () => {
    realm = await Realm.start(ONE_SHARD);
  });
  after(() => realm.stop());

  it(`are ${RESTLESS} until nobody else comes in from their network, and others do`, async () => {
    const at = freshGround();
    const { client } = await realm.player(at(0, 0));
    const sockets = await open(realm, RESTLESS, near);
    for (const socket of sockets) {
      socket.deaf = true;
      socket.send(RUBBISH);
      await socket.ended;
    }
    // Closed is not enough.
    cutAll(await open(realm, 1, () => near(99)));
    for (const socket of sockets) socket.send(RUBBISH);
    await eventually(PATIENCE_MS, async () => {
      const startMs = performance.now();
      await assert.rejects(
        open(realm, 1, () => near(99)),
        { status: 503 },
      );
      assert.ok(performance.now() - startMs > ANSWER_MS - 100, "who comes again at once is answered at once");
    });
    // Counters go out with what else there is to report.
    client.heartbeat(at(1, 0));
    await assertCounted(realm, {}, { "sockets_refused_total:restless": 1 });
    for (const ip of ["203.0.112.1", "2001:db8::1"]) {
      const [socket] = await open(realm, 1, () => ip);
      await socket?.login(await Identity.create());
    }
    await client.quiet(0);
    cutAll(sockets);
    await eventually(PATIENCE_MS, async () => {
      const [socket] = await open(realm, 1, () => near(99));
      await socket?.login(await Identity.create());
    });
  });
});

describe("a flood of challenge requests", () => {
  const AT_ONCE = 400;
  const FLOOD_MS = 4_000;
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  it("keeps nobody out, and shows up nowhere", async () => {
    const at = freshGround();
    const witness = await realm.player(at(0, 0));
    const { address } = await Identity.create();
    const frame = challengeRequest(address);
    let flooding = true;
    let asked = 0;
    const flood = async () => {
      while (flooding) {
        const socket = await RawSocket.open(realm.host);
        socket.send(frame);
        await socket.nextMessage();
        socket.cut();
        asked += 1;
      }
    };
    const floods = Array.from({ length: AT_ONCE }, flood);
    await sleep(FLOOD_MS / 2);
    const newcomer = await realm.player(at(1, 0));
    assert.equal(newcomer.island, witness.island);
    await sleep(FLOOD_MS / 2);
    flooding = false;
    await Promise.all(floods);
    assert.ok(asked > AT_ONCE, `only ${asked} challenges were asked for`);
    await eventually(PATIENCE_MS, async () => {
      const known = (await realm.peers()).map((peer) => peer.address).sort();
      assert.deepEqual(known, [witness.address, newcomer.address].sort());
    });
    await witness.client.quiet(0);
    await newcomer.client.quiet(0);
  });
});

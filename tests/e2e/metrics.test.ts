import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { bytesAfterHead, send } from "./support/http.ts";
import { refusal } from "./support/raw-http.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually } from "./support/wait.ts";

const TYPE = "text/plain; version=0.0.4; charset=utf-8";

const COUNTERS = [
  ...["welcomed", "refused", "banned", "denied", "too_fast", "crowded", "positions_refused", "wishes_refused"],
  ...[
    "ban_checks",
    "ban_checks_failed",
    "deny_lists",
    "deny_lists_failed",
    "contract_checks",
    "contract_checks_failed",
  ],
  ...["room_received", "room_relayed", "room_dropped", "room_too_slow"],
].map((name) => `archipelago_${name}_total`);

/** One metric without labels. */
interface Metric {
  type: string;
  value: number;
}

/** The metrics of an answer by name; fails on whatever the format does not allow. */
function parse(text: string): Map<string, Metric> {
  assert.ok(text.endsWith("\n"), "the last line has no end");
  const lines = text.slice(0, -1).split("\n");
  const metrics = new Map<string, Metric>();
  for (let index = 0; index < lines.length; index += 3) {
    const [, name = ""] = take(lines[index], /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\\]+$/);
    const [, typed, type = ""] = take(lines[index + 1], /^# TYPE (\S+) (counter|gauge)$/);
    const [, sampled, value] = take(lines[index + 2], /^(\S+) (\d+)$/);
    assert.deepEqual([typed, sampled], [name, name]);
    assert.equal(type === "counter", name.endsWith("_total"), name);
    assert.ok(!metrics.has(name), `${name} occurs twice`);
    metrics.set(name, { type, value: Number(value) });
  }
  return metrics;
}

function take(line: string | undefined, pattern: RegExp): RegExpExecArray {
  return pattern.exec(line ?? "") ?? assert.fail(`not as the format has it: ${line}`);
}

/** Longer than any that is looked at. */
const LONG_WISH = "I".repeat(65);

describe("/metrics", () => {
  let realm: Realm;
  before(async () => {
    // What a connector has counted comes with what else it has to say.
    realm = await Realm.start({ CONNECTOR_SHARDS: "1" });
  });
  after(() => realm.stop());

  it("is in Prometheus' text format, for everybody", async () => {
    const { status, headers, body } = await send(`${realm.url}/metrics`, {});
    assert.equal(status, 200);
    assert.equal(headers["content-type"], TYPE);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["x-content-type-options"], "nosniff");
    const metrics = parse(body);
    assert.deepEqual([...metrics.keys()].sort(), ["archipelago_users", ...COUNTERS].sort());
    assert.equal(metrics.get("archipelago_users")?.type, "gauge");
    for (const [name, { value }] of metrics) assert.equal(value, 0, name);
  });

  it("has a header of its own, and is read only", async () => {
    const head = await send(`${realm.url}/metrics`, {}, "HEAD");
    assert.deepEqual([head.status, head.headers["content-type"]], [200, TYPE]);
    assert.equal(await bytesAfterHead(`${realm.url}/metrics`), "");
    assert.equal((await send(`${realm.url}/metrics`, {}, "POST")).status, 405);
    assert.equal((await send(`${realm.url}/metrics`, {}, "OPTIONS")).status, 204);
    assert.equal((await send(`${realm.url}/comms/metrics`, {})).status, 404);
  });

  it("counts who is there, and what was passed over", async () => {
    const at = freshGround();
    const { client } = await realm.player(at(0, 0));
    const { client: other } = await realm.player(at(300, 0));
    client.heartbeat([Number.NaN, 0, 0]);
    client.heartbeat([0, 0, Number.POSITIVE_INFINITY]);
    client.heartbeat([1_000_001, 0, 0]);
    client.heartbeat(at(1, 0), LONG_WISH);
    await assertCounted(
      realm,
      {},
      { users: 2, welcomed_total: 2, positions_refused_total: 3, wishes_refused_total: 1 },
    );
    await other.leave();
    await assertCounted(realm, {}, { users: 1, welcomed_total: 2 });
    await client.leave();
    await assertCounted(realm, {}, { users: 0, welcomed_total: 2 });
  });

  it("counts those who do not get in", async () => {
    const before = await counters(realm);
    const client = await realm.connect();
    client.send("text");
    assert.equal((await client.closed()).code, 1007);
    await realm.player(freshGround()(0, 0));
    await assertCounted(realm, before, { refused_total: 1, welcomed_total: 1 });
  });

  it("counts what is said in rooms", async () => {
    const before = await counters(realm);
    const at = freshGround();
    const [one, two] = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))];
    await eventually(PATIENCE_MS, () => assert.deepEqual(one.room.company, [two.address]));
    one.room.chat("one");
    two.room.chat("two");
    await eventually(PATIENCE_MS, () => assert.deepEqual([one.room.chats.length, two.room.chats.length], [1, 1]));
    // What a room has counted is told at the latest when all have left.
    await Promise.all([one.leave(), two.leave()]);
    await assertCounted(realm, before, { room_received_total: 2 });
    // That somebody comes or goes is told the others, too.
    const { room_relayed_total: relayed = 0 } = await counters(realm);
    assert.ok(relayed >= (before.room_relayed_total ?? 0) + 2, `${relayed}`);
  });
});

describe("/metrics of a realm that does not answer", () => {
  it("is an error in JSON, until it answers again", async () => {
    const realm = await Realm.start({}, { build: "faults" });
    try {
      for (const call of ["/status", "/counters"]) {
        for (const method of ["GET", "HEAD"]) {
          await realm.arm({ at: "realm.request", of: call, how: "fail" });
          await refusal(503, `${realm.url}/metrics`, {}, method);
        }
        assert.equal((await counters(realm)).users, 0);
      }
    } finally {
      await realm.stop();
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, COUNTS_REST_MS, counters, families } from "./support/counters.ts";
import { bytesAfterHead, send } from "./support/http.ts";
import { FAMILIES } from "./support/metric-families.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";

const TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Longer than any that is looked at. */
const LONG_WISH = "I".repeat(65);

describe("/metrics", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ CONNECTOR_SHARDS: "1" });
  });
  after(() => realm.stop());

  it("is in Prometheus' text format, for everybody", async () => {
    const { status, headers, body } = await send(`${realm.url}/metrics`, {});
    assert.equal(status, 200);
    assert.equal(headers["content-type"], TYPE);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.ok(body.endsWith("\n"), "the last line has no end");
    const found = await families(realm);
    assert.deepEqual(Object.fromEntries(found.map(({ name, type }) => [name, type.toLowerCase()])), FAMILIES);
    assert.equal(found.length, Object.keys(FAMILIES).length, "a family occurs twice");
    for (const { name, help } of found) {
      assert.match(help, /^[A-Z].*\.$/, name);
      for (const kind of ["HELP", "TYPE"])
        assert.equal(`\n${body}`.split(`\n# ${kind} ${name} `).length, 2, `${kind} ${name}`);
    }
    const series = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const names = series.map((line) => line.slice(0, line.lastIndexOf(" ")));
    assert.equal(new Set(names).size, names.length, "a series occurs twice");
  });

  it("has every series from the start, with 0", async () => {
    const { storage_rows_written_total: rows = 0, ...others } = await counters(realm);
    assert.ok(rows > 0, "the start is not stored");
    for (const [name, value] of Object.entries(others)) assert.equal(value, 0, name);
  });

  it("has a header of its own, and is read only", async () => {
    const head = await send(`${realm.url}/metrics`, {}, "HEAD");
    assert.deepEqual([head.status, head.headers["content-type"]], [200, TYPE]);
    assert.equal(await bytesAfterHead(`${realm.url}/metrics`), "");
    assert.equal((await send(`${realm.url}/metrics`, {}, "POST")).status, 405);
    assert.equal((await send(`${realm.url}/metrics`, {}, "OPTIONS")).status, 204);
    assert.equal((await send(`${realm.url}/comms/metrics`, {})).status, 404);
  });

  it("counts who is there", async () => {
    const at = freshGround();
    const before = await counters(realm);
    const { client } = await realm.player(at(0, 0));
    const { client: other } = await realm.player(at(300, 0));
    await assertCounted(realm, before, {
      peers_count: 2,
      islands_count: 2,
      "sessions:live": 2,
      "handshakes_total:welcomed": 2,
      "closes_total:client": 0,
    });
    await other.leave();
    await assertCounted(realm, before, { peers_count: 1, islands_count: 1, "sessions:live": 1 });
    await client.leave();
    await assertCounted(realm, before, {
      peers_count: 0,
      islands_count: 0,
      "sessions:live": 0,
      "handshakes_total:disconnected": 0,
      "closes_total:client": 2,
    });
  });

  it("counts heartbeats: each is forwarded, or dropped for a reason", async () => {
    const at = freshGround();
    const before = await counters(realm);
    const { client } = await realm.player(at(0, 0));
    client.heartbeat([Number.NaN, 0, 0]);
    client.heartbeat([0, 0, Number.POSITIVE_INFINITY]);
    client.heartbeat([1_000_001, 0, 0]);
    client.heartbeat(at(1, 0), LONG_WISH);
    const crowd = 50;
    for (let index = 0; index < crowd; index += 1) client.heartbeat(at(index / 10, 0));
    await client.quiet(SETTLED_MS);
    await assertCounted(realm, before, {
      heartbeats_received_total: 1 + 4 + crowd,
      "heartbeats_dropped_total:no_position": 3,
      wishes_refused_total: 1,
    });
    const now = await counters(realm);
    const grown = (name: string) => (now[name] ?? assert.fail(name)) - (before[name] ?? 0);
    const dropped = grown("heartbeats_dropped_total:superseded");
    assert.ok(dropped > crowd / 2, `${dropped} were replaced by newer ones`);
    assert.equal(grown("heartbeats_received_total"), grown("heartbeats_forwarded_total") + 3 + dropped);
    await client.leave();
  });

  it("counts islands that change, flushes, deliveries, and what is stored", async () => {
    const at = freshGround();
    const before = await counters(realm);
    const players = [await realm.player(at(0, 0)), await realm.player(at(1_000, 0))];
    players[0]?.client.heartbeat(at(1_000, 0));
    await assertCounted(realm, before, {
      change_island_count: 1,
      deliveries_pending: 0,
      deliveries_retried_total: 0,
      deliveries_failed_total: 0,
    });
    const now = await counters(realm);
    for (const name of ["deliveries_total", "flush_duration_seconds_count", "flush_lateness_seconds_count"]) {
      assert.ok((now[name] ?? 0) >= (before[name] ?? 0) + 3, `${name} ${now[name]}`);
    }
    // Two sessions and two islands; the number of the next one; then both islands again.
    const rows = "storage_rows_written_total";
    assert.ok((now[rows] ?? 0) >= (before[rows] ?? 0) + 7, `${rows} ${before[rows]} ${now[rows]}`);
    for (const { client } of players) await client.leave();
  });

  it("has histograms whose buckets hold what is in the smaller ones", async () => {
    for (const { name, type, metrics } of await families(realm)) {
      if (type !== "HISTOGRAM") continue;
      const [{ buckets = {}, count, sum } = {}] = metrics;
      const bounds = Object.entries(buckets).map(([bound, within]) => [
        Number(bound.replace("+Inf", "Infinity")),
        Number(within),
      ]);
      bounds.sort(([a = 0], [b = 0]) => a - b);
      assert.deepEqual(bounds.at(0)?.at(0), 0.001);
      assert.deepEqual(bounds.at(-1), [Number.POSITIVE_INFINITY, Number(count)]);
      const counts = bounds.map(([, within = 0]) => within);
      assert.deepEqual(
        counts,
        counts.toSorted((a, b) => a - b),
        name,
      );
      assert.ok(Number(sum) >= 0);
    }
  });

  it("counts what is said in rooms", async () => {
    const before = await counters(realm);
    const at = freshGround();
    const [one, two] = [await Traveller.start(realm, at(0, 0)), await Traveller.start(realm, at(1, 0))];
    await eventually(PATIENCE_MS, () => assert.deepEqual(one.room.company, [two.address]));
    await assertCounted(realm, before, { ws_rooms_count: 1, ws_rooms_connections: 2 });
    one.room.chat("one");
    two.room.chat("two");
    await eventually(PATIENCE_MS, () => assert.deepEqual([one.room.chats.length, two.room.chats.length], [1, 1]));
    // The same player once more: the one who is there makes way.
    const again = await realm.enter(two.visit.island.connStr, two.identity);
    await two.room.end();
    again.socket.send("text");
    await again.end();
    // What a room has counted is told at the latest when all have left.
    await Promise.all([one.leave(), two.client.leave()]);
    await assertCounted(realm, before, {
      ws_rooms_count: 0,
      ws_rooms_connections: 0,
      ws_rooms_connections_total: 3,
      ws_rooms_in_messages: 2,
      ws_rooms_kicks_total: 1,
      ws_rooms_unknown_sent_messages_total: 1,
      "ws_rooms_closes_total:replaced": 1,
      "ws_rooms_closes_total:undecodable": 1,
      ws_rooms_dropped_messages_total: 0,
    });
    // That somebody comes or goes is told the others, too.
    const { ws_rooms_out_messages: relayed = 0 } = await counters(realm);
    assert.ok(relayed >= (before.ws_rooms_out_messages ?? 0) + 2, `${relayed}`);
  });

  it("says the same if nothing happens", async () => {
    // Whatever was left to be told has been.
    await sleep(COUNTS_REST_MS + SETTLED_MS);
    const { storage_rows_written_total: _alarms, ...before } = await counters(realm);
    await sleep(SETTLED_MS);
    const { storage_rows_written_total: _more, ...after } = await counters(realm);
    assert.deepEqual(after, before);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Catalyst } from "./support/catalyst.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { send } from "./support/http.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import type { Point } from "./support/packets.ts";
import { refusal } from "./support/raw-http.ts";
import { freshGround, type Player, Realm, SETTLED_MS } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";

/** More often than anything is tried in a test. */
const ALWAYS = 1_000_000;

/** What both players of these tests have caused. */
const TWO_PLAYERS = { "handshakes_total:welcomed": 2, "sessions:live": 2, peers_count: 2 };

/** Players that are far from each other, and where they are. */
function players(realm: Realm): Promise<(Player & { at: Point })[]> {
  const ground = freshGround();
  const points = [ground(0, 0), ground(1_000, 0)];
  return Promise.all(points.map(async (at) => ({ ...(await realm.player(at)), at })));
}

describe("/metrics, where something fails", () => {
  let catalyst: Catalyst;
  let realm: Realm;
  before(async () => {
    catalyst = await Catalyst.start();
    realm = await Realm.start({ CATALYST_URLS: catalyst.url }, { build: "faults" });
  });
  after(async () => {
    await realm?.stop();
    await catalyst?.stop();
  });

  it("is an error in JSON while the realm does not answer, and nothing is lost", async () => {
    await realm.arm({ at: "realm.request", of: "/status", how: "fail" });
    // The catalyst was asked, and the realm has not heard of it.
    await send(`${realm.url}/about`);
    for (const method of ["GET", "HEAD"]) {
      await realm.arm({ at: "realm.request", of: "/counters", how: "fail" });
      await refusal(503, `${realm.url}/metrics`, {}, method);
    }
    assert.equal((await counters(realm))["upstream_calls_total:catalysts:answered"], 1);
    assert.equal((await counters(realm))["upstream_calls_total:catalysts:answered"], 1);
  });

  it("asks the realm one thing", async () => {
    const before = realm.logged("fault").length;
    for (const call of ["/status", "/snapshot", "/rooms", "/lookup"]) {
      await realm.arm({ at: "realm.request", of: call, how: "fail", times: ALWAYS });
    }
    await counters(realm);
    await realm.arm({ at: "realm.request", of: "/counters", how: "fail", times: 1, after: 1 });
    await counters(realm);
    await refusal(503, `${realm.url}/metrics`, {}, "GET");
    await realm.disarm();
    // Lines come in their order: what has failed before is there by then, although nobody has noticed.
    await eventually(PATIENCE_MS, () => assert.ok(realm.logged("fault").length > before));
    assert.match(realm.logged("fault").slice(before).join("\n"), /^[^\n]*"\/counters"[^\n]*$/);
  });

  it("shows deliveries that fail, and are tried again", async () => {
    const start = await counters(realm);
    await realm.arm({ at: "connector.delivery", how: "fail", times: 2 });
    const { client } = await realm.player(freshGround()(0, 0));
    await assertCounted(realm, start, {
      deliveries_pending: 0,
      deliveries_failed_total: 2,
      deliveries_retried_total: 2,
      deliveries_total: 3,
    });
    await client.leave();
  });

  it("begins anew with the realm; what connectors have counted before is not counted again", async () => {
    const both = await players(realm);
    await assertCounted(realm, {}, { "sessions:live": 2, peers_count: 2 });
    const before = await counters(realm);
    assert.ok((before["handshakes_total:welcomed"] ?? 0) >= 2);
    const starts = realm.logged("realm started").length;
    await realm.arm({ at: "realm.request", of: "/status", how: "abort" });
    await send(`${realm.url}/about`);
    await eventually(PATIENCE_MS, async () => {
      for (const { client, at } of both) client.heartbeat(at);
      assert.ok(realm.logged("realm started").length > starts, "it is as it was");
    });
    await assertCounted(realm, {}, { ...TWO_PLAYERS, "handshakes_total:welcomed": 0, "closes_total:client": 0 });
    for (const { client } of both) {
      await client.quiet(SETTLED_MS);
      await client.leave();
    }
    await assertCounted(realm, {}, { "sessions:live": 0, peers_count: 0, "closes_total:client": 2 });
  });
});

describe("/metrics of a process that is killed", () => {
  it("begin anew with the next one", async () => {
    const lasting = await LastingRealm.start();
    try {
      await players(lasting.realm);
      await assertCounted(lasting.realm, {}, TWO_PLAYERS);
      const realm = await lasting.crash();
      const { storage_rows_written_total: rows = 0, ...others } = await counters(realm);
      assert.ok(rows > 0, "the start is not stored");
      // It has islands, whose players may come back, and calls on the connectors that it knew.
      for (const [name, value] of Object.entries(others)) {
        if (!/^(flush|deliveries)_/.test(name)) assert.equal(value, 0, name);
      }
      await players(realm);
      await assertCounted(realm, {}, TWO_PLAYERS);
    } finally {
      await lasting.end();
    }
  });
});

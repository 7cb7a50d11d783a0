/** The formulas of docs/scaling.md, and whether its tables are theirs. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { billOf, needOf, realmLimits, scalingTables, shardsFor } from "../../scripts/lib/scaling.mjs";

const DOCUMENT = join(ROOT, "docs", "scaling.md");

test("the tables are as the document has them", async () => {
  const text = await readFile(DOCUMENT, "utf8");
  assert.ok(text.includes(scalingTables()), "run: npm run scaling -- --document");
});

test("a connector has five hundred messages a second", () => {
  assert.deepEqual([1, 500, 501, 100_000].map(shardsFor), [1, 1, 2, 200]);
});

test("four reports a second of each connector, and two calls a login; rooms' reports come on top", () => {
  const { realmRequests, withRooms } = needOf(18_000);
  assert.equal(realmRequests, 36 * 4 + (18_000 / 1_800) * 2);
  // One of 360 rooms every ten seconds, and one for each of 150 a second who change their island.
  assert.equal(withRooms, realmRequests + 36 + 150);
});

test("beyond what one object bears there are regions of 20,000, with no more reports than one may be asked", () => {
  const { roomless, withRooms } = realmLimits();
  assert.equal(needOf(roomless).regions, 1);
  assert.ok(needOf(roomless + 1_000).regions > 1);
  assert.ok(needOf(withRooms).withRooms <= 500 && needOf(withRooms + 1_000).withRooms > 500);
  const { regions, realmRequests } = needOf(1_000_000);
  assert.deepEqual([regions, realmRequests], [50, 500]);
});

test("a flush's deliveries go out by six", () => {
  // All 20 connectors hear of one of 167 who change their island in two seconds; a call takes 50 ms.
  assert.equal(needOf(10_000).burstS.toFixed(4), ((20 / 6) * 0.05).toFixed(4));
  // Of 2,000 connectors no more than the 333 of whose players one has changed its island.
  assert.equal(needOf(1_000_000).burstS.toFixed(2), "2.78");
});

test("a bill, by hand", () => {
  // 500 are there, two connectors and the realm: 1,296,000,000 heartbeats, 20 of which are a request at $0.15 a million.
  const { heartbeats, duration, rooms, total, roomless } = billOf(1_000);
  assert.equal(heartbeats.toFixed(2), "9.72");
  // Three objects of 0.128 GB for 2,592,000 s at $12.50 a million.
  assert.equal(duration.toFixed(2), "12.44");
  // 64.8 million requests are heartbeats, 24.1056 the bus's and alarms', 2.232 logins'; a million is included, and so are
  // 400,000 GB-s, all rows and all of the worker.
  const without = 5 + 90.1376 * 0.15 + 0.595328 * 12.5;
  assert.equal(roomless.toFixed(3), without.toFixed(3));
  // 648 million requests are packets, 11.52 sockets, 2.592 + 10.8 reports, 10.8 orders; ten objects are awake. The worker
  // passes 11.52 million sockets on, a millisecond each.
  const roomy = 683.712 * 0.15 + 3.31776 * 12.5;
  assert.equal(rooms.toFixed(3), (roomy + 11.52 * 0.32).toFixed(3));
  // With the logins 12.24 million requests, ten of which the plan includes.
  assert.equal(total.toFixed(3), (without + roomy + 2.24 * 0.3).toFixed(3));
});

test("the worker's CPU is charged for where logins are many", () => {
  // 72 million logins of a millisecond, 30 of which are included.
  const { requests, ms } = { requests: 62 * 0.3, ms: 42 * 0.02 };
  const { heartbeats, bus, duration, rows, roomless } = billOf(100_000);
  const entering = 72 * 3.1 * 0.15;
  const included = 1 * 0.15 + 0.4 * 12.5 + 50;
  assert.equal(
    roomless.toFixed(3),
    (5 + heartbeats + bus + duration + rows + entering + requests + ms - included).toFixed(3),
  );
});

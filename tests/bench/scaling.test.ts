/** The formulas of docs/scaling.md, and whether its tables are theirs. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { billOf, needOf, realmLimit, scalingTables, shardsFor } from "../../scripts/lib/scaling.mjs";

const DOCUMENT = join(ROOT, "docs", "scaling.md");

test("the tables are as the document has them", async () => {
  const text = await readFile(DOCUMENT, "utf8");
  assert.ok(text.includes(scalingTables()), "run: npm run scaling -- --document");
});

test("a connector has a thousand messages a second", () => {
  assert.deepEqual([1, 1_000, 1_001, 100_000].map(shardsFor), [1, 1, 2, 100]);
});

test("four reports a second of each connector, and two calls a login", () => {
  const { realmRequests } = needOf(18_000);
  assert.equal(realmRequests, 18 * 4 + (18_000 / 1_800) * 2);
});

test("beyond what one object bears there are regions of 20,000, to which everybody reports once a flush", () => {
  const most = realmLimit();
  assert.equal(needOf(most).regions, 1);
  assert.ok(needOf(most + 1_000).regions > 1);
  const { regions, realmRequests } = needOf(1_000_000);
  assert.deepEqual([regions, realmRequests], [50, 500]);
});

test("a bill, by hand", () => {
  // 500 are there, one connector and the realm: 1,296,000,000 heartbeats, 20 of which are a request at $0.15 a million.
  const { heartbeats, duration, total } = billOf(1_000);
  assert.equal(heartbeats.toFixed(2), "9.72");
  // Two objects of 0.128 GB for 2,592,000 s at $12.50 a million.
  assert.equal(duration.toFixed(2), "8.29");
  // 64.8 million requests are heartbeats, 12.312 the bus's and alarms', 2.232 logins'; a million is included, and so are
  // 400,000 GB-s and all rows.
  assert.equal(total.toFixed(3), (5 + 78.344 * 0.15 + 0.263552 * 12.5).toFixed(3));
});

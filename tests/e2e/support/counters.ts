import assert from "node:assert/strict";
import parse, { type Family } from "parse-prometheus-text-format";
import { PATIENCE_MS } from "./connection.ts";
import { send } from "./http.ts";
import type { Realm } from "./realm.ts";
import { eventually } from "./wait.ts";

/** How long a connector may keep to itself what it has counted, if it has nothing else to say. */
export const COUNTS_REST_MS = 1_000;

/** The families of `/metrics`, in their order. */
export async function families(realm: Realm): Promise<Family[]> {
  const { status, body } = await send(`${realm.url}/metrics`);
  assert.equal(status, 200, body);
  return parse(body);
}

/**
 * What the realm has counted, by name and values of the labels, without what all names begin with: `peers_count`,
 * `closes_total:too_fast`, `upstream_calls_total:bans:failed`, `flush_duration_seconds_count`, `ws_rooms_in_messages` …
 */
export async function counters(realm: Realm): Promise<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const { name, metrics } of await families(realm)) {
    const short = name.replace(/^dcl_(archipelago_)?/, "");
    for (const { labels, value, count, sum } of metrics) {
      const key = [short, ...Object.values(labels ?? {})].join(":");
      if (value !== undefined) all[key] = Number(value);
      if (count !== undefined) all[`${key}_count`] = Number(count);
      if (sum !== undefined) all[`${key}_sum`] = Number(sum);
    }
  }
  return all;
}

/** Fails unless these counters have grown by as much since `before`, or do so soon: with the next report of a connector. */
export async function assertCounted(
  realm: Realm,
  before: Record<string, number>,
  growth: Record<string, number>,
): Promise<void> {
  await eventually(COUNTS_REST_MS + PATIENCE_MS, async () => {
    const now = await counters(realm);
    const grown = Object.keys(growth).map((name) => [name, (now[name] ?? assert.fail(name)) - (before[name] ?? 0)]);
    assert.deepEqual(Object.fromEntries(grown), growth);
  });
}

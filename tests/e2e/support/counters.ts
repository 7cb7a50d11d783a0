import assert from "node:assert/strict";
import { PATIENCE_MS } from "./connection.ts";
import type { Realm } from "./realm.ts";
import { eventually } from "./wait.ts";

/** What the realm has counted, by name, without the prefix that all of them have: `positions_refused_total` … */
export async function counters(realm: Realm): Promise<Record<string, number>> {
  const response = await fetch(`${realm.url}/metrics`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const samples = text.matchAll(/^archipelago_([a-z_]+)(?:\{[^}]*\})? (\S+)$/gm);
  return Object.fromEntries([...samples].map(([, name = "", value]) => [name, Number(value)]));
}

/** Fails unless these counters have grown by as much since `before`, or do so soon: with the next report of a connector. */
export async function assertCounted(
  realm: Realm,
  before: Record<string, number>,
  growth: Record<string, number>,
): Promise<void> {
  await eventually(PATIENCE_MS, async () => {
    const now = await counters(realm);
    const grown = Object.keys(growth).map((name) => [name, (now[name] ?? assert.fail(name)) - (before[name] ?? 0)]);
    assert.deepEqual(Object.fromEntries(grown), growth);
  });
}

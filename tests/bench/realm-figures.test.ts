/** What the benchmark of a whole realm says of its figures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boundsOf,
  CROWD_HEADS,
  crowdRow,
  FLOOD_HEADS,
  floodRow,
  keepsUp,
} from "../../scripts/lib/bench-realm-figures.mjs";
import { totalOf } from "../../scripts/lib/metrics-reader.mjs";
import type { Found } from "../../scripts/lib/realm-load.mjs";

const TIMES = { count: 100, p50: 50, p95: 200, p99: 300, max: 400 };

/** Two thousand players, twice as many messages as seconds in the server's processor. */
const FOUND: Found = {
  load: { world: "plaza-1000", players: 2_000, rate: 10, seconds: 30 },
  bots: {
    players: 2_000,
    commuters: 100,
    seconds: 30,
    playing_since_ms: 0,
    playing_until_ms: 30_000,
    handshakes_per_second: 99.6,
    handshake_ms: TIMES,
    first_island_ms: TIMES,
    crossing_ms: { ...TIMES, p95: 2_251 },
    island_changes: 100,
    heartbeats: 600_000,
    heartbeats_per_second: 20_000,
    heartbeats_asked_per_second: 20_000,
    lost: 0,
    returned: 0,
    returned_to_same_island: 0,
    returned_to_other_island: 0,
    absence_ms: TIMES,
    errors: {},
    first_errors: {},
    wrong: 0,
    meetings: { livekit: 0, ws_room: 0, offline: 2_100 },
    cpu_seconds: 10,
    chat: null,
  },
  server: { seconds: 30, cores: 0.5, busiest: 0.45, bytesMax: 150_400_000 },
  generator: { seconds: 30, cores: 0.2, busiest: 0.2, bytesMax: 50_000_000 },
  newcomers: undefined,
  received: 19_950,
};

test("a row has a cell for each head", () => {
  const crowd = Object.fromEntries(CROWD_HEADS.map((head, at) => [head, crowdRow(FOUND)[at]]));
  assert.equal(crowd.players, "2,000");
  assert.equal(crowd["server, CPU s a minute"], "30.0");
  assert.equal(crowd["server, MB"], "150");
  assert.equal(crowd["islands told a minute"], "200");
  const flood = Object.fromEntries(FLOOD_HEADS.map((head, at) => [head, floodRow(FOUND)[at]]));
  assert.equal(flood["players × rate"], "2,000 × 10");
  assert.equal(flood["server, CPU µs each"], "25.1");
  assert.equal(flood["server's busiest thread"], "45 %");
});

test("a realm that takes less than it is sent lags", () => {
  assert.equal(keepsUp(FOUND), true);
  assert.equal(keepsUp({ ...FOUND, received: 19_000 }), false);
});

test("bounds are kept or missed", () => {
  const newcomers = { ...FOUND.bots, crossing_ms: TIMES };
  const thousand = { ...FOUND, load: { ...FOUND.load, players: 1_000 }, bots: newcomers, newcomers };
  assert.deepEqual(
    boundsOf(
      [thousand, FOUND],
      [FOUND, { ...FOUND, bots: { ...FOUND.bots, heartbeats_per_second: 25_000 }, received: 25_100 }],
    ),
    [
      ["1,000 players: first island, p50, ms", "50", "≤ 100", "kept"],
      ["1,000 players: first island, p95, ms", "200", "≤ 250", "kept"],
      ["1,000 players: crossing, p95, ms", "200", "≤ 2250", "kept"],
      ["2,000 players: crossing, p95, ms", "2251", "≤ 2250", "missed"],
      ["2,000 players: CPU s a minute", "30.0", "≤ 13.9", "missed"],
      ["most heartbeats/s taken", "25,000", "≥ 25,000", "kept"],
    ],
  );
});

test("what is counted by labels is added up", () => {
  const text = '# TYPE a counter\na{b="c"} 1\na{b="d"} 2\nab 4\n';
  assert.equal(totalOf("a", text), 3);
  assert.equal(totalOf("ab", text), 4);
  assert.throws(() => totalOf("b", text), /does not count b\./);
});

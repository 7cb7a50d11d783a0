/** What the benchmark of the engine can be asked for, and what it says of its figures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf, type Row, tableOf } from "../../scripts/lib/bench-engine-figures.mjs";
import { readEngineBench, WORLDS } from "../../scripts/lib/bench-engine-options.mjs";

const ROW: Row = {
  target: "native",
  world: "uniform-100000",
  players: 100_000,
  policy: "stable",
  recall_20m: 0.84,
  recall_50m: 0.83,
  reassignments_per_player_minute: 0.5,
  islands: 1800,
  islands_min: 1000,
  size_min: 1,
  size_median: 77,
  size_max: 100,
  first_flush_ms: 30,
  flush_ms_median: 6,
  flush_ms_p99: 9,
  floor_ms_median: 0.5,
  allocations_per_flush: 0,
  allocated_bytes_per_flush: 0,
  report_ms_median: 1,
  still_flush_ms_median: 0.0001,
  bytes_per_player: 200,
};

test("without options everything is measured", () => {
  const bench = readEngineBench([]);
  assert.deepEqual(bench, { worlds: WORLDS, targets: ["native", "wasm"], flushes: 150, document: false });
  assert.equal(new Set(WORLDS).size, 18);
});

test("options choose", () => {
  const args = ["--worlds", "city, sparse,city", "--policy", "stable", "--target", "wasm", "--json", "a.json"];
  assert.deepEqual(readEngineBench([...args, "--flushes", "20", "--document"]), {
    worlds: ["city", "sparse"],
    targets: ["wasm"],
    flushes: 20,
    policy: "stable",
    json: "a.json",
    document: true,
  });
  assert.equal(readEngineBench(["--dump", "folder", "--worlds", "city"]).dump, "folder");
});

for (const [args, said] of [
  [["--target", "wasm32"], /^--target is "wasm32": it must be native or wasm\./],
  [["--flushes", "1"], /^--flushes is "1": it must be an integer, from 2 to 100000\./],
  [["--worlds", "city,"], /^--worlds is "city,": a name is empty\.\nAllowed are --worlds A,B/],
  [["--policy", ""], /^--policy is empty\./],
  [["--dump", "a", "--document"], /^--dump measures nothing\.\nAllowed are/],
  [["--dump", "a", "--json", "b"], /^--dump measures nothing\.\nAllowed are/],
  [["--world", "city"], /^Unknown option '--world'[\s\S]*Allowed are/],
  [["city"], /^Unexpected argument 'city'[\s\S]*Allowed are/],
] as const) {
  test(`${args.join(" ")} is refused`, () => {
    assert.throws(() => readEngineBench(args), { name: "Failure", message: said });
  });
}

test("the table says times as multiples of the floor", () => {
  const [head = "", line = ""] = tableOf([ROW]).split("\n");
  const heads = head.split(/\s{2,}/);
  const cells = line.split(/\s{2,}/);
  const cell = (name: string) => cells[heads.indexOf(name)];
  assert.equal(cell("× floor"), "12");
  assert.equal(cell("first"), "60");
  assert.equal(cell("p99"), "18");
  assert.equal(cell("sizes"), "1 77 100");
});

test("bounds are kept or missed", () => {
  const small: Row = { ...ROW, world: "uniform-1000", players: 1000, flush_ms_median: 0.06 };
  const greedy: Row = { ...ROW, world: "crowd-100000", policy: "x", bytes_per_player: 90, allocations_per_flush: 0.5 };
  const wasm: Row = { ...ROW, target: "wasm", flush_ms_median: 18 };
  const lines = boundsOf([ROW, small, greedy, wasm]).split("\n").slice(1);
  const found = lines.map((line) => line.split(/\s{2,}/));
  assert.deepEqual(found, [
    ["uniform-100000, stable: flush ÷ floor", "12.00", "12", "kept"],
    ["uniform-100000, stable: flush ÷ floor, first", "60.00", "40", "missed by 1.50 ×"],
    ["uniform-1000 to -100000, stable: exponent of growth", "1.00", "1.1", "kept"],
    ["uniform-100000, stable: bytes a player", "200.00", "150", "missed by 1.33 ×"],
    ["uniform-100000, stable: allocations a flush", "0.00", "0", "kept"],
    ["crowd-100000, x: bytes a player", "90.00", "150", "kept"],
    ["crowd-100000, x: allocations a flush", "0.50", "0", "missed"],
    ["uniform-100000, stable: wasm ÷ native", "3.00", "2.5", "missed by 1.20 ×"],
  ]);
  assert.equal(boundsOf([small]), "");
});

/** What the benchmark of the engine says of its figures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf, documentOf, type Row, tableOf } from "../../scripts/lib/bench-engine-figures.mjs";
import { ROW } from "./row.ts";

/** What was found in the rows about the bounds; each in its words, without the last column where all is well. */
function found(rows: readonly Row[]): string[][] {
  const lines = boundsOf(rows).split("\n").slice(1);
  return lines.map((line) => line.split(/\s{2,}/)).map((cells) => (cells[3] === "kept" ? cells.slice(0, 3) : cells));
}

const STILL = ["all worlds, stable: moves while nobody walks", "0", "≤ 0"];

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

test("the document names the command, whatever else was asked for", () => {
  assert.match(documentOf([ROW]), /^`npm run bench:engine -- --document`, \d{4}-\d\d-\d\d, on \d+ × /);
});

test("bounds are kept or missed", () => {
  const small: Row = { ...ROW, world: "uniform-1000", players: 1000, flush_ms_median: 0.06 };
  const greedy: Row = { ...ROW, world: "crowd-100000", policy: "x", bytes_per_player: 90, allocations_per_flush: 0.5 };
  const wasm: Row = { ...ROW, target: "wasm", flush_ms_median: 18 };
  assert.deepEqual(found([ROW, small, greedy, wasm]), [
    ["uniform-100000, stable: flush ÷ floor", "12.00", "≤ 12"],
    ["uniform-100000, stable: flush ÷ floor, first", "60.00", "≤ 40", "missed by 1.50 ×"],
    STILL,
    ["uniform-1000 to -100000, stable: exponent of growth", "1.00", "≤ 1.1"],
    ["uniform-100000, stable: bytes a player", "200.00", "≤ 150", "missed by 1.33 ×"],
    ["uniform-100000, stable: allocations a flush", "0.00", "≤ 0"],
    ["crowd-100000, x: bytes a player", "90.00", "≤ 150"],
    ["crowd-100000, x: allocations a flush", "0.50", "≤ 0", "missed"],
    ["uniform-100000, stable: wasm ÷ native", "3.00", "≤ 2.5", "missed by 1.20 ×"],
  ]);
  assert.equal(boundsOf([{ ...small, policy: "x" }]), "");
});

test("every preset has to be fast, and only one has to serve people so well", () => {
  for (const policy of ["coherent:tight", "coherent:balanced", "coherent:saver"]) {
    const [first] = found([{ ...ROW, policy }]);
    assert.deepEqual(first, [`uniform-100000, ${policy}: flush ÷ floor`, "12.00", "≤ 60"]);
  }
  const plaza = { ...ROW, world: "plaza-400", players: 400, recall_20m: 0.62, reassignments_per_player_minute: 1.91 };
  assert.deepEqual(found([{ ...plaza, policy: "coherent:balanced" }]), [
    ["plaza-400, coherent:balanced: recall within 20 m", "0.620", "≥ 0.63", "missed by 1.02 ×"],
    ["plaza-400, coherent:balanced: moves", "1.910", "≤ 1.9", "missed by 1.01 ×"],
  ]);
  assert.equal(boundsOf([{ ...plaza, policy: "coherent:calm" }]), "");
});

test("stable is compared with the production engine, and moves nobody who stands", () => {
  const city = { ...ROW, world: "city", players: 10_000, bytes_per_player: 90, still_reassignments: 2 };
  const kept = { ...city, recall_20m: 0.708, reassignments_per_player_minute: 3.8, still_reassignments: 0 };
  const missed = { ...kept, world: "plaza-3000", players: 3000, recall_20m: 0.02 };
  assert.deepEqual(found([city, kept, missed]), [
    ["city, stable: recall within 20 m", "0.840", "≥ 0.706"],
    ["city, stable: moves", "0.500", "≤ 3.805"],
    ["city, stable: recall within 20 m", "0.708", "≥ 0.706"],
    ["city, stable: moves", "3.800", "≤ 3.805"],
    ["plaza-3000, stable: recall within 20 m", "0.020", "≥ 0.025", "missed by 1.25 ×"],
    ["plaza-3000, stable: moves", "3.800", "≤ 0.165", "missed by 23.03 ×"],
    ["all worlds, stable: moves while nobody walks", "2", "≤ 0", "missed"],
    ["city, stable: bytes a player", "90.00", "≤ 150"],
    ["city, stable: bytes a player", "90.00", "≤ 150"],
  ]);
});

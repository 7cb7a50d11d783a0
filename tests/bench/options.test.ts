/** What the benchmark of the engine can be asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEngineBench, WORLDS } from "../../scripts/lib/bench-engine-options.mjs";

test("without options everything is measured", () => {
  const bench = readEngineBench([]);
  assert.deepEqual(bench, { worlds: WORLDS, targets: ["native", "wasm"], flushes: 150, document: false });
  assert.equal(new Set(WORLDS).size, 18);
});

test("options choose", () => {
  const args = ["--worlds", "city, sparse,city", "--policy", "stable", "--target", "wasm", "--json", "a.json"];
  assert.deepEqual(readEngineBench([...args, "--flushes", "20"]), {
    worlds: ["city", "sparse"],
    targets: ["wasm"],
    flushes: 20,
    policy: "stable",
    json: "a.json",
    document: false,
  });
  assert.equal(readEngineBench(["--document", "--json", "a.json"]).document, true);
  assert.equal(readEngineBench(["--dump", "folder", "--worlds", "city"]).dump, "folder");
});

for (const [args, said] of [
  [["--target", "wasm32"], /^--target is "wasm32": it must be native or wasm\./],
  [["--flushes", "1"], /^--flushes is "1": it must be an integer, from 2 to 100000\./],
  [["--worlds", "city,"], /^--worlds is "city,": a name is empty\.\nAllowed are --worlds A,B/],
  [["--policy", ""], /^--policy is empty\./],
  [["--dump", "a", "--document"], /^--dump measures nothing\.\nAllowed are/],
  [["--dump", "a", "--json", "b"], /^--dump measures nothing\.\nAllowed are/],
  ...["--worlds", "--policy", "--target", "--flushes"].map(
    (name) => [["--document", name, "3"], /^--document takes everything, so that the whole/] as const,
  ),
  [["--world", "city"], /^Unknown option '--world'[\s\S]*Allowed are/],
  [["city"], /^Unexpected argument 'city'[\s\S]*Allowed are/],
] as const) {
  test(`${args.join(" ")} is refused`, () => {
    assert.throws(() => readEngineBench(args), { name: "Failure", message: said });
  });
}

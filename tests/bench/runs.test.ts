/** The runs of a benchmark: what they print is read, and one that fails takes nothing with it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { measureAll } from "../../scripts/lib/bench-engine-runs.mjs";
import { figuresIn } from "../../scripts/lib/bench-runs.mjs";
import { Failure } from "../../scripts/lib/failure.mjs";
import { around, renew } from "../../scripts/lib/markdown.mjs";
import { ROW } from "./row.ts";

test("figures are found among warnings", () => {
  const warning =
    "(node:1) ExperimentalWarning: it is new\n(Use `node --trace-warnings ...` to see where)\n[DEP0040] old\n";
  assert.deepEqual(figuresIn('{"recall_20m":1}\n'), { recall_20m: 1 });
  assert.deepEqual(figuresIn(`${warning}["stable"]\n`), ["stable"]);
  assert.deepEqual(figuresIn(`{}\n${warning}`), {});
  assert.throws(() => figuresIn(warning), { name: "Failure", message: /^A run has printed no figures:\n\(node:1\)/ });
  assert.throws(() => figuresIn("1 of 2\n2\n"), { name: "Failure", message: /\n1 of 2\n2$/ });
});

const PLAN = { worlds: ["city", "surge"], policies: ["stable", "other"], targets: ["native", "wasm"] } as const;

test("what was measured is kept world by world, and a failure does not stop the rest", async () => {
  const kept: number[] = [];
  const measureOne = async (target: "native" | "wasm", world: string, policy: string) => {
    if (policy === "other" && world === "city" && target === "wasm") throw new Failure("out of memory");
    return { ...ROW, target, world, policy, fingerprint: world === "surge" && policy === "stable" ? target : "" };
  };
  const { rows, failures } = await measureAll(PLAN, measureOne, async ({ length }) => {
    kept.push(length);
  });
  assert.deepEqual(kept, [2, 4, 5, 7]);
  assert.deepEqual(
    rows.map(({ policy, world, target }) => [policy, world, target].join(" ")),
    [
      ...["stable city native", "stable city wasm", "stable surge native", "stable surge wasm"],
      ...["other city native", "other surge native", "other surge wasm"],
    ],
  );
  assert.ok(rows.every((row) => !("fingerprint" in row)));
  assert.deepEqual(failures, [
    "surge, stable: the targets end with different islands.",
    "city, other, wasm: out of memory",
  ]);
});

test("a mistake of the program itself does stop it", async () => {
  const measureOne = async () => {
    throw new TypeError("no such thing");
  };
  await assert.rejects(
    measureAll(PLAN, measureOne, async () => {}),
    TypeError,
  );
});

test("parts of a document are renewed one by one, and missed before there is anything to write", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "markdown-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "figures.md");
  const part = (name: string, text: string) =>
    `<!-- Figures: \`npm run ${name}\` writes what follows. -->\n\n${text}\n\n<!-- End of the figures. -->\n`;
  const page = (a: string, b: string) => `# A\n\n${part("a", a)}\n# B\n\n${part("b", b)}\nC\n`;
  await writeFile(file, page("old", "old"));
  await renew(file, "npm run a", "new");
  assert.equal(await readFile(file, "utf8"), page("new", "old"));
  await renew(file, "npm run b", "newer");
  assert.equal(await readFile(file, "utf8"), page("new", "newer"));
  await assert.rejects(around(file, "npm run c"), { name: "Failure", message: /does not say where the figures go/ });
});

/** The package in Node, with and without TypeScript. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PACKAGE } from "../../scripts/lib/paths.mjs";
import { type Consumer, install, tool } from "./support/consumer.ts";
import { EXPECTED } from "./support/expected.ts";

let consumer: Consumer;

before(async () => {
  consumer = await install("node");
});

after(() => consumer.remove());

test("a script", async () => {
  assert.deepEqual(JSON.parse(await consumer.run(process.execPath, "main.mjs")), EXPECTED);
});

test("a missing file is an error that names it", async (context) => {
  const script = `
    import { rmSync } from "node:fs";
    import { Archipelago, LoadError } from "archipelago-wasm";
    rmSync("node_modules/archipelago-wasm/dist/bindings/archipelago_wasm_bg.wasm");
    const error = await Archipelago.create().catch((error) => error);
    console.log(error instanceof LoadError, error.message);`;
  const other = await install();
  context.after(other.remove);
  await writeFile(join(other.folder, "missing.mjs"), script);
  const said = await other.run(process.execPath, "missing.mjs");
  assert.match(said, /^true The WebAssembly could not be read from file:.*archipelago_wasm_bg\.wasm: Error: ENOENT/);
});

/** A snippet of the README, and what it says there that it prints. */
interface Snippet {
  name: string;
  code: string;
  printed: string[];
}

/** The snippets that begin with the name of their file. What they print is the comment after each `console.log`. */
async function snippets(): Promise<Snippet[]> {
  const text = await readFile(join(PACKAGE, "README.md"), "utf8");
  return [...text.matchAll(/^```js\n\/\/ (\S+\.mjs)\n(.*?)^```$/gms)].map(([, name = "", code = ""]) => {
    const logged = code.matchAll(/^console\.log\(.*\n((?:\/\/ .*\n)+)/gm);
    const printed = [...logged].flatMap(([, comment = ""]) => comment.trimEnd().split("\n"));
    return { name, code, printed: printed.map((line) => line.slice("// ".length)) };
  });
}

test("the README's snippets print what it says", async (context) => {
  const all = await snippets();
  assert(all.length >= 4, `only ${all.map(({ name }) => name).join(", ") || "none"}`);
  for (const { name, code, printed } of all) {
    await context.test(name, async () => {
      assert(printed.length > 0, `${name} does not say what it prints`);
      await writeFile(join(consumer.folder, name), code);
      assert.deepEqual((await consumer.run(process.execPath, name)).trimEnd().split("\n"), printed);
    });
  }
});

test("its types hold in a strict program", async (context) => {
  const typed = await install("types");
  context.after(typed.remove);
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    for (const lib of ["es2022,esnext.disposable", "es2022,dom"]) {
      for (const skipLibCheck of ["false", "true"]) {
        await context.test(`${module}, ${moduleResolution}, ${lib}, skipLibCheck ${skipLibCheck}`, async () => {
          const options = { strict: "true", exactOptionalPropertyTypes: "true", target: "es2022", noEmit: "true" };
          const given = { ...options, module, moduleResolution, lib, skipLibCheck, types: "" };
          const flags = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value ?? ""]);
          assert.equal(await typed.run(tool("tsc"), ...flags, "consumer.ts"), "");
        });
      }
    }
  }
});

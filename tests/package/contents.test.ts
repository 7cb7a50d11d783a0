/** What is published: no more and no less than what works, in a form that tools and people can read. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { parse } from "smol-toml";
import { PACKAGE, ROOT } from "../../scripts/lib/paths.mjs";
import { type Consumer, install, tool } from "./support/consumer.ts";
import { declarations } from "./support/declarations.ts";

/**
 * Of the WebAssembly, gzipped. It takes some 187,000: signatures some 35,000, and most of the rest the engine, which is built for
 * speed. What is left is for what changes from day to day; a dependency that slips in has no room.
 */
const BUDGET_BYTES = 200_000;

const WASM = "dist/bindings/archipelago_wasm_bg.wasm";

let consumer: Consumer;
let published: string;

before(async () => {
  consumer = await install();
  published = join(consumer.folder, "node_modules", "archipelago-wasm");
});

after(() => consumer.remove());

const read = (file: string) => readFile(join(published, file), "utf8");

/** The files of the package that a file names: by import, export or URL. */
async function named(file: string): Promise<string[]> {
  const text = await read(file);
  const names = [...text.matchAll(/(?:from|import|new URL\()\s*"(\.[^"]+)"/g)].map(([, name]) => name ?? "");
  const paths = names.map((name) => normalize(join(dirname(file), name)));
  return file.endsWith(".d.ts") ? paths.map((path) => path.replace(/\.js$/, ".d.ts")) : paths;
}

/** Everything that some files lead to, and they themselves. */
async function reachable(entries: readonly string[]): Promise<Set<string>> {
  const found = new Set(entries);
  for (const file of found) {
    if (file.endsWith(".wasm")) continue;
    for (const path of await named(file)) found.add(path);
  }
  return found;
}

test("it holds what is built from its sources, and nothing else", async () => {
  const sources = await readdir(join(PACKAGE, "ts"), { recursive: true });
  const modules = sources.filter((file) => /(?<!\.d)\.ts$/.test(file)).map((file) => `dist/${file.slice(0, -3)}`);
  // How it works inside is nobody else's business.
  const inside = /^dist\/(load\/.*|fields|instance|messages|refuse|wire)$/;
  const typed = modules.filter((module) => !inside.test(module));
  const expected = [
    ...["LICENSE", "README.md", "package.json", WASM, WASM.replace("_bg.wasm", ".js")],
    ...modules.map((module) => `${module}.js`),
    ...typed.map((module) => `${module}.d.ts`),
  ];
  assert.deepEqual(consumer.files.toSorted(), expected.toSorted());
});

test("everything that its entry points lead to is there", async () => {
  const { exports } = JSON.parse(await read("package.json"));
  const entries = Object.values<string>(exports["."]).map((path) => normalize(path));
  assert.deepEqual(entries, ["dist/index.d.ts", "dist/workerd.js", "dist/node.js", "dist/index.js"]);
  const found = await reachable(entries);
  assert(found.has(WASM));
  assert.deepEqual(
    [...found].filter((file) => !consumer.files.includes(file)),
    [],
  );
});

test("the WebAssembly is within its budget", async () => {
  const wasm = await readFile(join(published, WASM));
  const size = gzipSync(wasm).length;
  assert(size <= BUDGET_BYTES, `${WASM} has ${size} bytes gzipped, and may have ${BUDGET_BYTES}`);
});

test("everything that is exported is documented", async () => {
  const files = [...(await reachable(["dist/index.d.ts"]))];
  const all = (await Promise.all(files.map(async (file) => declarations(await read(file))))).flat();
  const names = all.map(({ name }) => name);
  for (const name of ["Archipelago", "Archipelago.setPosition", "IslandUpdate", "Island.radius", "verifyAuthChain"]) {
    assert(names.includes(name), `${name} is not among the declarations: ${names.join(", ")}`);
  }
  assert.deepEqual(
    all.filter(({ documented }) => !documented).map(({ name }) => name),
    [],
  );
});

test("it says of itself what the workspace says", async () => {
  const described = JSON.parse(await read("package.json"));
  const { workspace } = parse(await readFile(join(ROOT, "Cargo.toml"), "utf8")) as unknown as {
    workspace: { package: { version: string; license: string } };
  };
  assert.equal(described.version, workspace.package.version);
  assert.equal(described.license, workspace.package.license);
  assert.equal(described.dependencies, undefined);
  assert.equal(await read("LICENSE"), await readFile(join(ROOT, "LICENSE"), "utf8"));
});

test("one package.json names types: the published one", async () => {
  const files = await readdir(PACKAGE, { recursive: true });
  const descriptions = files.filter((file) => /(^|[\\/])package\.json$/.test(file));
  const texts = await Promise.all(descriptions.map((file) => readFile(join(PACKAGE, file), "utf8")));
  assert.deepEqual(
    descriptions.filter((_, index) => JSON.parse(texts[index] ?? "").types),
    ["package.json"],
  );
});

test("publint has nothing to say", async () => {
  const said = await consumer.run(tool("publint"), "run", published, "--strict", "--pack", "false");
  assert.match(said, /All good/);
});

test("attw finds no wrong types", async () => {
  const said = await consumer.run(tool("attw"), consumer.tarball, "--profile", "esm-only", "--no-emoji");
  assert.match(said, /bundler/);
});

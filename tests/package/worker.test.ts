/** The package in a Cloudflare Worker: bundled by wrangler, run by workerd. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Consumer, install, tool } from "./support/consumer.ts";
import { EXPECTED } from "./support/expected.ts";
import { serve } from "./support/workerd.ts";

let consumer: Consumer;

before(async () => {
  consumer = await install("worker");
});

after(() => consumer.remove());

test("a Worker answers with islands", async () => {
  await consumer.run(tool("wrangler"), "deploy", "--dry-run", "--outdir", "bundle");
  const bundle = join(consumer.folder, "bundle");
  const wasm = (await readdir(bundle)).filter((name) => name.endsWith(".wasm"));
  assert.equal(wasm.length, 1, `the WebAssembly goes out once, not as ${wasm.join(", ")}`);
  const worker = await serve(bundle, ["worker.js", ...wasm]);
  try {
    const response = await fetch(worker.url);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), EXPECTED);
  } finally {
    await worker.stop();
  }
});

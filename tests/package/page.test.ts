/** The package in a plain page: modules from a folder, no bundler. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Route } from "playwright-core";
import { type StaticServer, serveFolder } from "../../scripts/lib/static-server.mjs";
import { launch, outcomes } from "./support/browser.ts";
import { type Consumer, install } from "./support/consumer.ts";
import { EXPECTED } from "./support/expected.ts";

const WASM = "**/archipelago_wasm_bg.wasm";

let consumer: Consumer;
let browser: Browser;
let server: StaticServer;

before(async () => {
  [consumer, browser] = await Promise.all([install("plain"), launch()]);
  server = await serveFolder(consumer.folder);
});

after(async () => {
  await browser?.close();
  await server?.close();
  await consumer?.remove();
});

/** What the page and its Web Worker show where requests for the WebAssembly are answered otherwise. */
async function show(answer?: (route: Route) => Promise<void>): Promise<{ page: string; worker: string }> {
  const context = await browser.newContext();
  if (answer) await context.route(WASM, answer);
  const page = await context.newPage();
  const came = await outcomes(page, `${server.url}index.html`);
  await context.close();
  return came;
}

test("in the page and in a Web Worker", async () => {
  const came = await show();
  assert.deepEqual([JSON.parse(came.page), JSON.parse(came.worker)], [EXPECTED, EXPECTED]);
});

test("from a server that does not know the media type", async () => {
  const contentType = "application/octet-stream";
  const came = await show(async (route) => route.fulfill({ response: await route.fetch(), contentType }));
  assert.deepEqual([JSON.parse(came.page), JSON.parse(came.worker)], [EXPECTED, EXPECTED]);
});

test("what is not there is an error that names address and status", async () => {
  const { page, worker } = await show((route) => route.fulfill({ status: 404 }));
  const url = `${server.url}node_modules/archipelago-wasm/dist/bindings/archipelago_wasm_bg.wasm`;
  assert.equal(page, `LoadError: The WebAssembly could not be fetched from ${url}: status 404`);
  assert.equal(worker, page);
});

test("a page in place of the WebAssembly is an error that says so", async () => {
  const { page } = await show((route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  assert.match(page, /^LoadError: What came from http.*_bg\.wasm \(status 200, text\/html\) is not the WebAssembly/);
});

test("no connection is an error that names the address", async () => {
  const { page } = await show((route) => route.abort());
  assert.match(page, /^LoadError: The WebAssembly could not be fetched from http.*_bg\.wasm: TypeError/);
});

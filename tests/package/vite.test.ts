/** The package in a Vite app with default settings: built, and from the development server. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { build, createServer, preview } from "vite";
import { launch, outcomes } from "./support/browser.ts";
import { type Consumer, install } from "./support/consumer.ts";
import { EXPECTED } from "./support/expected.ts";

const LOCAL = { host: "127.0.0.1", port: 0 };

let consumer: Consumer;
let browser: Browser;

before(async () => {
  [consumer, browser] = await Promise.all([install("vite"), launch()]);
});

after(async () => {
  await browser?.close();
  await consumer?.remove();
});

/** Opens what is served, and looks at what the page and its Web Worker came to. */
async function look(urls: { local: string[] } | null): Promise<void> {
  const url = urls?.local[0];
  assert(url, "it does not listen");
  const page = await browser.newPage();
  const came = await outcomes(page, url);
  assert.deepEqual([JSON.parse(came.page), JSON.parse(came.worker)], [EXPECTED, EXPECTED]);
  await page.close();
}

test("vite build and vite preview", async () => {
  await build({ root: consumer.folder, logLevel: "error" });
  const server = await preview({ root: consumer.folder, logLevel: "error", preview: LOCAL });
  try {
    await look(server.resolvedUrls);
  } finally {
    await server.close();
  }
});

test("vite, the development server", async () => {
  const server = await createServer({ root: consumer.folder, logLevel: "error", server: LOCAL });
  try {
    await server.listen();
    await look(server.resolvedUrls);
  } finally {
    await server.close();
  }
});

/** The simulator on a server of plain files: without a realm. */
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { serveFolder } from "../../../scripts/lib/static-server.mjs";
import { SimulatorPage } from "./simulator-page.ts";

/** The folder that is served. */
export const ASSETS = fileURLToPath(new URL("../../../edge-worker/assets", import.meta.url));

/** Runs a test on the page of that address, and judges the page afterwards. */
export async function visit(
  browser: Browser,
  url: string,
  test: (simulator: SimulatorPage) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const simulator = await SimulatorPage.open(browser, url, options);
  await test(simulator);
  await simulator.visit.close();
}

/** The same on a server of plain files, some of which a test may change. */
export async function visitFiles(
  browser: Browser,
  query: string,
  test: (simulator: SimulatorPage) => Promise<void>,
  change?: (path: string, bytes: Buffer) => Buffer,
): Promise<void> {
  const files = await serveFolder(ASSETS, change);
  try {
    await visit(browser, `${files.url}simulator.html${query}`, test);
  } finally {
    await files.close();
  }
}

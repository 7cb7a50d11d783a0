/** Chromium, in which pages show what the package gave them. */
import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";

/** The browser that `npm test` has found. */
export async function launch(): Promise<Browser> {
  const { CHROMIUM: executablePath } = process.env;
  assert(executablePath, "CHROMIUM must be the path of Chromium or Chrome; `npm test` sets it");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
}

/** What the page itself and its Web Worker came to: the texts that the sample pages show, once both are there. */
export async function outcomes(page: Page, url: string): Promise<{ page: string; worker: string }> {
  await page.goto(url);
  const text = async (id: string) => {
    await page.locator(`#${id}:not(:empty)`).waitFor({ state: "attached" });
    return (await page.locator(`#${id}`).textContent()) ?? "";
  };
  return { page: await text("page"), worker: await text("worker") };
}

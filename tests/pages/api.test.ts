/** The page of the API, of a realm as an operator starts it, in Chromium. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContextOptions, Locator } from "playwright-core";
import { send } from "../e2e/support/http.ts";
import { launch, Visit } from "./support/browser.ts";
import { Server } from "./support/server.ts";

/** What of the document is looked at. */
interface Document {
  readonly paths: Readonly<Record<string, unknown>>;
}

const REALMS = ["atoll", "reef"];

const LOOKS: Record<string, BrowserContextOptions> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** Some of each kind. */
const SOME = ["Realm-getAbout", "Stats-getPeersId", "WebSockets-getWs", "Deployment-getRealms"];

describe("the page of the API", () => {
  let browser: Browser;
  let server: Server;
  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start({ REALMS: REALMS.join() })]);
  });
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
  });

  /** Opens the page and waits for the first of the operations: all of them come at once. */
  async function open(options: BrowserContextOptions = {}): Promise<Visit> {
    const visit = await Visit.open(browser, `${server.url}/api`, options);
    await visit.page.locator(".opblock").first().waitFor();
    return visit;
  }

  async function unfold(visit: Visit, name: string): Promise<Locator> {
    const operation = visit.page.locator(`#operations-${name}`);
    await operation.locator(".opblock-summary-control").click();
    await operation.locator(".opblock-body").waitFor();
    return operation;
  }

  /** What a request that is made from the page was sent to, and the body that it shows. */
  async function execute(operation: Locator): Promise<{ url: string; body: string }> {
    await operation.locator(".execute").click();
    const answer = operation.locator(".live-responses-table .response");
    return {
      url: (await operation.locator(".request-url pre").textContent()) ?? "",
      body: (await answer.locator(".highlight-code pre").first().textContent()) ?? "",
    };
  }

  it("shows every path of the document, and what can be read there", async () => {
    const { paths } = await server.get<Document>("/openapi.json");
    const expected = Object.keys(paths).map((path) => `get ${path}`);
    const visit = await open();
    const shown = await visit.page.locator(".opblock").evaluateAll((blocks) =>
      blocks.map((block) => {
        const text = (name: string) => block.querySelector(name)?.textContent?.replaceAll("\u200b", "");
        return `${text(".opblock-summary-method")?.toLowerCase()} ${text(".opblock-summary-path")}`;
      }),
    );
    assert.deepEqual(shown.sort(), expected.sort());
    const headings = await visit.page.locator(".opblock-tag").evaluateAll((tags) => tags.map(({ id }) => id));
    const names = ["Realm", "Stats", "WebSockets", "Deployment"];
    assert.deepEqual(
      headings,
      names.map((name) => `operations-tag-${name}`),
    );
    await visit.page.getByText("HEAD works wherever GET does, and OPTIONS everywhere").waitFor();
    await visit.close();
  });

  it("tries out what is asked of the realm", async () => {
    const { address } = await server.player([8, 0, 8]);
    const visit = await open();
    const operation = await unfold(visit, "Stats-getPeers");
    await operation.locator(".try-out__btn").click();
    const { url, body } = await execute(operation);
    assert.equal(url, `${server.url}/peers`);
    const { ok, peers } = JSON.parse(body) as { ok: boolean; peers: { id: string }[] };
    assert.deepEqual([ok, peers.map(({ id }) => id)], [true, [address]]);
    await visit.assertAccessible();
    await visit.screenshot("api-peers");
    await visit.close();
  });

  for (const [index, name] of REALMS.entries()) {
    it(`tries out what is asked of ${index === 0 ? "the first" : "another"} realm by its name`, async () => {
      const visit = await open();
      await visit.page.locator("#servers").selectOption("/{realm}");
      const names = visit.page.getByRole("combobox", { name: "realm", exact: true });
      assert.deepEqual(await names.locator("option").allTextContents(), REALMS);
      if (index > 0) await names.selectOption(name);
      const operation = await unfold(visit, "Stats-getParcels");
      await operation.locator(".try-out__btn").click();
      const { url, body } = await execute(operation);
      assert.deepEqual(
        [url, JSON.parse(body)],
        [`${server.url}/${name}/parcels`, await server.get(`/${name}/parcels`)],
      );
      await visit.assertAccessible();
      await visit.close();
    });
  }

  for (const [look, options] of Object.entries(LOOKS)) {
    it(`can be read by everybody: ${look}`, async () => {
      const visit = await open(options);
      for (const name of SOME) await unfold(visit, name);
      await visit.page.locator("section.models > h4 > button").click();
      await visit.assertAccessible();
      const surplus = await visit.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(surplus <= 0, `${surplus} px too wide`);
      await visit.screenshot(`api-${look}`, { fullPage: true });
      await visit.close();
    });
  }

  it("changes between light and dark, and keeps that", async () => {
    const visit = await open({ colorScheme: "light" });
    const { page } = visit;
    const isDark = () => page.locator("html.dark-mode").count();
    assert.equal(await isDark(), 0);
    await page.locator("#theme").click();
    assert.equal(await isDark(), 1);
    await page.reload();
    await page.locator(".opblock").first().waitFor();
    assert.equal(await isDark(), 1);
    await visit.close();
  });

  it("is a step away from the other pages, and they from it", async () => {
    const visit = await open();
    const { page } = visit;
    const nav = page.getByRole("navigation", { name: "Pages" });
    await nav.getByRole("link", { name: "Simulator" }).click();
    await page.waitForURL(`${server.url}/simulator`);
    await nav.getByRole("link", { name: "API" }).click();
    await page.waitForURL(`${server.url}/api`);
    await nav.getByRole("link", { name: "Live map" }).click();
    await page.waitForURL(`${server.url}/`);
    await nav.getByRole("link", { name: "API" }).click();
    await page.waitForURL(`${server.url}/api`);
    assert.equal(await page.title(), "API · Archipelago");
    await visit.close();
  });

  it("comes with the licences of what it is made of", async () => {
    const visit = await open();
    const link = await visit.page.getByRole("link", { name: "licences" }).getAttribute("href");
    const { status, body } = await send(new URL(link ?? "", visit.page.url()).href, {});
    assert.equal(status, 200);
    for (const text of ["SmartBear", "Apache License", "React", "MIT"]) assert.ok(body.includes(text), text);
    await visit.close();
  });
});

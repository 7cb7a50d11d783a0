import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Company } from "./support/company.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { type Fault, FLUSH_MS, freshGround, Realm, SETTLED_MS, STATS_MS } from "./support/realm.ts";
import type { About } from "./support/stats.ts";
import { rowCount } from "./support/storage.ts";
import { eventually, sleep } from "./support/wait.ts";

/** More often than anything is tried in a test. */
const ALWAYS = 1_000_000;

async function fails(realm: Realm, fault: Omit<Fault, "how">): Promise<void> {
  const faults = realm.logged("fault").length;
  await realm.arm({ ...fault, how: "fail" });
  await eventually(PATIENCE_MS, () => assert.ok(realm.logged("fault").length > faults, "nothing has failed"));
}

describe("a failing part", () => {
  let realm: Realm;
  let company: Company;
  before(async () => {
    realm = await Realm.start({}, { build: "faults" });
    company = await Company.gather(realm);
  });
  after(() => realm.stop());

  for (const [at, times] of [
    ["realm.flush", 3],
    ["realm.alarm", 1],
  ] as const) {
    it(`does not end the loop of flushes, at ${at}`, async () => {
      await fails(realm, { at, times });
      await company.assertUndisturbed();
      await company.assertWorking();
    });
  }

  for (const at of ["realm.request", "realm.decided", "realm.stored"]) {
    it(`does not stop reports, at ${at}`, async () => {
      await fails(realm, { at, of: "/report", times: 3 });
      await company.assertUndisturbed();
      await company.assertWorking();
    });

    it(`turns away who logs in, at ${at}, and takes them later`, async () => {
      await realm.arm({ at, of: "/connect", how: "fail" });
      await assert.rejects(realm.login(), /closed: 1013/);
      await company.assertUndisturbed();
      await company.assertWorking();
    });
  }

  it("does not cost a message's sender the session", async () => {
    await fails(realm, { at: "connector.message", times: 5 });
    await company.assertUndisturbed();
    await company.assertWorking();
  });
});

describe("a storage that fails", () => {
  let realm: Realm;
  let company: Company;
  before(async () => {
    realm = await Realm.start({}, { build: "faults" });
    company = await Company.gather(realm);
  });
  after(() => realm.stop());

  it("lets nothing be told that is not stored, and everything afterwards", async () => {
    const { scout } = company;
    const rows = ["sessions", "islands"].map((table) => rowCount(realm.storage, table));
    const told = scout.client.islands.length;
    await realm.arm({ at: "realm.store", how: "fail", times: ALWAYS });
    const working = company.assertWorking();
    await eventually(PATIENCE_MS, () => assert.ok(realm.logged("fault").length > 3, "nothing was written"));
    await sleep(4 * FLUSH_MS);
    assert.equal(scout.client.islands.length, told, "told what is not stored");
    const response = await fetch(`${realm.url}/about`);
    const { healthy, acceptingUsers } = (await response.json()) as About;
    assert.deepEqual([response.status, healthy, acceptingUsers], [503, false, false]);
    await assert.rejects(realm.login(), /closed: 1013/);
    assert.deepEqual(
      ["sessions", "islands"].map((table) => rowCount(realm.storage, table)),
      rows,
      "half a transaction",
    );
    await realm.disarm();
    await working;
    await eventually(STATS_MS, () => realm.get("/about"));
    await company.assertUndisturbed();
    assert.equal(realm.logged("realm started").length, 1);
  });

  it("is tried again when the realm cannot be loaded", async () => {
    await realm.arm({ at: "realm.load", how: "fail", times: 3 });
    await realm.arm({ at: "realm.request", of: "/snapshot", how: "abort" });
    await fetch(`${realm.url}/peers`);
    await eventually(PATIENCE_MS, () => assert.equal(realm.logged("realm started").length, 2));
    await company.assertUndisturbed();
    await company.assertWorking();
  });
});

describe("deliveries that fail", () => {
  const STRANGERS = 12;
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ TRANSPORT: "offline" }, { build: "faults" });
  });
  after(() => realm.stop());

  for (const at of ["connector.delivery", "connector.delivered"]) {
    it(`are repeated and believed once, and hold up nobody else, at ${at}`, async () => {
      const ground = freshGround();
      const players = await Promise.all(Array.from({ length: STRANGERS }, () => realm.login()));
      // One connector's deliveries fail, until that connector is left alone.
      await realm.arm({ at, how: "fail", times: 3 });
      await Promise.all(players.map(({ client }, index) => client.arrive(ground(1_000 * index, 0))));
      await Promise.all(players.map(({ client }) => client.quiet(SETTLED_MS)));
      assert.equal(realm.logged("delivery failed").length % 3, 0);
      await Promise.all(players.map(({ client }) => client.leave()));
    });
  }
});

describe("an object that is dropped alone", () => {
  let realm: Realm;
  let company: Company;
  before(async () => {
    realm = await Realm.start({}, { build: "faults" });
    company = await Company.gather(realm);
  });
  after(() => realm.stop());

  for (const [at, of] of [["realm.request", "/report"], ["realm.stored", "/report"], ["realm.flush"]] as const) {
    it(`costs nobody an island, a room or a word, at ${at}`, async () => {
      const starts = realm.logged("realm started").length;
      await realm.arm({ at, how: "abort", ...(of ? { of } : {}) });
      await eventually(PATIENCE_MS, () => assert.equal(realm.logged("realm started").length, starts + 1));
      await company.assertUndisturbed();
      await company.assertWorking();
    });
  }
});

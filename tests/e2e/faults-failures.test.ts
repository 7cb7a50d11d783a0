import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { Company } from "./support/company.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { send } from "./support/http.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { type Fault, FLUSH_MS, freshGround, type Player, Realm, SETTLED_MS, STATS_MS } from "./support/realm.ts";
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
    const { status, body } = await send(`${realm.url}/about`, {});
    const { healthy, acceptingUsers } = JSON.parse(body) as About;
    assert.deepEqual([status, healthy, acceptingUsers], [503, false, false]);
    await assert.rejects(realm.login(), /closed: 1013/);
    assert.deepEqual(
      ["sessions", "islands"].map((table) => rowCount(realm.storage, table)),
      rows,
      "half a transaction",
    );
    await realm.disarm();
    await working;
    await eventually(PATIENCE_MS, () => realm.get("/about"));
    await company.assertUndisturbed();
    assert.equal(realm.logged("realm started").length, 1);
  });

  it("is tried again when the realm cannot be loaded", async () => {
    // Until then what somebody has seen is shown to others, and the realm is not asked.
    await sleep(STATS_MS);
    await realm.arm({ at: "realm.load", how: "fail", times: 3 });
    await realm.arm({ at: "realm.request", of: "/snapshot", how: "abort" });
    await send(`${realm.url}/peers`);
    await eventually(PATIENCE_MS, () => assert.equal(realm.logged("realm started").length, 2));
    await company.assertUndisturbed();
    await company.assertWorking();
  });
});

describe("deliveries that fail", () => {
  const STRANGERS = 12;
  const FAILURES = 3;
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ TRANSPORT: "offline" }, { build: "faults" });
  });
  after(() => realm.stop());

  for (const at of ["connector.delivery", "connector.delivered"]) {
    it(`are repeated and believed once, and hold up nobody else, at ${at}`, async () => {
      const ground = freshGround();
      const players = await Promise.all(Array.from({ length: STRANGERS }, () => realm.login()));
      const failures = realm.logged("delivery failed").length;
      await realm.arm({ at, how: "fail", times: FAILURES });
      await Promise.all(players.map(({ client }, index) => client.arrive(ground(1_000 * index, 0))));
      await Promise.all(players.map(({ client }) => client.quiet(SETTLED_MS)));
      assert.equal(realm.logged("delivery failed").length, failures + FAILURES);
      await Promise.all(players.map(({ client }) => client.leave()));
    });
  }
});

describe("a player who comes back after a crash, and whose login fails at first", () => {
  const place = freshGround()(0, 0);
  let lasting: LastingRealm;
  let player: Player & { island: string };
  beforeEach(async () => {
    lasting = await LastingRealm.start({ TRANSPORT: "offline", CONNECTOR_SHARDS: "1" });
    // Not the first of all islands: whoever lost everything would have that one again.
    await lasting.realm.player(freshGround()(0, 0));
    player = await lasting.realm.player(place);
    await lasting.crash({ build: "faults" });
  });
  afterEach(() => lasting.end());

  for (const at of ["realm.decided", "realm.stored"]) {
    it(`is on the old island after the second login, at ${at}`, async () => {
      const { realm } = lasting;
      await realm.arm({ at, of: "/connect", how: "fail" });
      await assert.rejects(realm.login(player.identity), /closed: 1013/);
      await assertBack();
    });

    it(`is on the old island although reports came in between, at ${at}`, async () => {
      const { realm } = lasting;
      await realm.arm({ at, of: "/connect", how: "fail" });
      await assert.rejects(realm.login(player.identity), /closed: 1013/);
      // By the only connector.
      await realm.player(freshGround()(0, 0));
      await sleep(SETTLED_MS);
      await assertBack();
    });

    it(`is on the old island although everything has died once more, at ${at}`, async () => {
      const { realm } = lasting;
      await realm.arm({ at, of: "/connect", how: "panic" });
      // It never gets an answer.
      void realm.login(player.identity).catch(() => {});
      await eventually(PATIENCE_MS, () => assert.equal(realm.logged("fault").length, 1, "nothing has failed"));
      await assertBack();
    });
  }

  async function assertBack(): Promise<void> {
    const { client } = await lasting.realm.login(player.identity);
    const { islandId, fromIslandId } = await client.arrive(place);
    assert.deepEqual([islandId, fromIslandId], [player.island, undefined]);
    await client.quiet(SETTLED_MS);
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

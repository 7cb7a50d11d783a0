import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Company } from "./support/company.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { send } from "./support/http.ts";
import { Memory } from "./support/memory.ts";
import type { Point } from "./support/packets.ts";
import { Realm, SETTLED_MS } from "./support/realm.ts";
import type { About } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";
import { enterAll, Walker } from "./support/walker.ts";

/** Long enough for several flushes, reports and deliveries to fail. */
const FULL_MS = 3_000;

/** workerd waits longer from failure to failure before it rings an alarm again. */
const BACK_MS = 20_000;

async function assertUnavailable(realm: Realm): Promise<void> {
  const { status, body } = await send(`${realm.url}/about`);
  const { healthy, acceptingUsers } = JSON.parse(body) as About;
  assert.deepEqual([status, healthy, acceptingUsers], [503, false, false]);
  // By the connector, or by the platform where even that one cannot be started.
  await assert.rejects(realm.login(), /closed: 1013|response: 503/);
}

describe("a disk that is full for a while", () => {
  let realm: Realm;
  let company: Company;
  before(async () => {
    realm = await Realm.start({}, { survivesFullFiles: true });
    company = await Company.gather(realm);
  });
  after(() => realm.stop());

  it("costs nobody an island, a room or a word", async () => {
    const { scout } = company;
    const told = scout.client.islands.length;
    realm.fillDisk();
    company.sendScout();
    await sleep(FULL_MS);
    await assertUnavailable(realm);
    assert.equal(scout.client.islands.length, told, "told what is not stored");
    realm.fillDisk(false);
    await eventually(BACK_MS, async () => {
      await realm.get("/about");
      assert.equal(scout.client.islands.length, told + 1, "the scout has not been told where it is");
    });
    await company.assertUndisturbed();
    await company.assertWorking();
    assert.ok(realm.logged("realm started").length > 1, "the disk was never full");
  });
});

describe("a disk that is full when the realm starts", () => {
  const PLACES: Point[] = [0, 0, 0, 1_000, 1_000, 2_000].map((x) => [x, 0, 0]);
  const vars = { TRANSPORT: "offline" };
  let storage: string;
  let realm: Realm;
  before(async () => {
    storage = await mkdtemp(join(tmpdir(), "realm-"));
    realm = await Realm.start(vars, { storage, survivesFullFiles: true });
  });
  after(async () => {
    await realm.stop();
    await rm(storage, { recursive: true, force: true });
  });

  it("is no reason to forget the islands, nor to give a number twice", async () => {
    const walkers = await Walker.around(PLACES);
    await enterAll(realm, walkers);
    await sleep(SETTLED_MS);
    const islands = walkers.map(({ island }) => island);

    await realm.kill9();
    await realm.stop();
    const memory = new Memory(walkers, storage);
    realm = await Realm.start(vars, { storage, survivesFullFiles: true });
    realm.fillDisk();
    await sleep(SETTLED_MS);
    const { status, body } = await send(`${realm.url}/peers`);
    assert.equal(status, 503, body);
    realm.fillDisk(false);

    await eventually(BACK_MS, () => realm.get("/about"));
    await enterAll(realm, walkers);
    assert.deepEqual(
      walkers.map(({ island }) => island),
      islands,
    );
    const strangers = await Walker.around([[9_000, 0, 0]]);
    await enterAll(realm, strangers);
    memory.assertNoneReused([...walkers, ...strangers]);
    await eventually(PATIENCE_MS, async () =>
      assert.equal((await realm.peers()).length, walkers.length + strangers.length),
    );
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { send } from "./support/http.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertAgreed, assertUserCount, highestNumber, islandNumber, lastTold, Memory } from "./support/memory.ts";
import type { Point } from "./support/packets.ts";
import { random } from "./support/random.ts";
import { type Realm, SETTLED_MS } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { rowCount, storedNumber } from "./support/storage.ts";
import { eventually, sleep } from "./support/wait.ts";
import { enterAll, enterWithin, Walker } from "./support/walker.ts";

const APART_M = 1_000;
/** By turns groups of three and players who are alone. */
const UNITS = 15;
/** Within this time the realm's alarm wakes it, if nobody else does. */
const ALARM_MS = 5_000;

const OFFLINE = { TRANSPORT: "offline" };

function centres(): Point[] {
  return Array.from({ length: UNITS }, (_, unit) => {
    const trio: Point = [2 * unit * APART_M, 0, 0];
    const alone: Point = [(2 * unit + 1) * APART_M, 0, 0];
    return [trio, trio, trio, alone];
  }).flat();
}

/** Walkers in the realm, each of whom was told the island that it is going to stay on. */
async function settled(realm: Realm): Promise<Walker[]> {
  const walkers = await Walker.around(centres());
  await enterAll(realm, walkers);
  await eventually(PATIENCE_MS, async () => {
    await assertAgreed(realm, walkers);
    assert.equal(Object.keys(lastTold(walkers)).length, 2 * UNITS);
  });
  return walkers;
}

/** A number above all that there were. */
async function assertGoesOn(realm: Realm, highest: number): Promise<void> {
  const [stranger] = await Walker.around([[-APART_M, 0, -APART_M]]);
  const { islandId } = (await stranger?.enter(realm)) ?? assert.fail();
  assert.ok(islandNumber(islandId) > highest, `${islandId} is not above ${highest}`);
  await stranger?.leave();
}

describe("a realm that is killed again within the grace", () => {
  let lasting: LastingRealm;
  before(async () => {
    lasting = await LastingRealm.start(OFFLINE);
  });
  after(() => lasting.end());

  it("still knows who was where, whoever had come back in between", async () => {
    const walkers = await settled(lasting.realm);
    const islands = walkers.map(({ island }) => island);
    const highest = highestNumber(walkers);
    const early = walkers.filter((_, index) => index % 3 === 0);

    await enterWithin(500, await lasting.crash(), early);
    await lasting.crash();
    // This one lives just long enough to load its state.
    await lasting.realm.peers();
    const realm = await lasting.crash();
    const told = await enterWithin(1_000, realm, walkers);
    assert.deepEqual(
      told.map(({ islandId }) => islandId),
      islands,
    );
    await sleep(SETTLED_MS);
    assert.deepEqual(
      walkers.map(({ island }) => island),
      islands,
    );
    await eventually(PATIENCE_MS, () => assertAgreed(realm, walkers));
    await assertGoesOn(realm, highest);
  });
});

describe("a realm that is killed while its players log in", () => {
  const ROUNDS = 4;
  const RUSH_MS = 1_200;
  let lasting: LastingRealm;
  beforeEach(async () => {
    lasting = await LastingRealm.start(OFFLINE);
  });
  afterEach(() => lasting.end());

  for (let round = 1; round <= ROUNDS; round++) {
    it(`has them all afterwards, on islands of their own, ${round} of ${ROUNDS}`, async () => {
      const walkers = await Walker.around(centres());
      const rush = enterWithin(RUSH_MS, lasting.realm, walkers).catch(() => "cut off");
      await sleep(((round - 0.5 * random()) * RUSH_MS) / ROUNDS);
      await lasting.kill9();
      await rush;
      const memory = new Memory(walkers, lasting.storage);
      const realm = await lasting.start();
      await enterWithin(500, realm, walkers);
      await eventually(PATIENCE_MS, async () => {
        await assertAgreed(realm, walkers);
        assert.equal(Object.keys(lastTold(walkers)).length, 2 * UNITS);
      });
      memory.assertNoneReused(walkers);
    });
  }
});

describe("the grace after a crash", () => {
  /** Enough for all to come back on a busy machine. */
  const GRACE_S = 8;
  const OVER_MS = ALARM_MS + GRACE_S * 1_000 + PATIENCE_MS;
  let lasting: LastingRealm;
  let walkers: Walker[];
  let islands: string[];
  beforeEach(async () => {
    lasting = await LastingRealm.start({ ...OFFLINE, RESUME_GRACE: String(GRACE_S) });
    walkers = await settled(lasting.realm);
    islands = walkers.map(({ island }) => island);
  });
  afterEach(() => lasting.end());

  it("begins when the realm is there again, however long that took", async () => {
    await lasting.kill9();
    await sleep(GRACE_S * 1_000 + 1_000);
    const realm = await lasting.start();
    const told = await enterWithin(500, realm, walkers);
    assert.deepEqual(
      told.map(({ islandId }) => islandId),
      islands,
    );
    await eventually(PATIENCE_MS, () => assertAgreed(realm, walkers));
  });

  it("releases those who stay away, and leaves the others where they are", async () => {
    const highest = highestNumber(walkers);
    const [back, away] = [0, 1].map((rest) => walkers.filter((_, index) => index % 2 === rest));
    assert.ok(back && away);
    const realm = await lasting.crash();
    await enterWithin(500, realm, back);
    const kept = lastTold(back);
    const told = back.map((walker) => walker.told.length);
    await eventually(OVER_MS, async () => {
      await assertAgreed(realm, back);
      assert.equal(rowCount(lasting.storage, "sessions"), back.length);
      assert.equal(rowCount(lasting.storage, "islands"), Object.keys(kept).length);
    });
    assert.deepEqual(
      back.map((walker) => walker.told.length),
      told,
    );
    for (const id of new Set(away.map(({ island }) => island))) {
      const { status } = await send(`${realm.url}/islands/${id}`);
      assert.equal(status, id in kept ? 200 : 404, id);
    }
    await assertGoesOn(realm, highest);
    for (const { identity, address } of away.slice(0, 3)) {
      const client = await realm.connect();
      const { alreadyConnected } = await client.challenge(identity.wallet.address);
      assert.equal(alreadyConnected, false, address);
      await client.leave();
    }
  });

  it("leaves nothing of a realm to which nobody comes back, whether or not it is killed once more", async () => {
    const highest = highestNumber(walkers);
    let realm = await lasting.crash();
    await eventually(OVER_MS, () => {
      assert.equal(rowCount(lasting.storage, "sessions"), 0);
      assert.equal(rowCount(lasting.storage, "islands"), 0);
    });
    await assertUserCount(realm, 0);
    assert.ok(storedNumber(lasting.storage, "next_island") > highest);
    realm = await lasting.crash();
    assert.deepEqual(await realm.peers(), []);
    assert.deepEqual((await realm.get<Islands>("/islands")).islands, []);
    await assertUserCount(realm, 0);
    await assertGoesOn(realm, highest);
  });
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertUserCount, highestNumber, islandNumber } from "./support/memory.ts";
import type { Point } from "./support/packets.ts";
import { type Fault, type Realm, SETTLED_MS } from "./support/realm.ts";
import { rowCount, storedNumber } from "./support/storage.ts";
import { eventually, sleep } from "./support/wait.ts";
import { enterAll, Walker } from "./support/walker.ts";

const GRACE_S = 2;
/** From one alarm to the next. */
const ALARM_MS = 5_000;
const PLACES: Point[] = [0, 0, 0, 1_000, 1_000, 2_000].map((x) => [x, 0, 0]);

/** What befalls the realm when its alarm has it read its state. */
const FAULTS: Record<string, Fault & { times: number }> = {
  "whose storage cannot be read three times": { at: "realm.load", how: "fail", times: 3 },
  "that panics": { at: "realm.load", how: "panic", times: 1 },
  "whose alarm fails before": { at: "realm.alarm", how: "fail", times: 1 },
  "that panics when the first thing is due": { at: "realm.flush", how: "panic", times: 1 },
};

describe("a realm to which nobody comes back after a crash, with nothing but its alarm", () => {
  let lasting: LastingRealm;
  let highest: number;
  beforeEach(async () => {
    lasting = await LastingRealm.start({ TRANSPORT: "offline", RESUME_GRACE: String(GRACE_S) });
    const walkers = await Walker.around(PLACES);
    await enterAll(lasting.realm, walkers);
    await sleep(SETTLED_MS);
    highest = highestNumber(walkers);
  });
  afterEach(() => lasting.end());

  for (const [which, fault] of Object.entries(FAULTS)) {
    it(`${which}, is rid of all when the grace is over`, async () => {
      const realm = await crashInto(fault);
      assert.equal(rowCount(lasting.storage, "sessions"), PLACES.length);
      await assertRid(realm, (1 + fault.times) * ALARM_MS);
      assert.equal(realm.logged("fault").length, fault.times);
    });
  }

  // The platform waits for a handler that panics, and rings no more meanwhile.
  it("whose alarm panics before, is rid of all after somebody has asked for anything", async () => {
    const realm = await crashInto({ at: "realm.alarm", how: "panic" });
    await eventually(2 * ALARM_MS + PATIENCE_MS, () =>
      assert.equal(realm.logged("fault").length, 1, "no alarm has rung"),
    );
    assert.deepEqual(await realm.peers(), []);
    await assertRid(realm, ALARM_MS);
  });

  /** The rows go, at the latest when the grace is over that begins within `startedMs`; the numbers go on. */
  async function assertRid(realm: Realm, startedMs: number): Promise<void> {
    await eventually(startedMs + GRACE_S * 1_000 + PATIENCE_MS, () => {
      assert.equal(rowCount(lasting.storage, "sessions"), 0);
      assert.equal(rowCount(lasting.storage, "islands"), 0);
    });
    assert.ok(storedNumber(lasting.storage, "next_island") > highest);
    await assertUserCount(realm, 0);
    const { island } = await realm.player([0, 0, 0]);
    assert.ok(islandNumber(island) > highest, `${island} is not above ${highest}`);
  }

  /** The next process, with a fault that is armed before the realm has read its state. */
  function crashInto(fault: Fault): Promise<Realm> {
    // An alarm that was quicker has set the next one, so that the next attempt has time.
    return eventually(PATIENCE_MS, async () => {
      const realm = await lasting.crash({ build: "faults" });
      await realm.arm(fault);
      assert.deepEqual(realm.logged("realm started"), [], "the alarm was quicker");
      return realm;
    });
  }
});

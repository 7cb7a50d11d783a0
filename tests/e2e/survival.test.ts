import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { LastingRealm } from "./support/lasting-realm.ts";
import { assertAgreed, highestNumber, islandNumber, lastTold, Memory } from "./support/memory.ts";
import type { Point } from "./support/packets.ts";
import { random } from "./support/random.ts";
import { FLUSH_MS, SETTLED_MS } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";
import { enterAll, enterWithin, Walker } from "./support/walker.ts";

/** How many groups of how many, none within reach of another. */
const GROUPS = [
  { groups: 60, players: 1 },
  { groups: 30, players: 2 },
  { groups: 10, players: 8 },
  { groups: 2, players: 20 },
  { groups: 1, players: 60 },
];
/** Less than the largest group: it has to share two islands. */
const PEERS_MAX = "40";

const APART_M = 1_000;
const ROW = 16;
/** Over which they come back. */
const RETURN_MS = 6_000;
/** Enough for all to come back, on a busy machine too. */
const GRACE_S = 20;

function centreOf(group: number): Point {
  return [(group % ROW) * APART_M, 0, Math.floor(group / ROW) * APART_M];
}

/** Where everybody walks: one entry a player. */
function centres(): Point[] {
  const sizes = GROUPS.flatMap(({ groups, players }) => Array.from({ length: groups }, () => players));
  return sizes.flatMap((players, group) => Array.from({ length: players }, () => centreOf(group)));
}

describe("300 walking players whose realm is killed", () => {
  let lasting: LastingRealm;
  let walkers: Walker[];
  let islands: string[];
  let highest: number;

  before(async () => {
    lasting = await LastingRealm.start({
      TRANSPORT: "offline",
      ARCHIPELAGO_MAX_PEERS_PER_ISLAND: PEERS_MAX,
      RESUME_GRACE: String(GRACE_S),
    });
    walkers = await Walker.around(centres());
    assert.equal(walkers.length, 300);
    await enterAll(lasting.realm, walkers);
    await eventually(PATIENCE_MS, () => assertAgreed(lasting.realm, walkers));
    // Not at rest: in the middle of their heartbeats.
    await sleep(SETTLED_MS + random() * 1_000);
    islands = walkers.map(({ island }) => island);
    highest = highestNumber(walkers);
  });
  after(() => lasting.end());

  it("are on islands of all sizes before", () => {
    const sizes = Object.values(lastTold(walkers)).map((members) => members.length);
    assert.deepEqual(
      [...new Set(sizes)].sort((a, b) => a - b),
      [1, 2, 8, 20, 40],
    );
  });

  it("come back in any order, and each is told the island that it was on", async (test) => {
    const killedMs = performance.now();
    const realm = await lasting.crash();
    const told = await enterWithin(RETURN_MS, realm, walkers);
    test.diagnostic(`all were back ${Math.round(performance.now() - killedMs)} ms after the kill`);
    for (const { fromIslandId } of told) assert.equal(fromIslandId, undefined);
    assert.deepEqual(
      told.map(({ islandId }) => islandId),
      islands,
    );
    for (const [index, { peers }] of told.entries()) assert.ok((walkers[index]?.address ?? assert.fail()) in peers);
    await eventually(PATIENCE_MS, () => assertAgreed(realm, walkers));
  });

  it("are told nothing else, neither while they walk on nor when the grace is over", async () => {
    const before = walkers.map(({ told }) => told.length);
    await sleep(GRACE_S * 1_000 + SETTLED_MS);
    assert.deepEqual(
      walkers.map(({ told }) => told.length),
      before,
    );
    await assertAgreed(lasting.realm, walkers);
  });

  it("get new islands with numbers above all that there were", async () => {
    const [stranger] = await Walker.around([centreOf(ROW * ROW)]);
    assert.ok(stranger);
    const { islandId } = await stranger.enter(lasting.realm);
    assert.ok(islandNumber(islandId) > highest, `${islandId} is not above ${highest}`);
    await stranger.leave();
  });

  it("go from island to island as before", async () => {
    const [loner, host] = [walkers[0], walkers[60]];
    assert.ok(loner && host);
    const left = loner.island;
    loner.moveTo(centreOf(60));
    await eventually(PATIENCE_MS, () => assert.equal(loner.told.at(-1)?.fromIslandId, left));
    assert.equal(loner.island, host.island);
    await eventually(PATIENCE_MS, () => assertAgreed(lasting.realm, walkers));
  });
});

describe("players whose realm is killed while they go from group to group", () => {
  const PAIRS = 25;
  const ROUNDS = 5;
  /** Half of them stay, half come and go: three of each. */
  const EACH = 3;

  let lasting: LastingRealm;
  let stayers: Walker[];
  let movers: Walker[];
  const near = (pair: number): Point => centreOf(pair);
  const far = (pair: number): Point => [near(pair)[0] + APART_M / 2, 0, near(pair)[2]];
  const pairOf = (index: number) => Math.floor(index / EACH);

  before(async () => {
    lasting = await LastingRealm.start({ TRANSPORT: "offline" });
    const places = Array.from({ length: PAIRS * EACH }, (_, index) => pairOf(index));
    stayers = await Walker.around(places.map(near));
    movers = await Walker.around(places.map(far));
    await enterAll(lasting.realm, [...stayers, ...movers]);
    await sleep(SETTLED_MS);
  });
  after(() => lasting.end());

  for (let round = 0; round < ROUNDS; round++) {
    const goal = round % 2 === 0 ? near : far;
    it(`lose no island, and get none twice, ${round === 0 ? "the first time" : `time ${round + 1}`}`, async () => {
      const all = [...stayers, ...movers];
      // Over more than a flush: some have arrived when the realm dies, some are about to, some have not said so yet.
      const walking = movers.map(async (mover, index) => {
        await sleep(random() * 2 * FLUSH_MS);
        mover.moveTo(goal(pairOf(index)));
      });
      await sleep(random() * 3 * FLUSH_MS);
      await lasting.kill9();
      await Promise.all(walking);
      const memory = new Memory(all, lasting.storage);
      const realm = await lasting.start();
      await enterWithin(1_500, realm, all);
      await eventually(PATIENCE_MS, async () => {
        await assertAgreed(realm, all);
        const groups = round % 2 === 0 ? PAIRS : 2 * PAIRS;
        assert.equal(Object.keys(lastTold(all)).length, groups);
      });
      memory.assertNoneReused(all);
      // Two islands have become one, or one has become two: one of them is that of before.
      for (const [index, stayer] of stayers.entries()) {
        const islands = [stayer.island, movers[index]?.island ?? assert.fail()];
        assert.ok(
          islands.some((id) => memory.knows(id)),
          `none of ${islands} was there before`,
        );
      }
    });
  }
});

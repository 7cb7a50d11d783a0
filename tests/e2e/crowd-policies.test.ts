import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import type { Identity } from "./support/identity.ts";
import type { Point } from "./support/packets.ts";
import { freshGround, type Player, Realm, SETTLED_MS } from "./support/realm.ts";
import type { Island } from "./support/stats.ts";
import { eventually, sleep } from "./support/wait.ts";

const CAPACITY = 4;

/** Too far to be a way of walking from one flush to the next, and no way out of the cluster. */
const LEAP_M = 30;

/** Enough for all to return, on a busy machine too. */
const VARS = {
  ARCHIPELAGO_MAX_PEERS_PER_ISLAND: String(CAPACITY),
  ARCHIPELAGO_JOIN_DISTANCE: "100",
  RESUME_GRACE: "20",
};

type Guest = Player & { island: string; spot: Point };

/** Two groups of four, 60 m apart, who come by turns: so each of the first two islands has some of either group. */
async function gather(realm: Realm, identities: readonly Identity[] = []): Promise<[Guest[], Guest[]]> {
  const at = freshGround();
  const groups: [Guest[], Guest[]] = [[], []];
  for (let nth = 0; nth < 2 * CAPACITY; nth += 1) {
    const side = nth % 2;
    const spot = at(60 * side + Math.floor(nth / 2), 0);
    groups[side as 0 | 1].push({ ...(await realm.player(spot, identities[nth])), spot });
  }
  return groups;
}

/** In the order in which they came. */
function inOrder([left, right]: readonly [Guest[], Guest[]]): Guest[] {
  return left.flatMap((guest, nth) => [guest, right[nth] as Guest]);
}

/** The members of each island, by id. */
async function islands(realm: Realm): Promise<Record<string, string[]>> {
  const { islands } = await realm.get<{ islands: Island[] }>("/islands");
  return Object.fromEntries(islands.map(({ id, peers }) => [id, peers.map((peer) => peer.id).sort()]));
}

/**
 * Until each group is an island of its own. Nobody is moved who has been standing for some flushes, as the first may
 * have been when the last comes: so all of them leap aside now and then.
 */
async function becomePlaces(realm: Realm, groups: readonly Guest[][]): Promise<void> {
  const expected = groups.map((group) => group.map(({ address }) => address).sort());
  let aside = 0;
  await eventually(PATIENCE_MS, async () => {
    aside = LEAP_M - aside;
    for (const { client, spot } of groups.flat()) client.heartbeat([spot[0], spot[1], spot[2] + aside]);
    await sleep(SETTLED_MS);
    const found = Object.values(await islands(realm));
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });
}

describe("the crowd policy", { concurrency: 2 }, () => {
  it("coherent makes places of islands, and tells those who have to change", async () => {
    const realm = await Realm.start({ ...VARS, ARCHIPELAGO_CROWD_POLICY: "coherent:tight,margin=0.3" });
    try {
      const groups = await gather(realm);
      await becomePlaces(realm, groups);
      const found = Object.entries(await islands(realm));
      await eventually(PATIENCE_MS, () => {
        for (const { client, address } of groups.flat()) {
          const [id] = found.find(([, members]) => members.includes(address)) ?? [];
          assert.equal(client.islands.at(-1)?.islandId, id);
        }
      });
    } finally {
      await realm.stop();
    }
  });

  it("may change while the realm is down: everybody is back where they were, and then it holds", async () => {
    const storage = await mkdtemp(join(tmpdir(), "realm-"));
    try {
      const first = await Realm.start(VARS, { storage });
      const before = inOrder(await gather(first));
      const mixed = await islands(first);
      assert.deepEqual(
        before.map(({ island }) => island === before[0]?.island),
        [true, true, true, true, false, false, false, false],
      );
      await first.kill9();
      await first.stop();

      const realm = await Realm.start({ ...VARS, ARCHIPELAGO_CROWD_POLICY: "coherent" }, { storage });
      try {
        const groups = await gather(
          realm,
          before.map(({ identity }) => identity),
        );
        assert.deepEqual(
          inOrder(groups).map(({ island }) => island),
          before.map(({ island }) => island),
        );
        await becomePlaces(realm, groups);
        assert.deepEqual(Object.keys(await islands(realm)).sort(), Object.keys(mixed).sort());
      } finally {
        await realm.stop();
      }
    } finally {
      await rm(storage, { recursive: true, force: true });
    }
  });
});

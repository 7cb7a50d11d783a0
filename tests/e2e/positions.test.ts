import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertCounted, counters } from "./support/counters.ts";
import { send } from "./support/http.ts";
import type { Point } from "./support/packets.ts";
import { freshGround, type Player, Realm, SETTLED_MS } from "./support/realm.ts";
import type { Islands, Peer } from "./support/stats.ts";
import { eventually } from "./support/wait.ts";

const LIMIT_M = 1_000_000;
/** The next number of 32 bits. */
const BEYOND_M = LIMIT_M + 0.0625;
const LARGEST = 3.4028234663852886e38;

const WRONG = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  BEYOND_M,
  -BEYOND_M,
  LARGEST,
  -LARGEST,
  2_000_000,
];

const RIGHT = [LIMIT_M, -LIMIT_M, 0, -0, 1e-45, LIMIT_M - 0.0625];

/** Points of which one axis is wrong. */
const NOWHERE: Point[] = WRONG.flatMap((value): Point[] => [
  [value, 0, 0],
  [0, value, 0],
  [0, 0, value],
]);

/** A heartbeat without a position, and one with a position without axes, which is the origin. */
const NO_POSITION = Uint8Array.of(0x1a, 0x00);
const ORIGIN = Uint8Array.of(0x1a, 0x02, 0x0a, 0x00);

describe("positions", () => {
  let realm: Realm;
  before(async () => {
    // Counts come with a connector's reports, so with what anybody says there.
    realm = await Realm.start({ CONNECTOR_SHARDS: "1" });
  });
  after(() => realm.stop());

  async function peer({ address }: Player): Promise<Peer> {
    return (await realm.get<{ peer: Peer }>(`/peers/${address}`)).peer;
  }

  it("that are not finite or out of the world are no reason for an island, nor for a close", async () => {
    const before = await counters(realm);
    const player = await realm.login();
    for (const point of NOWHERE) player.client.heartbeat(point);
    await player.client.quiet(SETTLED_MS);
    assert.equal((await send(`${realm.url}/peers/${player.address}`)).status, 404);

    const { peers } = await player.client.arrive(freshGround()(0, 0));
    assert.deepEqual(Object.keys(peers), [player.address]);
    await assertCounted(realm, before, { "heartbeats_dropped_total:no_position": NOWHERE.length });
    await player.client.leave();
  });

  it("that are wrong leave players where they were", async () => {
    const at = freshGround();
    const before = await counters(realm);
    const witness = await realm.player(at(0, 0));
    const player = await realm.player(at(10, 0));
    assert.equal(player.island, witness.island);
    await eventually(PATIENCE_MS, () => peer(player));
    for (const point of NOWHERE) {
      player.client.heartbeat(point);
      witness.client.heartbeat(at(0, 0));
    }
    await assertCounted(realm, before, { "heartbeats_dropped_total:no_position": NOWHERE.length });
    await witness.client.quiet(SETTLED_MS);
    await player.client.quiet(0);
    assert.deepEqual((await peer(player)).position, at(10, 0));
    player.client.heartbeat(at(20, 0));
    await eventually(PATIENCE_MS, async () => assert.deepEqual((await peer(player)).position, at(20, 0)));
    await witness.client.leave();
    await player.client.leave();
  });

  it("are in the world up to its very ends", async () => {
    const before = await counters(realm);
    const player = await realm.login();
    const points = RIGHT.flatMap((value): Point[] => [
      [value, 0, 0],
      [0, value, 0],
      [0, 0, value],
      [value, -value, value],
    ]);
    await player.client.arrive([1, 2, 3]);
    for (const point of points) {
      player.client.heartbeat(point);
      await eventually(PATIENCE_MS, async () => {
        const { position, parcel } = await peer(player);
        const given = point.map((axis) => Math.fround(axis) + 0);
        assert.deepEqual(
          position.map((axis) => Math.fround(axis) + 0),
          given,
        );
        assert.deepEqual(parcel, [Math.floor((given[0] ?? 0) / 16), Math.floor((given[2] ?? 0) / 16)]);
      });
    }
    await assertCounted(realm, before, { "heartbeats_dropped_total:no_position": 0 });
    await player.client.leave();
  });

  it("at the ends of the world are brought together, and nowhere else", async () => {
    const far: Point = [LIMIT_M, 0, LIMIT_M];
    const first = await realm.player(far);
    const second = await realm.player([LIMIT_M - 50, 0, LIMIT_M]);
    const third = await realm.player([-LIMIT_M, 0, LIMIT_M]);
    assert.equal(second.island, first.island);
    assert.notEqual(third.island, first.island);
    await eventually(PATIENCE_MS, async () => {
      const { islands } = await realm.get<Islands>("/islands");
      const { center, radius } = islands.find(({ id }) => id === first.island) ?? assert.fail();
      assert.deepEqual(center, [LIMIT_M - 25, 0, LIMIT_M]);
      assert.ok(radius >= 25 && radius < 26, `${radius}`);
    });
    for (const { client } of [first, second, third]) await client.leave();
  });

  it("that are missing are passed over, and those without axes are the origin", async () => {
    const player = await realm.login();
    player.client.send(NO_POSITION);
    await player.client.quiet(SETTLED_MS);
    player.client.send(ORIGIN);
    const { peers } = await player.client.next("islandChanged");
    assert.deepEqual(peers[player.address], { x: 0, y: 0, z: 0 });
    await player.client.leave();
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { send, upgradeHeaders } from "./support/http.ts";
import { freshGround, Realm, SETTLED_MS, STATS_MS } from "./support/realm.ts";
import type { Islands } from "./support/stats.ts";
import { asStreamed, type LiveFrame, streamed, type Viewer } from "./support/viewer.ts";
import { eventually, sleep } from "./support/wait.ts";

/** How many may watch a realm. */
const VIEWERS_MAX = 1_000;

/** An object without events for 10 s goes to sleep: its memory is gone, its sockets stay. */
const ASLEEP_MS = 13_000;

/** After so long a live map tells a realm again that it is watched. */
const RENEWED_MS = 20_000;

function islandOf(frame: LiveFrame, id: string) {
  return frame.islands.find((island) => island.id === id) ?? assert.fail(`${id} is not in the frame`);
}

describe("the live stream", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ ARCHIPELAGO_JOIN_DISTANCE: "64", ARCHIPELAGO_MAX_PEERS_PER_ISLAND: "50" });
  });
  after(() => realm.stop());

  /** The stats as they are in a moment, and the next frame that shows the same. */
  async function agreeing(viewer: Viewer): Promise<LiveFrame> {
    await sleep(STATS_MS);
    const { islands } = await realm.get<Islands>("/islands");
    return viewer.until((frame) => assert.deepEqual(streamed(frame), asStreamed(islands)));
  }

  it("begins at once, with the realm as it is and its history", async () => {
    const at = freshGround();
    const { island } = await realm.player(at(12.34, -3.27));
    await realm.player(at(40, 20.06));
    await realm.player(at(500, 0));
    const [viewer, frame] = await eventually(PATIENCE_MS, async () => {
      const viewer = await realm.watch();
      const frame = await viewer.next();
      assert.ok((frame.history ?? []).length >= 3, "there were too few flushes");
      return [viewer, frame] as const;
    });
    const { islands } = await realm.get<Islands>("/islands");
    assert.deepEqual(streamed(frame), asStreamed(islands));
    assert.equal(islandOf(frame, island).peers.length, 4);
    const { time, maxPeers, joinDistance, players, history = [] } = frame;
    assert.deepEqual({ maxPeers, joinDistance, players }, { maxPeers: 50, joinDistance: 64, players: 3 });
    assert.ok(Math.abs(Date.now() - time) < PATIENCE_MS, `${time}`);
    const times = history.map(([at]) => at);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual(history.at(-1)?.slice(1), [3, 2, frame.reassignments]);

    assert.deepEqual(Object.keys(await viewer.next()), Object.keys(frame).slice(0, -1), "only once");
  });

  it("shows who comes, moves and leaves, as the stats do", async () => {
    const at = freshGround();
    const viewer = await realm.watch();
    const before = await viewer.next();
    const stays = await realm.player(at(0, 0));
    const { client } = await realm.player(at(10.55, 0));
    const arrived = await agreeing(viewer);
    assert.equal(arrived.players, before.players + 2);
    assert.equal(islandOf(arrived, stays.island).peers.length, 4);

    const [x, y, z] = at(-7.7, 21.96);
    client.heartbeat([x, y, z]);
    const moved = await viewer.until((frame) => {
      const [, , dx = 0, dz = 0] = islandOf(frame, stays.island).peers;
      assert.ok(Math.abs(dx - x) <= 0.051 && Math.abs(dz - z) <= 0.051, `${dx}, ${dz}`);
    });
    assert.equal(moved.reassignments, before.reassignments);
    await agreeing(viewer);

    await client.leave();
    const left = await viewer.until((frame) => assert.equal(frame.players, before.players + 1));
    assert.equal(islandOf(left, stays.island).peers.length, 2);
    await agreeing(viewer);
  });

  it("counts who is moved from island to island, and knows how old an island is", async () => {
    const at = freshGround();
    const viewer = await realm.watch();
    const before = await viewer.next();
    const sinceMs = Date.now();
    const home = await realm.player(at(0, 0));
    await realm.player(at(1, 0));
    const walker = await realm.player(at(2, 0));
    const together = await viewer.until((frame) => assert.equal(frame.players, before.players + 3));
    assert.equal(together.reassignments, before.reassignments);
    const { formed } = islandOf(together, home.island);
    assert.ok(formed >= sinceMs - 5 && formed <= together.time, `${formed}`);

    walker.client.heartbeat(at(500, 0));
    const { islandId } = await walker.client.next("islandChanged");
    const apart = await viewer.until((frame) => islandOf(frame, islandId));
    assert.equal(apart.reassignments, before.reassignments + 1);
    const { formed: since } = islandOf(apart, islandId);
    assert.ok(since > together.time && since <= apart.time, `${since}`);
    assert.equal(islandOf(apart, home.island).formed, formed);

    walker.client.heartbeat(at(2, 0));
    assert.equal((await walker.client.next("islandChanged")).islandId, home.island);
    const again = await viewer.until((frame) => assert.equal(frame.reassignments, before.reassignments + 2));
    assert.equal(islandOf(again, home.island).formed, formed);
    assert.deepEqual(
      again.islands.filter(({ id }) => id === islandId),
      [],
    );
  });

  it("is the same for all viewers, byte by byte", async () => {
    await realm.player(freshGround()(0, 0));
    const viewers = await Promise.all([realm.watch(), realm.watch(), realm.watch()]);
    for (const viewer of viewers) assert.ok((await viewer.next()).history);
    // They have not come in the same moment: each may have had some frames more than another.
    const [lists, shared] = await eventually(PATIENCE_MS, () => {
      const lists = viewers.map(({ texts }) => texts.slice(1));
      const shared = lists.reduce((one, two) => one.filter((text) => two.includes(text)));
      assert.ok(shared.length >= 3, `${shared.length} frames`);
      return [lists, shared] as const;
    });
    for (const texts of lists) {
      const begin = texts.indexOf(shared[0] ?? "");
      assert.deepEqual(texts.slice(begin, begin + shared.length), shared);
    }
  });

  it("does not listen to its viewers", async () => {
    await realm.player(freshGround()(0, 0));
    const [reader, writer, other] = [await realm.watch(), await realm.watch(), await realm.watch()];
    writer.socket.send("hello");
    other.socket.send(new Uint8Array([1, 2, 3]));
    for (const viewer of [writer, other]) {
      const { code, reason } = await viewer.closed();
      assert.deepEqual([code, reason], [1008, "viewers only listen"]);
    }
    const { time } = await reader.next();
    await reader.until((frame) => assert.ok(frame.time > time));
  });

  it("lets viewers go", async () => {
    const viewer = await realm.watch();
    await viewer.next();
    viewer.socket.close(1000, "seen enough");
    const { code, reason } = await viewer.closed();
    assert.deepEqual([code, reason], [1000, "seen enough"]);
  });

  it("is for WebSockets only", async () => {
    const status = async (method: string) => (await send(`${realm.url}/live`, {}, method)).status;
    assert.equal(await status("GET"), 426);
    assert.equal(await status("HEAD"), 426);
    assert.equal(await status("OPTIONS"), 204);
    assert.equal(await status("POST"), 405);
    assert.equal((await send(`${realm.url}/live`, upgradeHeaders(), "HEAD")).status, 426);
    assert.equal((await send(`${realm.url}/live`, upgradeHeaders(), "POST")).status, 405);
    assert.equal((await send(`${realm.url}/live/more`, upgradeHeaders())).status, 404);
  });
});

describe("the live stream of an empty realm", { concurrency: true }, () => {
  const realms: Realm[] = [];
  const start = async () => {
    const realm = await Realm.start();
    realms.push(realm);
    return realm;
  };
  after(() => Promise.all(realms.map((realm) => realm.stop())));

  it("ends with an empty frame and begins with the first player", async () => {
    const realm = await start();
    const viewer = await realm.watch();
    const { players, islands, history } = await viewer.next();
    assert.deepEqual({ players, islands, history }, { players: 0, islands: [], history: [] });
    await viewer.quiet(SETTLED_MS);
    const { client } = await realm.player([1, 2, 3]);
    assert.deepEqual((await viewer.next()).islands[0]?.peers, [1, 3]);
    await client.leave();
    await viewer.until((frame) => assert.deepEqual([frame.players, frame.islands], [0, []]));
    await viewer.quiet(SETTLED_MS);
  });

  it("goes on after realm and viewers' object have slept", async () => {
    const realm = await start();
    const viewer = await realm.watch();
    await viewer.next();
    assert.equal(realm.logged("realm started").length, 1);
    await sleep(ASLEEP_MS);
    const { island } = await realm.player([0, 0, 0]);
    assert.equal(islandOf(await viewer.next(), island).peers.length, 2);
    assert.equal(realm.logged("realm started").length, 2, "it had not slept");
  });

  it("is asked for again and again as long as somebody watches", async () => {
    const [watched, forsaken] = [await start(), await start()];
    const viewer = await watched.watch();
    await viewer.next();
    const gone = await forsaken.watch();
    await gone.next();
    gone.socket.close(1000);
    await gone.closed();
    // The realm sleeps meanwhile: to be asked starts it anew.
    await eventually(RENEWED_MS + PATIENCE_MS, () => assert.equal(watched.logged("realm started").length, 2));
    // What it says goes to who watches: a line on which nothing comes for long is dead.
    assert.deepEqual((await viewer.next()).players, 0);
    await viewer.quiet(SETTLED_MS);
    assert.equal(forsaken.logged("realm started").length, 1);
  });

  it("is for so many viewers and no more", async () => {
    const realm = await start();
    const viewers: Viewer[] = [];
    while (viewers.length < VIEWERS_MAX) {
      viewers.push(...(await Promise.all(Array.from({ length: 50 }, () => realm.watch()))));
    }
    const { code, reason } = await (await realm.watch()).closed();
    assert.deepEqual([code, reason], [1013, "too many viewers: try again later"]);
    const { island } = await realm.player([0, 0, 0]);
    const last = viewers.at(-1) ?? assert.fail();
    await last.until((frame) => islandOf(frame, island));
    last.socket.close(1000);
    await last.closed();
    await eventually(PATIENCE_MS, async () => assert.ok((await (await realm.watch()).next()).history));
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { assertUserCount } from "./support/memory.ts";
import { freshGround, type Player, Realm } from "./support/realm.ts";
import { eventually } from "./support/wait.ts";

/** Enough for all that players do who say no more than where they arrive, on a busy machine. */
const IDLE_MS = 8_000;
const HEARTBEAT_MS = 500;

/** Clients that do not even read any more: the server's close is never answered, and the connection never ends. */
const DEAF = 5;

describe("clients that never answer a close", () => {
  let realm: Realm;
  let witnesses: [Player & { island: string }, Player & { island: string }];
  let beating: NodeJS.Timeout;
  const at = freshGround();
  before(async () => {
    realm = await Realm.start(
      { CONNECTOR_SHARDS: "1", IDLE_TIMEOUT: String(IDLE_MS), TRANSPORT: "offline" },
      { build: "faults" },
    );
    witnesses = [await realm.player(at(0, 0)), await realm.player(at(5, 0))];
    beating = setInterval(() => {
      for (const [index, { client }] of witnesses.entries()) client.heartbeat(at(5 * index, 0));
    }, HEARTBEAT_MS);
  });
  after(async () => {
    clearInterval(beating);
    await realm.stop();
  });

  async function deafPlayers(): Promise<Player[]> {
    const ground = freshGround();
    const players = await Promise.all(
      Array.from({ length: DEAF }, (_, index) => realm.player(ground(1_000 * index, 0))),
    );
    for (const { client } of players) client.socket.pause();
    return players;
  }

  async function assertPresent(players: readonly Player[]): Promise<void> {
    await eventually(PATIENCE_MS, async () => {
      const present = [...witnesses, ...players].map(({ address }) => address).sort();
      assert.deepEqual((await realm.peers()).map(({ address }) => address).sort(), present);
      await assertUserCount(realm, present.length);
    });
  }

  /** Those whom the deaf ones must cost nothing. */
  function assertUndisturbed(): void {
    for (const { client } of witnesses) {
      assert.equal(client.closeInfo, undefined);
      assert.deepEqual(client.unread(), []);
    }
  }

  /** Once they read again they learn how they were closed. */
  async function assertClosed(players: readonly Player[], code: number): Promise<void> {
    for (const { client } of players) client.socket.resume();
    const ends = await Promise.all(players.map(({ client }) => client.end()));
    assert.deepEqual(
      ends.map((end) => end.code),
      players.map(() => code),
    );
  }

  async function enterAgain(players: readonly Player[]): Promise<Player[]> {
    const ground = freshGround();
    return Promise.all(players.map(({ identity }, index) => realm.player(ground(1_000 * index, 0), identity)));
  }

  async function leave(players: readonly Player[]): Promise<void> {
    await Promise.all(players.map(({ client }) => client.leave()));
    await assertPresent([]);
    assertUndisturbed();
  }

  it("are forgotten when another session takes over", async () => {
    const deaf = await deafPlayers();
    const again = await enterAgain(deaf);
    await assertPresent(again);
    assertUndisturbed();
    await assertClosed(deaf, 1000);
    await assertPresent(again);
    await leave(again);
  });

  it("are forgotten when they have fallen silent, and may come again meanwhile", async () => {
    const deaf = await deafPlayers();
    await assertPresent([]);
    assertUndisturbed();
    const again = await enterAgain(deaf);
    await assertPresent(again);
    await assertClosed(deaf, 1008);
    await leave(again);
  });

  it("are not taken for sessions after a panic", async () => {
    const deaf = await deafPlayers();
    await assertPresent([]);
    const starts = realm.logged("realm started").length;
    await realm.arm({ at: "connector.message", how: "panic" });
    await eventually(PATIENCE_MS, () => assert.equal(realm.logged("realm started").length, starts + 1));
    await assertPresent([]);
    const again = await enterAgain(deaf);
    await assertPresent(again);
    await assertClosed(deaf, 1008);
    await leave(again);
  });
});

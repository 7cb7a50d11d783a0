import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { send } from "./support/http.ts";
import { freshGround, type Player, Realm, SETTLED_MS } from "./support/realm.ts";
import { rowCount } from "./support/storage.ts";
import { eventually } from "./support/wait.ts";

/** Enough for those who return, on a busy machine too. */
const GRACE_S = 8;

describe("a realm that was killed", () => {
  let storage: string;
  let realm: Realm;
  const at = freshGround();
  let returning: Player & { island: string };
  let missing: Player & { island: string };

  before(async () => {
    storage = await mkdtemp(join(tmpdir(), "realm-"));
    const vars = { RESUME_GRACE: String(GRACE_S) };
    const first = await Realm.start(vars, { storage });
    try {
      returning = await first.player(at(0, 0));
      missing = await first.player(at(5_000, 0));
      await returning.client.quiet(SETTLED_MS);
    } finally {
      await first.kill9();
    }
    const ends = await Promise.all([returning.client.ended, missing.client.ended]);
    assert.deepEqual(
      ends.map(({ code }) => code),
      [1006, 1006],
    );
    await first.stop();
    realm = await Realm.start(vars, { storage });
  });
  after(async () => {
    await realm.stop();
    await rm(storage, { recursive: true, force: true });
  });

  it("never uses an island's id again", async () => {
    const { island } = await realm.player(at(9_000, 9_000));
    assert.notEqual(island, returning.island);
    assert.notEqual(island, missing.island);
    assert.match(island, /^I[0-9a-z]+$/);
  });

  it("takes back those who return, to their island and as in any new session", async () => {
    const { client, address } = await realm.login(returning.identity);
    const changed = await client.arrive(at(0, 0));
    assert.equal(changed.islandId, returning.island);
    assert.equal(changed.fromIslandId, undefined);
    assert.ok(address in changed.peers);
    assert.ok(!(missing.address in changed.peers));
  });

  it("forgets those who do not, once the grace is over", async () => {
    await eventually(GRACE_S * 1_000 + PATIENCE_MS, async () => {
      const known = (await realm.peers()).map(({ address }) => address);
      assert.ok(known.includes(returning.address));
      assert.ok(!known.includes(missing.address));
      const gone = await send(`${realm.url}/islands/${missing.island}`);
      assert.equal(gone.status, 404);
    });
    // Who is missing is in no list either; only the storage shows that the place is given up: there is one more player.
    await eventually(GRACE_S * 1_000 + PATIENCE_MS, () => assert.equal(rowCount(storage, "sessions"), 2));
    const client = await realm.connect();
    const { alreadyConnected } = await client.challenge(missing.address);
    assert.equal(alreadyConnected, false);
  });
});

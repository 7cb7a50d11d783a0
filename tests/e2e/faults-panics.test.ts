import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Company } from "./support/company.ts";
import { PATIENCE_MS } from "./support/connection.ts";
import { Identity } from "./support/identity.ts";
import { type Fault, freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { eventually, sleep } from "./support/wait.ts";

/** Short enough to wait for the alarms that it sets. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Who asks a Worker that panics gets no answer at all. */
const NO_ANSWER_MS = 10_000;

interface Panic {
  where: string;
  at: Omit<Fault, "how">;
  /** Makes it happen; nothing where the players do. May be left without an answer. */
  trigger?: (realm: Realm, company: Company) => unknown;
}

// biome-ignore lint/style/noRestrictedGlobals: who goes before there is an answer
const askStats = (realm: Realm) => fetch(`${realm.url}/peers`, { signal: AbortSignal.timeout(NO_ANSWER_MS) });
const logIn = (realm: Realm) => realm.login();
const challenge = async (realm: Realm) => (await realm.connect()).challenge((await Identity.create()).address);

const PANICS: Panic[] = [
  { where: "a request for the stats", at: { at: "realm.request", of: "/snapshot" }, trigger: askStats },
  { where: "a look-up", at: { at: "realm.request", of: "/lookup" }, trigger: challenge },
  { where: "a login that is not decided", at: { at: "realm.request", of: "/connect" }, trigger: logIn },
  { where: "a login that is not stored", at: { at: "realm.decided", of: "/connect" }, trigger: logIn },
  { where: "a login that is half stored", at: { at: "realm.store" }, trigger: logIn },
  { where: "a login that is not answered", at: { at: "realm.stored", of: "/connect" }, trigger: logIn },
  { where: "a report that is not decided", at: { at: "realm.request", of: "/report" } },
  { where: "a report that is not answered", at: { at: "realm.stored", of: "/report" } },
  { where: "a flush", at: { at: "realm.flush" } },
  { where: "a client's message", at: { at: "connector.message" } },
  { where: "an upgrade", at: { at: "connector.upgrade" }, trigger: (realm) => realm.connect() },
  { where: "a connector's alarm", at: { at: "connector.alarm" }, trigger: (realm) => realm.connect() },
  { where: "a guest's message", at: { at: "room.message" }, trigger: (_, { trio: [one] }) => one.room.chat("boo") },
  {
    where: "a room's alarm",
    at: { at: "room.alarm" },
    trigger: (realm, { trio: [one] }) => realm.openRoom(one.visit.island.connStr),
  },
  { where: "a frame of the live map", at: { at: "map.frame" }, trigger: (realm) => realm.watch() },
];

/** Arms it, makes it happen, and waits until everything has started anew. */
async function panic(realm: Realm, company: Company, { at, trigger }: Panic): Promise<void> {
  const starts = realm.logged("realm started").length;
  const faults = realm.logged("fault").length;
  await realm.arm({ ...at, how: "panic" });
  // What it asks for may never come.
  const triggered = Promise.resolve(trigger?.(realm, company));
  triggered.catch(() => {});
  await eventually(PATIENCE_MS, () => {
    assert.equal(realm.logged("fault").length, faults + 1, "nothing has failed");
    assert.equal(realm.logged("realm started").length, starts + 1, "nothing has started anew");
  });
}

describe("a panic", () => {
  let realm: Realm;
  let company: Company;
  before(async () => {
    realm = await Realm.start({ HANDSHAKE_TIMEOUT: String(HANDSHAKE_TIMEOUT_MS) }, { build: "faults" });
    company = await Company.gather(realm);
  });
  after(() => realm.stop());

  for (const each of PANICS) {
    it(`in ${each.where} costs nobody an island, a room or a word`, async () => {
      await panic(realm, company, each);
      await company.assertUndisturbed();
      await company.assertWorking();
    });
  }
});

describe("a panic that comes in between", () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start({ TRANSPORT: "offline" }, { build: "faults" });
  });
  after(() => realm.stop());

  for (const point of ["connector.delivery", "connector.delivered"]) {
    it(`leaves no assignment untold, at ${point}`, async () => {
      const at = freshGround();
      const { client, address } = await realm.login();
      const starts = realm.logged("realm started").length;
      await realm.arm({ at: point, how: "panic" });
      const { peers, islandId } = await client.arrive(at(0, 0));
      assert.deepEqual(Object.keys(peers), [address]);
      await client.quiet(SETTLED_MS);
      assert.equal(realm.logged("realm started").length, starts + 1);
      // Where it is now, the realm knows only when it says so.
      client.heartbeat(at(0, 0));
      await eventually(PATIENCE_MS, async () => {
        assert.equal((await realm.get<{ id: string }>(`/islands/${islandId}`)).id, islandId);
      });
      await client.quiet(SETTLED_MS);
      await client.leave();
    });
  }

  it("takes those for where they are who have walked since they came", async () => {
    const at = freshGround();
    const stays = await realm.player(at(0, 0));
    const walks = await realm.player(at(5, 0));
    assert.equal(walks.island, stays.island);
    stays.client.heartbeat(at(3_000, 0));
    // The later of two equal parts is the one that is told.
    assert.notEqual((await walks.client.next("islandChanged")).islandId, stays.island);
    await sleep(SETTLED_MS);
    const starts = realm.logged("realm started").length;
    await realm.arm({ at: "connector.message", how: "panic" });
    walks.client.heartbeat(at(5, 0));
    await sleep(SETTLED_MS);
    walks.client.heartbeat(at(5, 0));
    await Promise.all([stays, walks].map(({ client }) => client.quiet(2 * SETTLED_MS)));
    assert.equal(realm.logged("realm started").length, starts + 1);
  });
});

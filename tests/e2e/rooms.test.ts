import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import type { Point } from "./support/packets.ts";
import { freshGround, Realm, SETTLED_MS } from "./support/realm.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";

const GROUP = 15;
const APART_M = 5_000;
const CHATS = 10;

/** Ten times a second, as explorers tell where they are. */
const TALK_MS = 100;

/** A sanity bound, in the median: the figures themselves are printed, for machines are noisy. */
const HEARD_MS = 5_000;

/** From then on the realm's order to the old room has surely arrived. */
const MUTED_MS = 3_000;

/** A room tells the realm within this time that somebody has left. */
const REPORTED_MS = 10_000;

function medianOf(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** Everybody tells where it is, over and over, until the call of what is returned. */
function talk(travellers: Traveller[]): () => void {
  const timers = travellers.map((traveller) => setInterval(() => traveller.room.position([1, 2, 3]), TALK_MS));
  return () => timers.forEach(clearInterval);
}

/** What each of `speakers` has said in the chat, as `listener` has heard it. */
function heardBy(listener: Traveller, speakers: Traveller[], begin: string): Record<string, string[]> {
  const chats = listener.room.chats.filter(([, message]) => message.startsWith(begin));
  const heard = speakers.map(({ address }) => [
    address,
    chats.filter(([from]) => from === address).map(([, text]) => text),
  ]);
  return Object.fromEntries(heard);
}

describe("two groups far from each other", () => {
  let realm: Realm;
  const at = freshGround();
  const here: Traveller[] = [];
  const there: Traveller[] = [];
  const placeOf = (group: Traveller[], index: number): Point =>
    at((group === there ? APART_M : 0) + (index % 4) * 5, Math.floor(index / 4) * 5);

  before(async () => {
    // As without a configuration, in which the tests have a shorter period.
    realm = await Realm.start({ ARCHIPELAGO_FLUSH_FREQUENCY: "2.0" });
    for (const group of [here, there]) {
      for (let index = 0; index < GROUP; index++) group.push(await Traveller.start(realm, placeOf(group, index)));
    }
  });
  after(() => realm.stop());

  /** Everybody sees exactly its group. */
  function assertTogether(group: Traveller[]): Promise<void> {
    const addresses = group.map(({ address }) => address).sort();
    return eventually(PATIENCE_MS, () => {
      for (const { address, room } of group) {
        const others = addresses.filter((other) => other !== address);
        assert.deepEqual(room.company, others);
        assert.equal(room.closeInfo, undefined);
      }
    });
  }

  /** Everybody of the group says `CHATS` things, and everybody else of it hears them, in order. */
  async function assertChat(group: Traveller[], begin: string): Promise<void> {
    const said = Array.from({ length: CHATS }, (_, index) => `${begin} ${index}`);
    for (const message of said) for (const { room } of group) room.chat(message);
    await eventually(PATIENCE_MS, () => {
      for (const listener of group) {
        const others = group.filter((traveller) => traveller !== listener);
        const expected = Object.fromEntries(others.map(({ address }) => [address, said]));
        assert.deepEqual(heardBy(listener, others, begin), expected);
      }
    });
  }

  /** Nobody of `group` has heard a chat that begins like this. */
  function assertUnheard(group: Traveller[], begin: string): void {
    for (const { room } of group) {
      const heard = room.chats.filter(([, message]) => message.startsWith(begin));
      assert.deepEqual(heard, []);
    }
  }

  it("are two rooms", async () => {
    assert.equal(new Set(here.map(({ island }) => island)).size, 1);
    assert.equal(new Set(there.map(({ island }) => island)).size, 1);
    assert.notEqual(here[0]?.island, there[0]?.island);
    await assertTogether(here);
    await assertTogether(there);
  });

  it("chat within themselves, and hear nothing of each other", async () => {
    await Promise.all([assertChat(here, "here"), assertChat(there, "there")]);
    await sleep(SETTLED_MS);
    assertUnheard(here, "there");
    assertUnheard(there, "here");
  });

  it("do not notice when two walk over, but for hearing and seeing them where they are", async (t) => {
    const silence = talk([...here, ...there]);
    const walkers = here.splice(0, 2);
    try {
      const old = walkers.map(({ visit }) => visit);
      const visits = await Promise.all(walkers.map((walker, index) => walker.walk(placeOf(there, GROUP + index))));
      there.push(...walkers);
      await sleep(MUTED_MS + SETTLED_MS);

      const delays = visits.map(({ room, toldMs }) => (room.heard[0]?.atMs ?? Number.POSITIVE_INFINITY) - toldMs);
      t.diagnostic(`from island_changed to the first packet of the new room: ${delays.map(Math.round).join(", ")} ms`);
      assert.ok(medianOf(delays) <= HEARD_MS, `${delays}`);
      for (const { address, visit } of walkers) {
        const late = here.flatMap(({ room }) =>
          room.heard.filter(({ from, atMs }) => from === address && atMs > visit.toldMs + MUTED_MS),
        );
        assert.deepEqual(late, [], "the old group hears who has gone");
      }
      for (const { room } of old) assert.equal((await room.end()).code, 1000);
    } finally {
      silence();
    }
    await assertTogether(here);
    await assertTogether(there);
    await Promise.all([assertChat(here, "stayed"), assertChat(there, "mixed")]);
    assertUnheard(here, "mixed");
    assertUnheard(there, "stayed");
  });

  it("take back who returns, in the room where it was before", async () => {
    const [walker] = there.splice(-1);
    assert.ok(walker);
    await walker.walk(placeOf(here, 0));
    assert.equal(walker.island, here[0]?.island);
    here.push(walker);
    await assertTogether(here);
    await assertTogether(there);
    await assertChat(here, "again");
  });

  it("are counted, each in its room", async () => {
    const expected = [here, there].map((group) => [`main.${group[0]?.island}`, group.length]);
    await eventually(REPORTED_MS + PATIENCE_MS, async () => {
      assert.deepEqual(await realm.rooms(), Object.fromEntries(expected));
    });
  });
});

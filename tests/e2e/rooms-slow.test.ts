import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PATIENCE_MS } from "./support/connection.ts";
import { counters } from "./support/counters.ts";
import { freshGround, Realm } from "./support/realm.ts";
import { chatBody } from "./support/room-packets.ts";
import { Traveller } from "./support/traveller.ts";
import { eventually, sleep } from "./support/wait.ts";

const SPEAKERS = 5;
const PACKET_BYTES = 16_000;

/** A speaker may send 200 KiB a second; this is somewhat less. */
const PACKET_MS = 100;

/** Those who say more at once than the kernel takes: `BURST` packets each is what a speaker may say without a pause. */
const CROWD = 14;
const BURST = 24;
const ROUNDS = 15;
/** How many of them speak in the same moment. */
const AT_ONCE = 2;

/** Who does not read for 5 s from when the kernel takes no more is closed; on a busy machine there are fewer rounds. */
const IN_TIME_MS = 3_000;

/** The kernel takes some megabytes for a client that does not read, then the room does. */
const CLOSED_MS = 30_000;

const TOO_SLOW = "ws_rooms_closes_total:too_slow";
const DROPPED = "ws_rooms_dropped_messages_total";

/** A long text that begins with a number. */
function numbered(index: number): string {
  return `${index} `.padEnd(PACKET_BYTES, "~");
}

/** The numbers that `listener` has heard from `speaker`, in order. */
function numbersOf(listener: Traveller, speaker: Traveller): number[] {
  const heard = listener.room.chats.filter(([from]) => from === speaker.address);
  return heard.map(([, message]) => Number.parseInt(message, 10));
}

describe("a client that stops reading", { concurrency: 3 }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
  });
  after(() => realm.stop());

  /** Speakers, and one that does not read what they say. */
  async function scene(count = SPEAKERS) {
    const at = freshGround();
    const speakers: Traveller[] = [];
    for (let index = 0; index < count; index++) speakers.push(await Traveller.start(realm, at(index, 0)));
    const slow = await Traveller.start(realm, at(count, 0));
    await eventually(PATIENCE_MS, () => {
      for (const { room } of speakers) assert.equal(room.others.size, count);
    });
    slow.room.socket.pause();
    return { speakers, slow };
  }

  /** All speak until `enough`; returns how often each has spoken. */
  async function speakUntil(speakers: Traveller[], unreliable: boolean, enough: () => boolean): Promise<number> {
    let index = 0;
    for (const endMs = performance.now() + CLOSED_MS; !enough(); index++) {
      assert.ok(performance.now() < endMs, "it is still there");
      for (const { room } of speakers) room.say(chatBody(numbered(index)), unreliable);
      await sleep(PACKET_MS);
    }
    return index;
  }

  /** Everybody has heard everything that the others have said, in order. */
  function assertAllHeard(speakers: Traveller[], times: number): Promise<void> {
    const order = Array.from({ length: times }, (_, index) => index);
    return eventually(PATIENCE_MS, () => {
      for (const listener of speakers) {
        for (const speaker of speakers.filter((other) => other !== listener)) {
          assert.deepEqual(numbersOf(listener, speaker), order);
        }
      }
    });
  }

  for (const unreliable of [false, true]) {
    const kind = unreliable ? "unreliable" : "reliable";
    it(`is closed, and nobody else misses any of the ${kind} packets`, async (t) => {
      const start = await counters(realm);
      const { speakers, slow } = await scene();
      const sinceMs = performance.now();
      const gone = () => speakers.every(({ room }) => !room.company.includes(slow.address));
      const times = await speakUntil(speakers, unreliable, gone);
      t.diagnostic(`closed after ${Math.round(performance.now() - sinceMs)} ms`);
      await assertAllHeard(speakers, times);

      slow.room.socket.resume();
      const { code, reason } = await slow.room.end();
      assert.equal(code, 1008);
      assert.match(reason, /slow|keep up/);
      for (const { room } of speakers) assert.equal(room.closeInfo, undefined);
      await eventually(PATIENCE_MS, async () => {
        const now = await counters(realm);
        assert.ok((now[TOO_SLOW] ?? 0) > (start[TOO_SLOW] ?? 0), "it is not counted");
        if (unreliable) assert.ok((now[DROPPED] ?? 0) > (start[DROPPED] ?? 0), "what was dropped is not counted");
      });
      // The one that was closed gets back in.
      const again = await realm.enter(slow.visit.island.connStr, slow.identity);
      speakers[0]?.room.chat("welcome back");
      await eventually(PATIENCE_MS, () => assert.deepEqual(again.chats.at(-1)?.[1], "welcome back"));
    });
  }

  it("and goes on in time has missed unreliable packets, and nothing else", async (t) => {
    const { speakers, slow } = await scene(CROWD);
    const [first, ...others] = speakers as [Traveller, ...Traveller[]];
    const said: number[] = [];
    const endMs = performance.now() + IN_TIME_MS;
    const isEnough = (index: number) => index >= BURST && (index >= BURST + ROUNDS || performance.now() > endMs);
    for (let index = 0; !isEnough(index); index++) {
      for (const [at, { room }] of others.entries()) {
        room.say(chatBody(numbered(index)), true);
        // Those who read get the time to: more than 64 KiB at one moment is too much for them as well.
        if (at % AT_ONCE === AT_ONCE - 1) await sleep(1);
      }
      first.room.chat(String(index));
      said.push(index);
      if (index >= BURST) await sleep(PACKET_MS);
    }
    slow.room.socket.resume();
    await eventually(PATIENCE_MS, () => assert.deepEqual(numbersOf(slow, first), said));
    assert.equal(slow.room.closeInfo, undefined);

    const missed = others.map((other) => said.length - numbersOf(slow, other).length);
    const all = missed.reduce((sum, count) => sum + count, 0);
    t.diagnostic(`missed ${all} of ${others.length * said.length} unreliable packets`);
    assert.ok(all > 0, "the buffers took everything: nothing was tested");
    await eventually(PATIENCE_MS, () => {
      for (const other of others) assert.deepEqual(numbersOf(first, other), said);
    });
    first.room.say(chatBody("from now on"), true);
    slow.room.chat("I am back");
    await eventually(PATIENCE_MS, () => {
      assert.deepEqual(slow.room.chats.at(-1), [first.address, "from now on"]);
      assert.deepEqual(first.room.chats.at(-1), [slow.address, "I am back"]);
    });
  });
});

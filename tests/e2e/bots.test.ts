import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type Outcome, type Run, type Summary, startBots, type Times } from "../../scripts/lib/bot-crowd.mjs";
import { Realm } from "./support/realm.ts";

/** Long enough for each commuter to have jumped; they do so every ten seconds at least. */
const CROSSING_S = 12;

/** Longer than any run here takes: what ends it is the test. */
const LONG_S = 600;

function bots(realm: Realm, args: readonly (string | number)[]): Promise<Run> {
  return startBots(["--url", `ws://${realm.host}/ws`, "--logins-per-second", "50", ...args.map(String)]);
}

function summaryOf({ summary, output }: Outcome): Summary {
  assert.ok(summary, output);
  return summary;
}

function assertTimes(times: Times, count: number, output: string): void {
  const { p50, p95, p99, max } = times;
  assert.equal(times.count, count, output);
  assert.ok(p50 > 0 && p50 <= p95 && p95 <= p99 && p99 <= max, JSON.stringify(times));
}

describe("bots", () => {
  it("are all served, told islands and heard in their rooms", async () => {
    const realm = await Realm.start();
    try {
      const run = await bots(realm, ["--players", 200, "--seconds", CROSSING_S, "--chat"]);
      const outcome = await run.ended;
      const summary = summaryOf(outcome);
      const { output } = outcome;
      assert.equal(outcome.status, 0, output);
      assert.equal(summary.players, 200);
      assert.equal(summary.commuters, 10);
      assert.deepEqual(summary.errors, {}, output);
      assert.deepEqual(summary.first_errors, {});
      assert.deepEqual([summary.lost, summary.returned], [0, 0], output);
      assert.ok(summary.seconds >= CROSSING_S);
      assert.ok(summary.handshakes_per_second > 0 && summary.cpu_seconds > 0);
      assertTimes(summary.handshake_ms, 200, output);
      assertTimes(summary.first_island_ms, 200, output);
      assert.ok(summary.crossing_ms.count >= 2, output);
      assertTimes(summary.crossing_ms, summary.crossing_ms.count, output);
      assert.ok(summary.heartbeats >= 200);
      // One each second, and those of jumps; what was due and what is sent may differ by some at either end.
      const asked = summary.heartbeats_asked_per_second / summary.players;
      assert.ok(asked > 0.5 && asked < 1.5, output);
      assert.ok(summary.heartbeats_per_second > 0, output);
      const { livekit, ws_room, offline } = summary.meetings;
      assert.deepEqual([livekit, offline], [0, 0]);
      // Some may have changed before all were in, and while they left.
      assert.ok(ws_room >= 200 + summary.island_changes, output);
      assert.ok(ws_room >= 200 + summary.crossing_ms.count, output);
      assert.ok(summary.chat);
      assert.equal(summary.chat.lost, 0, output);
      assert.ok(summary.chat.packets_said > 0 && summary.chat.packets_due > summary.chat.packets_said);
      assert.ok(summary.chat.packets_heard > 0, output);
      assertTimes(summary.chat.latency_ms, summary.chat.packets_heard, output);
    } finally {
      await realm.stop();
    }
  });

  it("look at LiveKit's tokens", async () => {
    const realm = await Realm.start({
      LIVEKIT_HOST: "livekit.example.org",
      LIVEKIT_API_KEY: "APItestkey",
      LIVEKIT_API_SECRET: "a secret of the tests, long enough for HS256",
    });
    try {
      const run = await bots(realm, ["--players", 20, "--seconds", 1, "--world", "sparse"]);
      const outcome = await run.ended;
      const { meetings, errors } = summaryOf(outcome);
      assert.deepEqual([outcome.status, errors], [0, {}], outcome.output);
      assert.deepEqual([meetings.ws_room, meetings.offline], [0, 0]);
      assert.ok(meetings.livekit >= 20, outcome.output);
    } finally {
      await realm.stop();
    }
  });

  it("are lost with their server, and say so", async () => {
    const realm = await Realm.start();
    const run = await bots(realm, ["--players", 50, "--seconds", LONG_S]);
    await run.allIn;
    await realm.kill9();
    const outcome = await run.ended;
    await realm.stop();
    const { lost, errors } = summaryOf(outcome);
    assert.equal(outcome.status, 1, outcome.output);
    assert.deepEqual([lost, errors], [50, { cut: 50 }], outcome.output);
  });

  it("are back in their islands when their server is, and lost to none", async () => {
    const storage = await mkdtemp(join(tmpdir(), "realm-"));
    const first = await Realm.start({}, { storage });
    const port = Number(new URL(first.url).port);
    // All are near each other from the beginning: there is one island, whoever comes first.
    const crowd = ["--world", "crowd-50", "--commuters", 0];
    const run = await bots(first, [...crowd, "--seconds", 5, "--reconnect"]);
    await run.allIn;
    await first.kill9();
    const second = await Realm.start({}, { storage, port });
    try {
      const outcome = await run.ended;
      const summary = summaryOf(outcome);
      assert.deepEqual([outcome.status, summary.lost], [0, 0], outcome.output);
      assert.equal(summary.returned, 50, outcome.output);
      assert.deepEqual([summary.returned_to_same_island, summary.returned_to_other_island], [50, 0]);
      assert.equal(summary.first_island_ms.count, 100);
      assertTimes(summary.absence_ms, 50, outcome.output);
    } finally {
      await first.stop();
      await second.stop();
      await rm(storage, { recursive: true, force: true });
    }
  });

  it("leave early when interrupted, with a summary", async () => {
    const realm = await Realm.start();
    try {
      const run = await bots(realm, ["--players", 20, "--seconds", LONG_S]);
      await run.allIn;
      run.interrupt();
      const outcome = await run.ended;
      const { lost, seconds, errors } = summaryOf(outcome);
      assert.deepEqual([outcome.status, lost, errors], [0, 0, {}], outcome.output);
      assert.ok(seconds < LONG_S);
    } finally {
      await realm.stop();
    }
  });

  it("that nobody answers are lost", async () => {
    const run = await startBots(["--url", "ws://127.0.0.1:1/ws", "--players", "3"]);
    const outcome = await run.ended;
    const { lost, errors } = summaryOf(outcome);
    assert.deepEqual([outcome.status, lost, errors], [1, 3, { no_connection: 3 }], outcome.output);
  });

  it("say what is wrong with their arguments", async () => {
    const run = await startBots(["--url", "ws://127.0.0.1:1/ws", "--rate", "99"]);
    const { status, output } = await run.ended;
    assert.equal(status, 2);
    assert.match(output, /'99' for '--rate <RATE>': a number from 0\.02 to 50 is expected/);
  });
});

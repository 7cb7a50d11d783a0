import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Frame } from "../../edge-worker/pages/simulator/messages.ts";
import { Playback } from "../../edge-worker/pages/simulator/playback.ts";

/** One player, who is at x = 10 m at the first flush and 10 m farther at each flush after it. */
function frame(flushes: number, cause: Frame["cause"] = "flush"): Frame {
  const figures = { players: 1, islands: 1, largest: 1, median: 1, reassignments: 0, reassignmentsPerMinute: 0 };
  return {
    cause,
    flushes,
    time_s: 2 * (flushes - 1),
    positions: Float32Array.of(10 * flushes, 0),
    island: Int32Array.of(0),
    islands: ["I1"],
    figures: { ...figures, recall: 1, flushLast: 0, flushMedian: 0, flushP99: 0 },
    drags: 0,
  };
}

/** A playback that shows the first flush and has the second. */
function onTheWay(): { playback: Playback; asked: () => number } {
  let asked = 0;
  const playback = new Playback(() => {
    asked += 1;
  });
  playback.receive(frame(1, "start"), 0);
  playback.advance(0, 0);
  playback.receive(frame(2), 0);
  return { playback, asked: () => asked };
}

describe("playback", () => {
  it("walks from flush to flush", () => {
    const { playback } = onTheWay();
    assert.equal(playback.advance(1500, 0), false);
    assert.deepEqual([...playback.positions()], [17.5, 0]);
    assert.equal(playback.advance(500, 0), true);
    assert.equal(playback.frame?.flushes, 2);
  });

  it("shows other islands with the positions and figures that they were formed with", () => {
    const { playback } = onTheWay();
    playback.advance(500, 0);
    const made = frame(2, "engine");
    assert.equal(playback.receive(made, 0), true);
    assert.equal(playback.frame, made);
    assert.deepEqual([...playback.positions()], [20, 0]);
  });

  it("does not go faster where islands are formed anew all the time", () => {
    const { playback, asked } = onTheWay();
    playback.advance(500, 0);
    playback.receive(frame(2, "engine"), 0);
    // A second and a half are left until the second flush.
    playback.advance(1000, 0);
    playback.receive(frame(2, "engine"), 0);
    assert.equal(asked(), 1);
    playback.advance(450, 0);
    assert.equal(asked(), 2);
    playback.receive(frame(3), 0);
    playback.advance(50, 0);
    assert.deepEqual([...playback.positions()], [20, 0]);
    playback.advance(1000, 0);
    assert.deepEqual([...playback.positions()], [25, 0]);
  });

  it("shows a single flush at once, whether it has to be asked for or not", () => {
    const { playback, asked } = onTheWay();
    playback.advance(500, 0);
    assert.equal(playback.step(0), true);
    assert.equal(playback.frame?.flushes, 2);
    assert.equal(playback.step(0), false);
    assert.equal(asked(), 2);
    assert.equal(playback.receive(frame(3), 0), true);
    assert.deepEqual([...playback.positions()], [30, 0]);
  });
});

/** Shows one frame after the other: between two flushes everybody walks from where they were to where they are. */
import type { Drag, Frame } from "./messages.ts";
import { STEP_S } from "./time.ts";

/** What the worker takes for a flush, at first, in milliseconds. */
const LATENCY_MS = 50;
/** The next flush is asked for this much earlier than it would be needed by experience. */
const LATENCY_MARGIN = 1.5;

/** Asks the worker for the next flush. */
export type Ask = () => void;

export class Playback {
  /** World seconds in a second. */
  speed = 1;
  readonly #ask: Ask;
  /** The frame that is shown, and those that come: one, and the one after it shortly before it is due. */
  #frames: Frame[] = [];
  /** See {@link progress}; below 0 if the frame is shown before its time, and everybody waits for that. */
  #progress = 0;
  #askedAt: number | undefined;
  #latency_ms = LATENCY_MS;
  /** A step that waits for its frame. */
  #stepping = false;
  /** Drags that are not yet in the newest frame, and how many were before them. */
  #drags: Drag[] = [];
  #dragsBefore = 0;
  #blend = new Float32Array(0);

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** The frame that is shown. */
  get frame(): Frame | undefined {
    return this.#frames[0];
  }

  /** The way from the shown frame to the next one that is done, 0 to 1. */
  get progress(): number {
    return this.#frames.length > 1 ? Math.max(0, this.#progress) : 0;
  }

  /** A frame from the worker. Returns whether it is shown at once. */
  receive(frame: Frame, now_ms: number): boolean {
    if (frame.cause === "flush" && this.#askedAt !== undefined) {
      this.#latency_ms += (now_ms - this.#askedAt - this.#latency_ms) / 4;
      this.#askedAt = undefined;
    }
    this.#drags = this.#drags.slice(frame.drags - this.#dragsBefore);
    this.#dragsBefore = frame.drags;
    for (const drag of this.#drags) move(frame.positions, within(frame.positions, drag), drag);
    if (frame.cause === "engine") {
      this.#regroup(frame);
      return true;
    }
    this.#frames.push(frame);
    if (this.#stepping && frame.cause === "flush") {
      this.#stepping = false;
      this.#frames = [frame];
      this.#progress = 0;
      return true;
    }
    return this.#frames.length === 1;
  }

  /** Lets real time pass. Returns whether the frame that is shown is another one. */
  advance(elapsed_ms: number, now_ms: number): boolean {
    if (!this.frame) return false;
    const interval_ms = (STEP_S * 1000) / this.speed;
    this.#progress += elapsed_ms / interval_ms;
    const changed = this.#frames.length > 1 && this.#progress >= 1;
    if (changed) {
      this.#frames.shift();
      this.#progress -= 1;
    }
    // Time that the worker was late is not caught up with: nobody jumps.
    const end = this.#frames.length > 1 ? 1 : 0;
    this.#progress = Math.min(this.#progress, end);
    const remaining_ms = (end - this.#progress) * interval_ms;
    const due = remaining_ms <= this.#latency_ms * LATENCY_MARGIN;
    if (due && this.#frames.length <= 2 && this.#askedAt === undefined) this.#request(now_ms);
    return changed;
  }

  /** Shows the next frame, without the way to it; asks for it where it is not there yet. Returns whether it was. */
  step(now_ms: number): boolean {
    if (this.#frames.length > 1) {
      this.#frames.shift();
      this.#progress = 0;
      return true;
    }
    this.#stepping = this.#stepping || this.frame !== undefined;
    if (this.#stepping && this.#askedAt === undefined) this.#request(now_ms);
    return false;
  }

  /** Moves everybody who is within reach, now: the worker does the same with the flushes to come. */
  drag(drag: Drag): void {
    this.#drags.push(drag);
    // The newest frame is the world that the worker has.
    const newest = this.#frames.at(-1);
    const moved = newest ? within(newest.positions, drag) : [];
    for (const frame of this.#frames) move(frame.positions, moved, drag);
  }

  /** x and z of everybody at this moment; valid until the next call. */
  positions(): Float32Array {
    const [from, to] = this.#frames;
    if (!from) return this.#blend.subarray(0, 0);
    const progress = this.progress;
    if (!to || progress === 0) return from.positions;
    const length = from.positions.length;
    if (this.#blend.length < length) this.#blend = new Float32Array(length);
    for (let at = 0; at < length; at += 1) {
      const start = from.positions[at] ?? 0;
      this.#blend[at] = start + ((to.positions[at] ?? start) - start) * progress;
    }
    return this.#blend.subarray(0, length);
  }

  #request(now_ms: number): void {
    this.#askedAt = now_ms;
    this.#ask();
  }

  /** Other islands, of everybody where the worker has them by now: that is shown at once. */
  #regroup(made: Frame): void {
    // It stands for the last frame, which may not have been due: a slider must not make time go faster.
    this.#progress -= Math.max(0, this.#frames.length - 1);
    this.#frames = [made];
  }
}

/** Where in the positions those are that a drag moves; the worlds' own rule. */
function within(positions: Float32Array, { x, z, radius }: Drag): number[] {
  const found = [];
  for (let at = 0; at < positions.length; at += 2) {
    const [dx, dz] = [(positions[at] ?? 0) - x, (positions[at + 1] ?? 0) - z];
    if (dx * dx + dz * dz <= radius * radius) found.push(at);
  }
  return found;
}

function move(positions: Float32Array, who: readonly number[], { dx, dz }: Drag): void {
  for (const at of who) {
    if (at >= positions.length) continue;
    positions[at] = (positions[at] ?? 0) + dx;
    positions[at + 1] = (positions[at + 1] ?? 0) + dz;
  }
}

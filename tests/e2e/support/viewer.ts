import assert from "node:assert/strict";
import { type RawData, WebSocket } from "ws";
import { type CloseInfo, PATIENCE_MS } from "./connection.ts";
import type { Island } from "./stats.ts";
import { atMost } from "./wait.ts";

/**
 * After the close frames the server may take 200 ms to end the TCP connection; then this end does it, as browsers do.
 * workerd leaves the connection of a hibernatable socket open if the viewer has never sent a message.
 */
const OPTIONS = { perMessageDeflate: false, closeTimeout: 200 };

/** An island in the live stream. */
export interface LiveIsland {
  id: string;
  formed: number;
  /** x, z of each member. */
  peers: number[];
}

/** A frame of the live stream. */
export interface LiveFrame {
  time: number;
  maxPeers: number;
  joinDistance: number;
  players: number;
  reassignments: number;
  islands: LiveIsland[];
  /** Time, players, islands, reassignments. */
  history?: [number, number, number, number][];
}

/** Somebody who looks at the live map. */
export class Viewer {
  /** Every frame as it came. */
  readonly texts: string[] = [];
  /** The end of the connection; never rejects. */
  readonly ended: Promise<CloseInfo>;
  readonly socket: WebSocket;
  #closeInfo: CloseInfo | undefined;
  #taken = 0;
  #wake: () => void = () => {};

  private constructor(url: string) {
    this.socket = new WebSocket(url, OPTIONS);
    this.socket.on("message", (data, binary) => this.#receive(data, binary));
    this.ended = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.#closeInfo = { code, reason: reason.toString(), atMs: performance.now() };
        resolve(this.#closeInfo);
        this.#wake();
      });
    });
  }

  /** Opens a connection. */
  static async open(url: string): Promise<Viewer> {
    const viewer = new Viewer(url);
    await new Promise<void>((resolve, reject) => {
      viewer.socket.once("open", resolve);
      viewer.socket.once("error", reject);
    });
    viewer.socket.on("error", () => {});
    return viewer;
  }

  /** The next frame that no call has returned yet. */
  async next(timeoutMs = PATIENCE_MS): Promise<LiveFrame> {
    if (this.texts.length === this.#taken && !this.#closeInfo) {
      const change = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await atMost(timeoutMs, change);
    }
    const text = this.texts[this.#taken];
    if (text === undefined) {
      const state = this.#closeInfo
        ? `closed: ${this.#closeInfo.code} "${this.#closeInfo.reason}"`
        : `nothing came within ${timeoutMs} ms`;
      assert.fail(`expected a frame, but ${state}`);
    }
    this.#taken += 1;
    return JSON.parse(text) as LiveFrame;
  }

  /** The first of the coming frames with which `check` does not fail. */
  async until(check: (frame: LiveFrame) => void): Promise<LiveFrame> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const frame = await this.next();
      try {
        check(frame);
        return frame;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  /** Fails if a frame is unread, or comes within `ms`. */
  async quiet(ms: number): Promise<void> {
    await atMost(ms, this.ended);
    assert.deepEqual(this.texts.slice(this.#taken), [], "a frame came that should not have");
    assert.equal(this.#closeInfo, undefined, "the server closed the connection");
  }

  /** The close that must come, whatever comes before it. */
  async closed(): Promise<CloseInfo> {
    await atMost(PATIENCE_MS, this.ended);
    return this.#closeInfo ?? assert.fail(`still open after ${PATIENCE_MS} ms`);
  }

  /** Loses the network. */
  cut(): void {
    this.socket.terminate();
  }

  #receive(data: RawData, binary: boolean): void {
    assert.equal(binary, false, "a binary message");
    this.texts.push(String(data));
    this.#wake();
  }
}

/** A coordinate as the live stream has it. */
export function tenths(metres: number): number {
  // Adding 0 makes 0 of -0.
  return Math.round(metres * 10) / 10 + 0;
}

/** Islands of the stats as the live stream has them, but for their age. */
export function asStreamed(islands: readonly Island[]): Omit<LiveIsland, "formed">[] {
  return islands.map(({ id, peers }) => ({
    id,
    peers: peers.flatMap(({ position: [x, , z] }) => [tenths(x), tenths(z)]),
  }));
}

/** The islands of a frame without their age. */
export function streamed({ islands }: LiveFrame): Omit<LiveIsland, "formed">[] {
  return islands.map(({ id, peers }) => ({ id, peers }));
}

import assert from "node:assert/strict";
import { type RawData, WebSocket } from "ws";
import { FrameAudit } from "./frames.ts";
import { atMost } from "./wait.ts";

/** How long a test waits for a packet or a close that must come, on a busy machine. */
export const PATIENCE_MS = 20_000;

/**
 * How long the server may take to end the TCP connection after its close frame; then this end does it, as browsers
 * do. workerd leaves the connection of a hibernatable socket open if the client has never sent a message.
 */
const TCP_CLOSE_MS = 200;

/** How a connection ended. */
export interface CloseInfo {
  code: number;
  reason: string;
  /** `performance.now()` at the close. */
  atMs: number;
}

/** One packet of a protocol whose kinds carry what `P` says. */
export interface Arrival<P, K extends keyof P = keyof P> {
  kind: K;
  payload: P[K];
  /** `performance.now()` at its arrival. */
  atMs: number;
}

/**
 * The client's end of a WebSocket, as strict as the strictest real client: it takes the packets in their order, fails
 * on any that it did not expect, and on frames that clients cannot take.
 */
export abstract class Connection<P> {
  /** Everything that has arrived, but for what {@link read} keeps to itself. */
  readonly packets: Arrival<P>[] = [];
  /** What no server may do: see {@link FrameAudit}. */
  readonly faults: string[] = [];
  /** The end of the connection; never rejects. */
  readonly ended: Promise<CloseInfo>;
  /** Set once the connection has ended. */
  closeInfo: CloseInfo | undefined;
  readonly socket: WebSocket;
  #audit = new FrameAudit();
  #taken = 0;
  #wake: () => void = () => {};

  protected constructor(url: string, protocols: string[]) {
    this.socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.socket.on("upgrade", (response) => {
      response.socket.on("data", (chunk: Buffer) => {
        this.#audit.push(chunk);
        if (this.#audit.closed) setTimeout(() => this.socket.terminate(), TCP_CLOSE_MS);
      });
    });
    this.socket.on("message", (data, binary) => this.#receive(data, binary));
    this.ended = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.closeInfo = { code, reason: reason.toString(), atMs: performance.now() };
        resolve(this.closeInfo);
        this.#wake();
      });
    });
  }

  /** Takes one frame: returns the packet, or nothing if it is not one for {@link packets}; throws if it is none at all. */
  protected abstract read(frame: Uint8Array): Arrival<P> | undefined;

  /** Resolves once the server has accepted the upgrade; rejects if it does not. */
  protected async opened(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    this.socket.on("error", () => {});
  }

  /** Everything the server did wrong on the level of frames. */
  get frameFaults(): string[] {
    return [...this.#audit.faults, ...this.faults];
  }

  /** Sends a binary frame, or a text frame when given a string. */
  send(frame: Uint8Array | string): void {
    this.socket.send(frame);
  }

  /** The next packet that no call has returned yet; fails unless it is of this kind. */
  async next<K extends keyof P>(kind: K, timeoutMs = PATIENCE_MS): Promise<P[K]> {
    return (await this.nextReceived(kind, timeoutMs)).payload;
  }

  /** As {@link next}, with the time of arrival. */
  async nextReceived<K extends keyof P>(kind: K, timeoutMs = PATIENCE_MS): Promise<Arrival<P, K>> {
    if (this.packets.length === this.#taken && !this.closeInfo) {
      const change = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await atMost(timeoutMs, change);
    }
    this.assertGoodFrames();
    const packet = this.packets[this.#taken];
    if (!packet) {
      const state = this.closeInfo
        ? `closed: ${this.closeInfo.code} "${this.closeInfo.reason}"`
        : `nothing came within ${timeoutMs} ms`;
      assert.fail(`expected ${String(kind)}, but ${state}`);
    }
    assert.equal(packet.kind, kind, `unexpected packet: ${JSON.stringify(packet)}`);
    this.#taken += 1;
    return packet as Arrival<P, K>;
  }

  /** Fails if a packet is unread, or if one comes or the connection ends within `ms`. */
  async quiet(ms: number): Promise<void> {
    await atMost(ms, this.ended);
    this.assertGoodFrames();
    assert.deepEqual(this.unread(), [], "a packet came that should not have");
    assert.equal(this.closeInfo, undefined, "the server closed the connection");
  }

  /** What has come and was returned by no call. */
  unread(): Arrival<P>[] {
    return this.packets.slice(this.#taken);
  }

  /** The close that must come, with no packet before it. */
  async closed(timeoutMs = PATIENCE_MS): Promise<CloseInfo> {
    const close = await this.end(timeoutMs);
    assert.deepEqual(this.unread(), [], "a packet came before the close");
    return close;
  }

  /** The close that must come, whatever comes before it. */
  async end(timeoutMs = PATIENCE_MS): Promise<CloseInfo> {
    await atMost(timeoutMs, this.ended);
    this.assertGoodFrames();
    return this.closeInfo ?? assert.fail(`still open after ${timeoutMs} ms`);
  }

  /** Leaves politely. */
  async leave(): Promise<void> {
    this.socket.close(1000);
    await this.ended;
  }

  /** Loses the network: the TCP connection ends without a close frame. */
  cut(): void {
    this.socket.terminate();
  }

  /** Fails if the server has sent a frame that clients cannot take. */
  assertGoodFrames(): void {
    assert.deepEqual(this.frameFaults, [], "the server sent frames that clients cannot take");
  }

  #receive(data: RawData, binary: boolean): void {
    if (!binary) this.faults.push(`a text message: ${data}`);
    try {
      const packet = this.read(data as Buffer);
      if (!packet) return;
      this.packets.push(packet);
    } catch (error) {
      this.faults.push(`an undecodable frame: ${error}`);
    }
    this.#wake();
  }
}

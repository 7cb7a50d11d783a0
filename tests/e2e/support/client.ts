import assert from "node:assert/strict";
import { type RawData, WebSocket } from "ws";
import { FrameAudit } from "./frames.ts";
import type { Identity } from "./identity.ts";
import {
  type ChallengeResponseMessage,
  challengeRequest,
  decodeServerPacket,
  heartbeat,
  type IslandChangedMessage,
  type Kind,
  type Payloads,
  type Point,
  type Received,
  signedChallenge,
} from "./packets.ts";
import { atMost } from "./wait.ts";

/** How long a test waits for a packet or a close that must come, on a busy machine. */
const PATIENCE_MS = 8_000;

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

/**
 * A game client as strict as the strictest real one: it takes the packets in their order and fails on any that it
 * did not expect.
 */
export class Client {
  /** Everything that has arrived. */
  readonly packets: Received[] = [];
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

  private constructor(url: string, protocols: string[]) {
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
        this.closeInfo = {
          code,
          reason: reason.toString(),
          atMs: performance.now(),
        };
        resolve(this.closeInfo);
        this.#wake();
      });
    });
  }

  /** Opens a connection. Like most real clients it offers the subprotocol `archipelago` unless told otherwise. */
  static async connect(url: string, { protocols = ["archipelago"] }: { protocols?: string[] } = {}): Promise<Client> {
    const client = new Client(url, protocols);
    await new Promise<void>((resolve, reject) => {
      client.socket.once("open", resolve);
      client.socket.once("error", reject);
    });
    client.socket.on("error", () => {});
    return client;
  }

  /** Everything the server did wrong on the level of frames. */
  get frameFaults(): string[] {
    return [...this.#audit.faults, ...this.faults];
  }

  /** The islands it was told so far. */
  get islands(): IslandChangedMessage[] {
    return this.packets
      .filter((packet) => packet.kind === "islandChanged")
      .map((packet) => packet.payload as IslandChangedMessage);
  }

  /** Sends a binary frame, or a text frame when given a string. */
  send(frame: Uint8Array | string): void {
    this.socket.send(frame);
  }

  heartbeat(position: Point, desiredRoom?: string): void {
    this.send(heartbeat(position, desiredRoom));
  }

  /** The first half of the handshake. */
  async challenge(address: string): Promise<ChallengeResponseMessage> {
    this.send(challengeRequest(address));
    return this.next("challengeResponse");
  }

  /** The whole handshake; returns the address in the welcome. */
  async handshake(identity: Identity): Promise<string> {
    const { challengeToSign } = await this.challenge(identity.wallet.address);
    this.send(signedChallenge(identity.sign(challengeToSign)));
    return (await this.next("welcome")).peerId;
  }

  /** The heartbeat that makes the server assign an island, and the island. */
  async arrive(position: Point, desiredRoom?: string): Promise<IslandChangedMessage> {
    this.heartbeat(position, desiredRoom);
    return this.next("islandChanged");
  }

  /** The next packet that no call has returned yet; fails unless it is of this kind. */
  async next<K extends Kind>(kind: K, timeoutMs = PATIENCE_MS): Promise<Payloads[K]> {
    return (await this.nextReceived(kind, timeoutMs)).payload;
  }

  /** As {@link next}, with the time of arrival. */
  async nextReceived<K extends Kind>(kind: K, timeoutMs = PATIENCE_MS): Promise<Received<K>> {
    if (this.packets.length === this.#taken && !this.closeInfo) {
      const change = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await atMost(timeoutMs, change);
    }
    this.#assertGoodFrames();
    const packet = this.packets[this.#taken];
    if (!packet) {
      const state = this.closeInfo
        ? `closed: ${this.closeInfo.code} "${this.closeInfo.reason}"`
        : `nothing came within ${timeoutMs} ms`;
      assert.fail(`expected ${kind}, but ${state}`);
    }
    assert.equal(packet.kind, kind, `unexpected packet: ${JSON.stringify(packet)}`);
    this.#taken += 1;
    return packet as Received<K>;
  }

  /** Fails if a packet is unread, or if one comes or the connection ends within `ms`. */
  async quiet(ms: number): Promise<void> {
    await atMost(ms, this.ended);
    this.#assertGoodFrames();
    assert.deepEqual(this.unread(), [], "a packet came that should not have");
    assert.equal(this.closeInfo, undefined, "the server closed the connection");
  }

  /** What has come and was returned by no call. */
  unread(): Received[] {
    return this.packets.slice(this.#taken);
  }

  /** The close that must come, with no packet before it. */
  async closed(timeoutMs = PATIENCE_MS): Promise<CloseInfo> {
    await atMost(timeoutMs, this.ended);
    this.#assertGoodFrames();
    assert.deepEqual(this.unread(), [], "a packet came before the close");
    if (!this.closeInfo) assert.fail(`still open after ${timeoutMs} ms`);
    return this.closeInfo;
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

  #assertGoodFrames(): void {
    assert.deepEqual(this.frameFaults, [], "the server sent frames that clients cannot take");
  }

  #receive(data: RawData, binary: boolean): void {
    if (!binary) this.faults.push(`a text message: ${data}`);
    try {
      this.packets.push(decodeServerPacket(data as Buffer));
    } catch (error) {
      this.faults.push(`an undecodable frame: ${error}`);
    }
    this.#wake();
  }
}

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { PATIENCE_MS } from "./connection.ts";
import type { Identity } from "./identity.ts";
import { challengeRequest, decodeServerPacket, type Kind, type Payloads, signedChallenge } from "./packets.ts";
import { atMost } from "./wait.ts";

/** What a frame is (RFC 6455, 5.2). */
export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;

/** A client has to mask; with this mask, what it sends stays as it is. */
const MASK = Buffer.alloc(4);

const HEADER_END = "\r\n\r\n";

/** What is unusual about a frame. */
export interface FrameOptions {
  opcode?: number;
  /** False for all but the last frame of a message. */
  final?: boolean;
  /** False as no client may. */
  masked?: boolean;
  /** The three bits that mean nothing: 0 to 7. */
  reserved?: number;
  /** The length that the header says; the true one otherwise. */
  length?: number;
}

/** A frame as it goes over the wire. */
export function frame(payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = BINARY, final = true, masked = true, reserved = 0, length = payload.length } = options;
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const bit = masked ? 0x80 : 0;
  let header: Buffer;
  if (length < 126) header = Buffer.of(first, bit | length);
  else if (length < 65_536) header = Buffer.of(first, bit | 126, length >> 8, length & 0xff);
  else {
    header = Buffer.alloc(10);
    header.set([first, bit | 127]);
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, masked ? MASK : Buffer.alloc(0), payload]);
}

/** The frame with which a client says goodbye. */
export function closeFrame(code: number): Buffer {
  return frame(Buffer.of(code >> 8, code & 0xff), { opcode: CLOSE });
}

/** A request for a WebSocket, as it goes over the wire. */
export function upgradeRequest(host: string, path: string, headers: Record<string, string> = {}): string {
  const lines = {
    Host: host,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    ...headers,
  };
  const fields = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${fields.join("")}\r\n`;
}

/** The server has not accepted an upgrade. */
export class UpgradeRefused extends Error {
  /** 0 if there was no answer at all. */
  readonly status: number;

  constructor(status: number) {
    super(`the upgrade was answered with ${status}`);
    this.status = status;
  }
}

/** How a connection ended; 1006 without a close frame. */
export interface RawClose {
  code: number;
  reason: string;
}

/** A connection that says whatever it is told to, byte by byte, in contrast to what WebSocket libraries allow. */
export class RawSocket {
  readonly socket: Socket;
  /** The server's messages that no call has returned yet. */
  readonly messages: Buffer[] = [];
  /** The server has said goodbye, or is gone; never rejects. */
  readonly ended: Promise<void>;
  /** Whether it goes on after the server has said goodbye, as if it had not heard. */
  deaf = false;
  /** Set once the server has said goodbye, or is gone. */
  closeInfo: RawClose | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #wake: () => void = () => {};
  readonly #opened: Promise<number>;
  #answered: (status: number) => void = () => {};
  #end: () => void = () => {};

  private constructor(host: string) {
    const { hostname, port } = new URL(`http://${host}`);
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#opened = new Promise((resolve) => {
      this.#answered = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk) => this.#receive(chunk));
    this.socket.on("close", () => this.#over({ code: 1006, reason: "" }));
  }

  /** A TCP connection on which nothing has been said. */
  static dial(host: string): RawSocket {
    return new RawSocket(host);
  }

  /**
   * Asks for a WebSocket.
   *
   * @throws {UpgradeRefused} unless it gets one
   */
  static async open(
    host: string,
    { path = "/ws", headers = {} }: { path?: string; headers?: Record<string, string> } = {},
  ): Promise<RawSocket> {
    const raw = RawSocket.dial(host);
    raw.write(upgradeRequest(host, path, headers));
    const status = await raw.opened();
    if (status === 101) return raw;
    raw.cut();
    throw new UpgradeRefused(status);
  }

  /** The status of the answer to the first request; 0 if the connection ended without one. */
  opened(): Promise<number> {
    return this.#opened;
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Sends a message. */
  send(payload: Uint8Array, options?: FrameOptions): void {
    this.write(frame(payload, options));
  }

  /** The next message; fails unless it is a packet of this kind. */
  async next<K extends Kind>(kind: K, timeoutMs = PATIENCE_MS): Promise<Payloads[K]> {
    const message = await this.nextMessage(timeoutMs);
    const { code, reason } = this.closeInfo ?? { code: 0, reason: "nothing came" };
    assert.ok(message, `expected ${kind}, but: ${code} "${reason}"`);
    const packet = decodeServerPacket(message);
    assert.equal(packet.kind, kind);
    return packet.payload as Payloads[K];
  }

  /** The next message, if one comes within this time and before the end. */
  async nextMessage(timeoutMs = PATIENCE_MS): Promise<Buffer | undefined> {
    await this.#until(timeoutMs, () => this.messages.length > 0 || this.closeInfo !== undefined);
    return this.messages.shift();
  }

  /** The close that must come. */
  async closed(timeoutMs = PATIENCE_MS): Promise<RawClose> {
    await this.#until(timeoutMs, () => this.closeInfo !== undefined);
    return this.closeInfo ?? assert.fail(`still open after ${timeoutMs} ms`);
  }

  /** The first half of the handshake. */
  async challenge(address: string): Promise<string> {
    this.send(challengeRequest(address));
    return (await this.next("challengeResponse")).challengeToSign;
  }

  /** The handshake but for the answer to it. */
  async prove(identity: Identity): Promise<void> {
    const challenge = await this.challenge(identity.address);
    this.send(signedChallenge(identity.sign(challenge)));
  }

  /** The whole handshake. */
  async login(identity: Identity): Promise<void> {
    await this.prove(identity);
    assert.equal((await this.next("welcome")).peerId, identity.address);
  }

  /** Says goodbye; the server ends the connection. */
  async leave(): Promise<void> {
    this.write(closeFrame(1000));
    await this.closed();
  }

  /** Loses the network. */
  cut(): void {
    this.socket.destroy();
  }

  /** Ends the connection with a reset, as a crash of the client's machine does. */
  reset(): void {
    // After a shutdown Node never gets over a reset: its process would not end.
    if (this.socket.writableEnded) this.cut();
    else this.socket.resetAndDestroy();
  }

  async #until(timeoutMs: number, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isSo()) {
      const restMs = deadline - performance.now();
      if (restMs <= 0) return;
      const change = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await atMost(restMs, change);
    }
  }

  #over(close: RawClose): void {
    this.closeInfo ??= close;
    this.#answered(0);
    this.#end();
    this.#wake();
  }

  #receive(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!this.#upgraded && !this.#readAnswer()) return;
    for (let length = this.#readFrame(); length > 0; length = this.#readFrame()) {
      this.#pending = this.#pending.subarray(length);
    }
    this.#wake();
  }

  #readAnswer(): boolean {
    const end = this.#pending.indexOf(HEADER_END);
    if (end < 0) return false;
    const [, status = "0"] = this.#pending.toString("latin1", 0, end).split(" ");
    this.#upgraded = status === "101";
    this.#pending = this.#pending.subarray(end + HEADER_END.length);
    this.#answered(Number(status));
    return this.#upgraded;
  }

  /** Takes the next frame; returns how many bytes it has, 0 if it has not come to its end. */
  #readFrame(): number {
    const bytes = this.#pending;
    if (bytes.length < 2) return 0;
    const short = bytes.readUInt8(1);
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return 0;
    let length = short;
    if (short === 126) length = bytes.readUInt16BE(2);
    if (short === 127) length = Number(bytes.readBigUInt64BE(2));
    const end = start + length;
    if (bytes.length < end) return 0;
    const opcode = bytes.readUInt8(0) & 0x0f;
    if (opcode === CLOSE) this.#goodbye(bytes.subarray(start, end));
    else this.messages.push(bytes.subarray(start, end));
    return end;
  }

  #goodbye(payload: Buffer): void {
    const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    this.#over({ code, reason: payload.toString("utf8", 2) });
    if (this.deaf) return;
    this.write(frame(payload, { opcode: CLOSE }));
    this.socket.end();
  }
}

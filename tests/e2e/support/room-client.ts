import assert from "node:assert/strict";
import { type Arrival, Connection } from "./connection.ts";
import type { Prover } from "./identity.ts";
import type { Point } from "./packets.ts";
import {
  chatBody,
  decodeBody,
  decodeRoomPacket,
  identification,
  positionBody,
  type RoomPayloads,
  signedForRoom,
  update,
  type WsChallengeRequired,
  type WsPeerUpdate,
  type WsWelcome,
} from "./room-packets.ts";

/** What connection strings of rooms begin with; the rest is a URL. */
const PROTOCOL = "ws-room:";

/** Like most real clients. */
const SUBPROTOCOL = "rfc5";

/** The URL in a connection string, such as `ws://host/rooms/main.I1?token=…`. */
export function roomUrl(connStr: string): string {
  assert.ok(connStr.startsWith(PROTOCOL), `not a room: ${connStr}`);
  return connStr.slice(PROTOCOL.length);
}

/** A packet of somebody else in the room. */
export class Heard {
  /** The sender's address. */
  readonly from: string;
  readonly unreliable: boolean;
  readonly body: Uint8Array;
  /** `performance.now()` at its arrival. */
  readonly atMs: number;
  #message: ReturnType<typeof decodeBody> | undefined;

  constructor(from: string, { unreliable, body }: WsPeerUpdate, atMs: number) {
    this.from = from;
    this.unreliable = unreliable;
    this.body = body;
    this.atMs = atMs;
  }

  /** What the body says. */
  get message(): ReturnType<typeof decodeBody> {
    this.#message ??= decodeBody(this.body);
    return this.#message;
  }

  /** What was said, if it is a chat. */
  get chat(): string | undefined {
    return this.message.$case === "chat" ? this.message.chat.message : undefined;
  }
}

/** A client in a room: it holds the server to the protocol, and knows who is there. */
export class RoomClient extends Connection<RoomPayloads> {
  /** Its own alias; 0 before it is admitted. */
  alias = 0;
  /** The others by alias, as it was told. */
  readonly others = new Map<number, string>();
  /** What it has heard of the others, in order. These packets are not among {@link packets}. */
  readonly heard: Heard[] = [];
  #positions = 0;

  /** Opens a connection, without saying anything. */
  static async open(
    connStr: string,
    { protocols = [SUBPROTOCOL] }: { protocols?: string[] } = {},
  ): Promise<RoomClient> {
    const room = new RoomClient(roomUrl(connStr), protocols);
    await room.opened();
    return room;
  }

  /** The addresses of the others, sorted. */
  get company(): string[] {
    return [...this.others.values()].sort();
  }

  /** What it has heard in the chat: who said what. */
  get chats(): [from: string, message: string][] {
    return this.heard.flatMap(({ from, chat }) => (chat === undefined ? [] : [[from, chat]]));
  }

  /** The first half of the handshake. */
  async challenge(address: string): Promise<WsChallengeRequired> {
    this.send(identification(address));
    return this.next("challengeMessage");
  }

  /** The whole handshake, which must succeed. */
  async handshake(identity: Prover): Promise<WsWelcome> {
    await this.prove(identity);
    return this.next("welcomeMessage");
  }

  /** The handshake up to the answer to it. */
  async prove(identity: Prover): Promise<void> {
    const { challengeToSign } = await this.challenge(identity.wallet.address);
    this.send(signedForRoom(identity.sign(challengeToSign)));
  }

  /** Says something to all others. */
  chat(message: string): void {
    this.say(chatBody(message));
  }

  /** Tells all others where it is. */
  position(point: Point): void {
    this.#positions += 1;
    this.say(positionBody(this.#positions, point), true);
  }

  /** Sends a body to all others. */
  say(body: Uint8Array, unreliable = false): void {
    this.send(update(body, unreliable));
  }

  protected override read(frame: Uint8Array): Arrival<RoomPayloads> | undefined {
    const packet = decodeRoomPacket(frame);
    if (packet.kind === "peerUpdateMessage") {
      this.#hear(packet.payload as WsPeerUpdate, packet.atMs);
      return undefined;
    }
    this.#note(packet);
    return packet;
  }

  #hear(update: WsPeerUpdate, atMs: number): void {
    const from = this.others.get(update.fromAlias);
    if (from === undefined) this.faults.push(`a packet from alias ${update.fromAlias}, which nobody has`);
    else this.heard.push(new Heard(from, update, atMs));
  }

  #note({ kind, payload }: Arrival<RoomPayloads>): void {
    if (kind === "welcomeMessage") {
      const { alias, peerIdentities } = payload as RoomPayloads["welcomeMessage"];
      if (this.alias !== 0) this.faults.push("a second welcome");
      this.alias = alias;
      for (const [other, address] of Object.entries(peerIdentities)) this.#join(Number(other), address);
    } else if (kind === "peerJoinMessage") {
      const { alias, address } = payload as RoomPayloads["peerJoinMessage"];
      if (this.alias === 0) this.faults.push("somebody joined before the welcome");
      this.#join(alias, address);
    } else if (kind === "peerLeaveMessage") {
      const { alias } = payload as RoomPayloads["peerLeaveMessage"];
      if (!this.others.delete(alias)) this.faults.push(`alias ${alias} left, which nobody has`);
    }
  }

  #join(alias: number, address: string): void {
    if (alias === 0 || alias === 0xffffffff) this.faults.push(`an impossible alias: ${alias}`);
    if (alias === this.alias || this.others.has(alias)) this.faults.push(`alias ${alias} is taken`);
    if (!/^0x[0-9a-f]{40}$/.test(address)) this.faults.push(`not an address: ${address}`);
    if ([...this.others.values()].includes(address)) this.faults.push(`${address} is in the room twice`);
    this.others.set(alias, address);
  }
}

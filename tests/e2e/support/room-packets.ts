import { Packet, type Position } from "@dcl/protocol/out-js/decentraland/kernel/comms/rfc4/comms.gen.js";
import {
  type WsChallengeRequired,
  type WsIdentification,
  type WsKicked,
  WsPacket,
  type WsPeerJoin,
  type WsPeerLeave,
  type WsPeerUpdate,
  type WsSignedChallenge,
  type WsWelcome,
} from "@dcl/protocol/out-js/decentraland/kernel/comms/rfc5/ws_comms.gen.js";
import type { Arrival } from "./connection.ts";
import type { Point } from "./packets.ts";

export type { WsChallengeRequired, WsPeerUpdate, WsWelcome };

/** What each kind of packet in a room carries. */
export interface RoomPayloads {
  welcomeMessage: WsWelcome;
  peerJoinMessage: WsPeerJoin;
  peerUpdateMessage: WsPeerUpdate;
  challengeMessage: WsChallengeRequired;
  signedChallengeForServer: WsSignedChallenge;
  peerLeaveMessage: WsPeerLeave;
  peerIdentification: WsIdentification;
  peerKicked: WsKicked;
}

/** The packets' version that the explorers announce. */
const PROTOCOL_VERSION = 100;

/** Reads one frame of a room; throws on anything that is not a packet with a message. */
export function decodeRoomPacket(frame: Uint8Array): Arrival<RoomPayloads> {
  const { message } = WsPacket.decode(frame);
  if (!message) throw new Error("a packet without a message");
  const payload = (message as unknown as RoomPayloads)[message.$case];
  return { kind: message.$case, payload, atMs: performance.now() };
}

/** What is in a body; throws on anything that is not a packet of a player. */
export function decodeBody(body: Uint8Array): NonNullable<Packet["message"]> {
  const { message } = Packet.decode(body);
  if (!message) throw new Error("a body without a message");
  return message;
}

/** One frame with this message, whoever sends such. */
export function roomPacket(message: WsPacket["message"]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(WsPacket.encode({ message }).finish());
}

export function identification(address: string): Uint8Array<ArrayBuffer> {
  return roomPacket({ $case: "peerIdentification", peerIdentification: { address } });
}

export function signedForRoom(authChainJson: string): Uint8Array<ArrayBuffer> {
  return roomPacket({ $case: "signedChallengeForServer", signedChallengeForServer: { authChainJson } });
}

/** A packet for the others in the room. `fromAlias` is the server's business: clients leave it at 0. */
export function update(body: Uint8Array, unreliable: boolean, fromAlias = 0): Uint8Array<ArrayBuffer> {
  return roomPacket({ $case: "peerUpdateMessage", peerUpdateMessage: { fromAlias, body, unreliable } });
}

/** The body that says something in the chat. */
export function chatBody(message: string): Uint8Array {
  const chat = { message, timestamp: Date.now() };
  return Packet.encode({ message: { $case: "chat", chat }, protocolVersion: PROTOCOL_VERSION }).finish();
}

/** The body that says where the player is, for the `index`-th time. */
export function positionBody(index: number, [x, y, z]: Point): Uint8Array {
  const rotation = { rotationX: 0, rotationY: 0, rotationZ: 0, rotationW: 1 };
  const position: Position = { index, positionX: x, positionY: y, positionZ: z, ...rotation };
  return Packet.encode({ message: { $case: "position", position }, protocolVersion: PROTOCOL_VERSION }).finish();
}

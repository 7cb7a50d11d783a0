import {
  type ChallengeResponseMessage,
  ClientPacket,
  type IslandChangedMessage,
  type JoinIslandMessage,
  type KickedMessage,
  KickedReason,
  type LeftIslandMessage,
  ServerPacket,
  type WelcomeMessage,
} from "@dcl/protocol/out-js/decentraland/kernel/comms/v3/archipelago.gen.js";
import type { Arrival } from "./connection.ts";

export { type ChallengeResponseMessage, type IslandChangedMessage, KickedReason };

/** What each kind of server packet carries. */
export interface Payloads {
  challengeResponse: ChallengeResponseMessage;
  welcome: WelcomeMessage;
  islandChanged: IslandChangedMessage;
  leftIsland: LeftIslandMessage;
  joinIsland: JoinIslandMessage;
  kicked: KickedMessage;
}

export type Kind = keyof Payloads;

/** One packet from the server. */
export type Received<K extends Kind = Kind> = Arrival<Payloads, K>;

/** A point in the world: x, y, z in metres. */
export type Point = readonly [number, number, number];

/** Reads one server frame; throws on anything that is not a packet with a message. */
export function decodeServerPacket(frame: Uint8Array): Received {
  const { message } = ServerPacket.decode(frame);
  if (!message) throw new Error("a packet without a message");
  const payload = (message as unknown as Payloads)[message.$case];
  return { kind: message.$case, payload, atMs: performance.now() };
}

function encode(message: ClientPacket["message"]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(ClientPacket.encode({ message }).finish());
}

export function challengeRequest(address: string): Uint8Array<ArrayBuffer> {
  return encode({ $case: "challengeRequest", challengeRequest: { address } });
}

export function signedChallenge(authChainJson: string): Uint8Array<ArrayBuffer> {
  return encode({ $case: "signedChallenge", signedChallenge: { authChainJson } });
}

export function heartbeat([x, y, z]: Point, desiredRoom?: string): Uint8Array<ArrayBuffer> {
  return encode({ $case: "heartbeat", heartbeat: { position: { x, y, z }, desiredRoom } });
}

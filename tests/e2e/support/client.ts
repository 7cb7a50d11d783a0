import { Connection } from "./connection.ts";
import type { Prover } from "./identity.ts";
import {
  type ChallengeResponseMessage,
  challengeRequest,
  decodeServerPacket,
  heartbeat,
  type IslandChangedMessage,
  type Payloads,
  type Point,
  type Received,
  signedChallenge,
} from "./packets.ts";

/** A game client at the archipelago's socket. */
export class Client extends Connection<Payloads> {
  /** Called with every island it is told, as it comes. */
  onIsland: (changed: IslandChangedMessage, atMs: number) => void = () => {};

  /** Opens a connection. Like most real clients it offers the subprotocol `archipelago` unless told otherwise. */
  static async connect(url: string, { protocols = ["archipelago"] }: { protocols?: string[] } = {}): Promise<Client> {
    const client = new Client(url, protocols);
    await client.opened();
    return client;
  }

  protected override read(frame: Uint8Array): Received {
    const packet = decodeServerPacket(frame);
    if (packet.kind === "islandChanged") this.onIsland(packet.payload as IslandChangedMessage, packet.atMs);
    return packet;
  }

  /** The islands it was told so far. */
  get islands(): IslandChangedMessage[] {
    return this.packets
      .filter((packet) => packet.kind === "islandChanged")
      .map((packet) => packet.payload as IslandChangedMessage);
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
  async handshake(identity: Prover): Promise<string> {
    const { challengeToSign } = await this.challenge(identity.wallet.address);
    this.send(signedChallenge(identity.sign(challengeToSign)));
    return (await this.next("welcome")).peerId;
  }

  /** The heartbeat that makes the server assign an island, and the island. */
  async arrive(position: Point, desiredRoom?: string): Promise<IslandChangedMessage> {
    this.heartbeat(position, desiredRoom);
    return this.next("islandChanged");
  }
}

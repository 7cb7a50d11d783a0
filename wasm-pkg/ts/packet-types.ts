/** A point in the world, in metres; y is up. */
export interface Point {
  /** To the east. */
  x: number;
  /** Up. */
  y: number;
  /** To the north. */
  z: number;
}

/** A packet that is empty or of a later version of the protocol; cannot be encoded. */
export interface UnknownPacket {
  /** Tells the packets apart. */
  kind: "unknown";
}

/** The first message of a client. */
export interface ChallengeRequest {
  /** Tells the packets apart. */
  kind: "challengeRequest";
  /** The Ethereum address under which it wants to enter. */
  address: string;
}

/** The challenge, signed: the second message of a client, and its answer to a room. */
export interface SignedChallenge {
  /** Tells the packets apart. */
  kind: "signedChallenge";
  /** A JSON array of authentication links. */
  authChainJson: string;
}

/** Where the player is, about once a second. */
export interface Heartbeat {
  /** Tells the packets apart. */
  kind: "heartbeat";
  /** In metres. */
  position: Point;
  /** The id of the island the player would like to be in. */
  desiredRoom?: string;
}

/** What a client sends to the archipelago. */
export type ClientPacket = ChallengeRequest | SignedChallenge | Heartbeat | UnknownPacket;

/** The answer to a {@link ChallengeRequest}. */
export interface ChallengeResponse {
  /** Tells the packets apart. */
  kind: "challengeResponse";
  /** What the client has to sign. */
  challengeToSign: string;
  /** Whether the requested address has a live session already. */
  alreadyConnected: boolean;
}

/** The session is established. */
export interface Welcome {
  /** Tells the packets apart. */
  kind: "welcome";
  /** The signer's address, lower case. */
  peerId: string;
}

/** The client's island; the room to join is in `connStr`. */
export interface IslandChanged {
  /** Tells the packets apart. */
  kind: "islandChanged";
  /** The island's id. */
  islandId: string;
  /** `protocol:parameters` of the room. */
  connStr: string;
  /** The island the session was told before; absent the first time. */
  fromIslandId?: string;
  /** The members by address, the receiver included. */
  peers: Record<string, Point>;
}

/** Part of the contract, never sent. */
export interface LeftIsland {
  /** Tells the packets apart. */
  kind: "leftIsland";
  /** The island's id. */
  islandId: string;
  /** Who left. */
  peerId: string;
}

/** Part of the contract, never sent. */
export interface JoinIsland {
  /** Tells the packets apart. */
  kind: "joinIsland";
  /** The island's id. */
  islandId: string;
  /** Who joined. */
  peerId: string;
}

/** The archipelago ends the session. */
export interface Kicked {
  /** Tells the packets apart. */
  kind: "kicked";
  /** 0: the same address has opened another session. */
  reason: number;
}

/** What the archipelago sends to a client. */
export type ServerPacket =
  | ChallengeResponse
  | Welcome
  | IslandChanged
  | LeftIsland
  | JoinIsland
  | Kicked
  | UnknownPacket;

/** Somebody in a room. */
export interface RoomMember {
  /** The room's number for the member. */
  alias: number;
  /** The member's address. */
  address: string;
}

/** The client is admitted to the room. */
export interface RoomWelcome {
  /** Tells the packets apart. */
  kind: "welcome";
  /** The receiver's own alias. */
  alias: number;
  /** The others. */
  peers: RoomMember[];
}

/** Somebody else was admitted. */
export interface RoomPeerJoin extends RoomMember {
  /** Tells the packets apart. */
  kind: "peerJoin";
}

/** A packet from one member to all others. */
export interface RoomPeerUpdate {
  /** Tells the packets apart. */
  kind: "peerUpdate";
  /** Who sends it; the room fills it in. */
  fromAlias: number;
  /** Opaque to the room. */
  body: Uint8Array;
  /** Whether it may be dropped for a slow receiver. */
  unreliable: boolean;
}

/** What the client has to sign to be admitted. */
export interface RoomChallengeRequired {
  /** Tells the packets apart. */
  kind: "challengeRequired";
  /** What the client has to sign. */
  challengeToSign: string;
  /** Whether the address is in the room already. */
  alreadyConnected: boolean;
}

/** Somebody left. */
export interface RoomPeerLeave {
  /** Tells the packets apart. */
  kind: "peerLeave";
  /** Who. */
  alias: number;
}

/** The first message of a client in a room. */
export interface RoomIdentification {
  /** Tells the packets apart. */
  kind: "identification";
  /** The client's address. */
  address: string;
}

/** The room ends the connection. */
export interface RoomKicked {
  /** Tells the packets apart. */
  kind: "kicked";
  /** In words. */
  reason: string;
}

/** What a client and a room say to each other (rfc5). */
export type RoomPacket =
  | RoomWelcome
  | RoomPeerJoin
  | RoomPeerUpdate
  | RoomChallengeRequired
  | SignedChallenge
  | RoomPeerLeave
  | RoomIdentification
  | RoomKicked
  | UnknownPacket;

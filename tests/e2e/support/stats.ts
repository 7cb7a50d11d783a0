/** A player in the stats. */
export interface Peer {
  id: string;
  address: string;
  lastPing: number;
  parcel: [number, number];
  position: [number, number, number];
}

/** An island in the stats. */
export interface Island {
  id: string;
  peers: Peer[];
  maxPeers: number;
  center: [number, number, number];
  radius: number;
}

export interface Islands {
  ok: boolean;
  islands: Island[];
}

export interface Parcels {
  parcels: { peersCount: number; parcel: { x: number; y: number } }[];
}

/** The part of ADR-110's `/about` that the realm itself answers for. */
export interface About {
  healthy: boolean;
  acceptingUsers: boolean;
  configurations: Record<string, unknown>;
  content: Record<string, unknown>;
  lambdas: Record<string, unknown>;
  comms: {
    healthy: boolean;
    protocol: string;
    version?: string;
    commitHash?: string;
    usersCount: number;
    adapter: string;
  };
}

/** How full the rooms are. */
export interface RoomsStatus {
  version: string;
  currentTime: number;
  commitHash: string;
  users: number;
  rooms: number;
  details: { roomName: string; count: number }[];
}

import {
  bytes,
  enumeration,
  type Fields,
  type FieldType,
  flag,
  message,
  metres,
  number,
  optionalText,
  text,
} from "./fields.js";
import { isObject, refused } from "./refuse.js";
import { type BinaryReader, WireType } from "./wire.js";

/** The messages of a packet: its field number and its fields by the packet's kind. */
export type Kinds = Readonly<Record<string, readonly [number: number, fields: Fields]>>;

const POINT: Fields = { x: [1, metres], y: [2, metres], z: [3, metres] };
const point = message(POINT);

/** `map<string, Position>`: an object by name. */
const points: FieldType = {
  wire: WireType.LengthDelimited,
  // Without a prototype: a member may be called `__proto__`.
  absent: () => Object.create(null),
  write(writer, number, value, path) {
    if (!isObject(value)) throw refused(path, value, "an object of positions by address");
    for (const [id, position] of Object.entries(value)) {
      writer.tag(number, WireType.LengthDelimited).fork();
      text.write(writer, 1, id, path);
      // Always there, at the world's origin too: readers take an entry without a value for none.
      point.write(writer, 2, position, `${path}.${id}`);
      writer.join();
    }
  },
  read(reader, before) {
    const into = before as Record<string, unknown>;
    const { key, value } = entry(reader, { key: [1, text], value: [2, point] });
    into[key as string] = value;
    return into;
  },
};

/** `map<uint32, string>`: a list of members, in the order of their aliases. */
const members: FieldType = {
  wire: WireType.LengthDelimited,
  absent: () => [],
  write(writer, number, value, path) {
    if (!Array.isArray(value)) throw refused(path, value, "an array of members");
    const entries = message(MEMBER);
    for (const [at, member] of value.entries()) entries.write(writer, number, member, `${path}[${at}]`);
  },
  read(reader, before) {
    const member = entry(reader, MEMBER);
    const others = (before as { alias: number }[]).filter(({ alias }) => alias !== member.alias);
    return [...others, member as { alias: number }].sort((a, b) => a.alias - b.alias);
  },
};

/** The key of a map's entry is there even if it is 0. */
const key: FieldType = {
  ...number,
  write(writer, tag, value, path) {
    if (value === 0) writer.tag(tag, WireType.Varint).uint32(0);
    else number.write(writer, tag, value, path);
  },
};

const MEMBER: Fields = { alias: [1, key], address: [2, text] };

function entry(reader: BinaryReader, fields: Fields): Record<string, unknown> {
  return message(fields).read(reader, undefined) as Record<string, unknown>;
}

/** `decentraland.kernel.comms.v3.ClientPacket` */
export const CLIENT: Kinds = {
  challengeRequest: [1, { address: [1, text] }],
  signedChallenge: [2, { authChainJson: [1, text] }],
  heartbeat: [3, { position: [1, point], desiredRoom: [2, optionalText] }],
};

/** `decentraland.kernel.comms.v3.ServerPacket` */
export const SERVER: Kinds = {
  challengeResponse: [1, { challengeToSign: [1, text], alreadyConnected: [2, flag] }],
  welcome: [2, { peerId: [1, text] }],
  islandChanged: [3, { islandId: [1, text], connStr: [2, text], fromIslandId: [3, optionalText], peers: [4, points] }],
  leftIsland: [4, { islandId: [1, text], peerId: [2, text] }],
  joinIsland: [5, { islandId: [1, text], peerId: [2, text] }],
  kicked: [6, { reason: [1, enumeration] }],
};

/** `decentraland.kernel.comms.rfc5.WsPacket` */
export const ROOM: Kinds = {
  welcome: [1, { alias: [1, number], peers: [2, members] }],
  peerJoin: [2, { alias: [1, number], address: [2, text] }],
  peerUpdate: [3, { fromAlias: [1, number], body: [2, bytes], unreliable: [3, flag] }],
  challengeRequired: [4, { challengeToSign: [1, text], alreadyConnected: [2, flag] }],
  signedChallenge: [5, { authChainJson: [1, text] }],
  peerLeave: [6, { alias: [1, number] }],
  identification: [7, { address: [1, text] }],
  kicked: [8, { reason: [1, text] }],
};

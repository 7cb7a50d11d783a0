import { emptyOf, readFields, writeFields } from "./fields.js";
import { CLIENT, type Kinds, ROOM, SERVER } from "./messages.js";
import type { ClientPacket, RoomPacket, ServerPacket } from "./packet-types.js";
import { isObject, refused } from "./refuse.js";
import { BinaryReader, BinaryWriter, WireType } from "./wire.js";

/** The bytes of one WebSocket message. */
export type PacketBytes = Uint8Array | ArrayBuffer;

/**
 * What a client sends to the archipelago, as the bytes of a WebSocket message.
 *
 * @throws {InvalidInputError} for an object that is no such packet
 */
export function encodeClientPacket(packet: ClientPacket): Uint8Array {
  return encode(packet, CLIENT);
}

/**
 * What a client sends to the archipelago, from the bytes of a WebSocket message.
 *
 * @throws {InvalidInputError} for bytes that encode no such packet
 */
export function decodeClientPacket(bytes: PacketBytes): ClientPacket {
  return decode(bytes, CLIENT, "ClientPacket") as ClientPacket;
}

/**
 * What the archipelago sends to a client, as the bytes of a WebSocket message.
 *
 * @throws {InvalidInputError} for an object that is no such packet
 */
export function encodeServerPacket(packet: ServerPacket): Uint8Array {
  return encode(packet, SERVER);
}

/**
 * What the archipelago sends to a client, from the bytes of a WebSocket message.
 *
 * @throws {InvalidInputError} for bytes that encode no such packet
 */
export function decodeServerPacket(bytes: PacketBytes): ServerPacket {
  return decode(bytes, SERVER, "ServerPacket") as ServerPacket;
}

/**
 * What a client and a room say to each other (rfc5), as the bytes of a WebSocket message.
 *
 * @throws {InvalidInputError} for an object that is no such packet
 */
export function encodeRoomPacket(packet: RoomPacket): Uint8Array {
  return encode(packet, ROOM);
}

/**
 * What a client and a room say to each other (rfc5), from the bytes of a WebSocket message.
 *
 * @throws {InvalidInputError} for bytes that encode no such packet
 */
export function decodeRoomPacket(bytes: PacketBytes): RoomPacket {
  return decode(bytes, ROOM, "WsPacket") as RoomPacket;
}

function encode(packet: unknown, kinds: Kinds): Uint8Array {
  if (!isObject(packet)) throw refused("packet", packet, "an object");
  const kind = packet.kind;
  const known = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!known) throw refused("packet.kind", kind, `one of ${Object.keys(kinds).join(", ")}`);
  const [number, fields] = known;
  const writer = new BinaryWriter().tag(number, WireType.LengthDelimited).fork();
  writeFields(writer, fields, packet, "packet", "kind");
  return writer.join().finish();
}

function decode(given: PacketBytes, kinds: Kinds, name: string): object {
  const bytes = given instanceof ArrayBuffer ? new Uint8Array(given) : given;
  if (!(bytes instanceof Uint8Array)) throw refused("bytes", bytes, "a Uint8Array or an ArrayBuffer");
  try {
    return read(new BinaryReader(bytes), kinds);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refused("bytes", bytes, `an encoded ${name} (${why})`);
  }
}

/** Of several messages the last one counts, as for every `oneof`. */
function read(reader: BinaryReader, kinds: Kinds): object {
  let packet: Record<string, unknown> = { kind: "unknown" };
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const known = Object.entries(kinds).find(([, [each]]) => each === number);
    if (!known || wire !== WireType.LengthDelimited) {
      reader.skip(wire, number);
      continue;
    }
    const [kind, [, fields]] = known;
    if (packet.kind !== kind) packet = { kind, ...emptyOf(fields) };
    readFields(reader, fields, packet, reader.uint32());
  }
  return packet;
}

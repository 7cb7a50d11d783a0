import { isObject, refused } from "./refuse.js";
import { type BinaryReader, type BinaryWriter, WireType } from "./wire.js";

/** One type of fields: how its values are checked, written and read. */
export interface FieldType {
  /** How the field lies on the wire. */
  readonly wire: WireType;
  /** What the field holds where the wire says nothing; made anew each time. Undefined: it is left out. */
  readonly absent: () => unknown;
  /** Writes the field with its tag, if it has to be there; refuses values of another type. `path` names the value. */
  readonly write: (writer: BinaryWriter, number: number, value: unknown, path: string) => void;
  /** Reads the field's value; `before` is what it holds from an earlier occurrence. */
  readonly read: (reader: BinaryReader, before: unknown) => unknown;
}

/** The fields of a message by the names that they have in JavaScript. */
export type Fields = Readonly<Record<string, readonly [number: number, type: FieldType]>>;

/** A value that is left out on the wire where it is `zero`. */
function scalar<T>(
  wire: WireType,
  zero: T,
  allowed: string,
  is: (value: unknown) => boolean,
  put: (writer: BinaryWriter, value: T) => void,
  take: (reader: BinaryReader) => T,
): FieldType {
  return {
    wire,
    absent: () => zero,
    write(writer, number, value, path) {
      if (!is(value)) throw refused(path, value, allowed);
      if (value !== zero) put(writer.tag(number, wire), value as T);
    },
    read: take,
  };
}

/** Strict: what is not UTF-8 is no string. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const text = scalar<string>(
  WireType.LengthDelimited,
  "",
  "a string",
  (value) => typeof value === "string",
  (writer, value) => writer.string(value),
  (reader) => utf8.decode(reader.bytes()),
);

export const flag = scalar<boolean>(
  WireType.Varint,
  false,
  "a boolean",
  (value) => typeof value === "boolean",
  (writer, value) => writer.bool(value),
  (reader) => reader.bool(),
);

export const number = scalar<number>(
  WireType.Varint,
  0,
  "an integer from 0 to 4294967295",
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff_ffff,
  (writer, value) => writer.uint32(value),
  (reader) => reader.uint32(),
);

export const enumeration = scalar<number>(
  WireType.Varint,
  0,
  "an integer of 32 bits",
  (value) => Number.isInteger(value) && Number(value) === (Number(value) | 0),
  (writer, value) => writer.int32(value),
  (reader) => reader.int32(),
);

export const metres = scalar<number>(
  WireType.Bit32,
  0,
  "a finite 32-bit number",
  (value) => typeof value === "number" && Number.isFinite(Math.fround(value)),
  (writer, value) => writer.float(value),
  (reader) => reader.float(),
);

export const bytes: FieldType = {
  wire: WireType.LengthDelimited,
  absent: () => new Uint8Array(),
  write(writer, number, value, path) {
    if (!(value instanceof Uint8Array)) throw refused(path, value, "a Uint8Array");
    if (value.length > 0) writer.tag(number, WireType.LengthDelimited).bytes(value);
  },
  // A copy, the message's memory is the socket's; and of this very class, which Node's `slice` would not be.
  read: (reader) => new Uint8Array(reader.bytes()),
};

/** A string that may be left out, which is not the same as being empty. */
export const optionalText: FieldType = {
  ...text,
  absent: () => undefined,
  write(writer, number, value, path) {
    if (value === undefined) return;
    if (typeof value !== "string") throw refused(path, value, "a string");
    writer.tag(number, WireType.LengthDelimited).string(value);
  },
};

/** A message inside a message. */
export function message(fields: Fields): FieldType {
  return {
    wire: WireType.LengthDelimited,
    absent: () => emptyOf(fields),
    write(writer, number, value, path) {
      writer.tag(number, WireType.LengthDelimited).fork();
      writeFields(writer, fields, value, path);
      writer.join();
    },
    read(reader, before) {
      const into = isObject(before) ? before : emptyOf(fields);
      readFields(reader, fields, into, reader.uint32());
      return into;
    },
  };
}

/** An object with every field as it is where the wire says nothing. */
export function emptyOf(fields: Fields): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, [, type]] of Object.entries(fields)) {
    const value = type.absent();
    if (value !== undefined) object[name] = value;
  }
  return object;
}

/** Writes an object's fields; refuses those that there are not, but for `besides`. */
export function writeFields(
  writer: BinaryWriter,
  fields: Fields,
  value: unknown,
  path: string,
  besides?: string,
): void {
  if (!isObject(value)) throw refused(path, value, "an object");
  for (const name of Object.keys(value)) {
    if (name === besides || Object.hasOwn(fields, name)) continue;
    const known = Object.keys(fields).join(", ");
    throw refused(`${path}.${name}`, value[name], `left out: the fields are ${known}`);
  }
  for (const [name, [number, type]] of Object.entries(fields))
    type.write(writer, number, value[name], `${path}.${name}`);
}

/** Reads `length` bytes of fields into an object; skips what it does not know. */
export function readFields(reader: BinaryReader, fields: Fields, into: Record<string, unknown>, length: number): void {
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError(`${length} bytes are announced, ${reader.len - reader.pos} are there`);
  const entries = Object.entries(fields);
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const known = entries.find(([, [each, type]]) => each === number && type.wire === wire);
    if (known) into[known[0]] = known[1][1].read(reader, into[known[0]]);
    else reader.skip(wire, number);
  }
  if (reader.pos > end) throw new RangeError("a field is longer than its message");
}

/** Packets: the wire's bytes, equal to what the public implementation writes and reads, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import comms from "@dcl/protocol/out-js/decentraland/kernel/comms/rfc5/ws_comms.gen.js";
import archipelago from "@dcl/protocol/out-js/decentraland/kernel/comms/v3/archipelago.gen.js";
import {
  type ClientPacket,
  decodeClientPacket,
  decodeRoomPacket,
  decodeServerPacket,
  encodeClientPacket,
  encodeRoomPacket,
  encodeServerPacket,
  InvalidInputError,
  type Point,
  type RoomPacket,
  type ServerPacket,
} from "../../wasm-pkg/dist/node.js";

const SEED = Number(process.env.SEED ?? 20_261_121);
const ROUNDS = 3000;
const ADDRESS = "0x00000000000000000000000000000000000000ff";

/** mulberry32 */
let state = SEED;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 0x3d);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

const below = (count: number): number => Math.floor(random() * count);
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
const text = (): string => pick(["", "I1", "0xff", "naïve ✓ 🌍", "x".repeat(200), "__proto__", "﻿bom"]);
const whole = (): number => pick([0, 1, 127, 128, 65_535, 2 ** 31, 2 ** 32 - 1, below(2 ** 32)]);
const metres = (): number => Math.fround(pick([0, -0.5, 1e-30, 3e38, random() * 2000 - 1000]));
const point = (): Point => ({ x: metres(), y: metres(), z: metres() });
const flag = (): boolean => random() < 0.5;
const some = <T>(make: () => T): T[] => Array.from({ length: below(4) }, make);
const maybe = <T extends object>(value: T): T | object => (flag() ? value : {});

/** Members under different names: what a map holds. */
function peers(): Record<string, Point> {
  const object: Record<string, Point> = Object.create(null);
  for (const id of some(text)) object[id] = point();
  return object;
}

function members(): { alias: number; address: string }[] {
  const byAlias = new Map(some(whole).map((alias) => [alias, { alias, address: text() }]));
  return [...byAlias.values()].sort((a, b) => a.alias - b.alias);
}

const CLIENT: (() => ClientPacket)[] = [
  () => ({ kind: "challengeRequest", address: text() }),
  () => ({ kind: "signedChallenge", authChainJson: text() }),
  () => ({ kind: "heartbeat", position: point(), ...maybe({ desiredRoom: text() }) }),
];

const SERVER: (() => ServerPacket)[] = [
  () => ({ kind: "challengeResponse", challengeToSign: text(), alreadyConnected: flag() }),
  () => ({ kind: "welcome", peerId: text() }),
  () => ({
    kind: "islandChanged",
    islandId: text(),
    connStr: text(),
    ...maybe({ fromIslandId: text() }),
    peers: peers(),
  }),
  () => ({ kind: "leftIsland", islandId: text(), peerId: text() }),
  () => ({ kind: "joinIsland", islandId: text(), peerId: text() }),
  () => ({ kind: "kicked", reason: 0 }),
];

const ROOM: (() => RoomPacket)[] = [
  () => ({ kind: "welcome", alias: whole(), peers: members() }),
  () => ({ kind: "peerJoin", alias: whole(), address: text() }),
  () => ({
    kind: "peerUpdate",
    fromAlias: whole(),
    body: Uint8Array.from(some(() => below(256))),
    unreliable: flag(),
  }),
  () => ({ kind: "challengeRequired", challengeToSign: text(), alreadyConnected: flag() }),
  () => ({ kind: "signedChallenge", authChainJson: text() }),
  () => ({ kind: "peerLeave", alias: whole() }),
  () => ({ kind: "identification", address: text() }),
  () => ({ kind: "kicked", reason: text() }),
];

/** What the kinds of room packets are called in the contract. */
const ROOM_CASES: Record<string, string> = {
  welcome: "welcomeMessage",
  peerJoin: "peerJoinMessage",
  peerUpdate: "peerUpdateMessage",
  challengeRequired: "challengeMessage",
  signedChallenge: "signedChallengeForServer",
  peerLeave: "peerLeaveMessage",
  identification: "peerIdentification",
  kicked: "peerKicked",
};

type Packet = ClientPacket | ServerPacket | RoomPacket;

/** The same packet as the public implementation has it. */
function publicForm(packet: Packet, cases: Record<string, string>): { message: { $case: string } } {
  const { kind, ...fields } = packet as { kind: string } & Record<string, unknown>;
  const $case = cases[kind] ?? kind;
  const body: Record<string, unknown> = { ...fields };
  if (kind === "welcome" && Array.isArray(fields.peers)) {
    delete body.peers;
    const identities = (fields.peers as { alias: number; address: string }[]).map((m) => [m.alias, m.address]);
    body.peerIdentities = Object.fromEntries(identities);
  }
  return { message: { $case, [$case]: body } as { $case: string } };
}

interface Codec {
  encode(packet: never): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
}

function agree<P extends Packet>(
  makers: (() => P)[],
  encode: (packet: P) => Uint8Array,
  decode: (bytes: Uint8Array) => P,
  theirs: Codec,
  cases: Record<string, string> = {},
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const packet = pick(makers)();
    const ours = encode(packet);
    const expected = publicForm(packet, cases);
    const bytes = theirs.encode(expected as never).finish();
    const where = `seed ${SEED}, round ${round}: ${JSON.stringify(packet)}`;
    assert.equal(Buffer.from(ours).toString("hex"), Buffer.from(bytes).toString("hex"), where);
    assert.deepEqual(decode(bytes), packet, where);
  }
}

test("client packets are those of the public implementation", () => {
  agree(CLIENT, encodeClientPacket, decodeClientPacket, archipelago.ClientPacket as unknown as Codec);
});

test("server packets are those of the public implementation", () => {
  agree(SERVER, encodeServerPacket, decodeServerPacket, archipelago.ServerPacket as unknown as Codec);
});

test("room packets are those of the public implementation", () => {
  agree(ROOM, encodeRoomPacket, decodeRoomPacket, comms.WsPacket as unknown as Codec, ROOM_CASES);
});

test("bytes are pinned", () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const heartbeat: ClientPacket = { kind: "heartbeat", position: { x: 1, y: 0, z: -2.5 }, desiredRoom: "I1" };
  assert.equal(hex(encodeClientPacket(heartbeat)), "1a100a0a0d0000803f1d000020c012024931");
  // At the world's origin too, a member is there.
  const peers = { [ADDRESS]: { x: 0, y: 0, z: 0 } };
  const changed: ServerPacket = { kind: "islandChanged", islandId: "I2", connStr: "a:b", fromIslandId: "I1", peers };
  const entry = `222e0a2a${hex(Buffer.from(ADDRESS))}1200`;
  assert.equal(hex(encodeServerPacket(changed)), `1a3d0a0249321203613a621a024931${entry}`);
  const welcome: RoomPacket = { kind: "welcome", alias: 2, peers: [{ alias: 1, address: "0xff" }] };
  assert.equal(hex(encodeRoomPacket(welcome)), "0a0c080212080801120430786666");
});

test("what comes from a socket is read as it comes", () => {
  const bytes = encodeServerPacket({ kind: "welcome", peerId: "0xff" });
  const buffer = new ArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  assert.deepEqual(decodeServerPacket(buffer), { kind: "welcome", peerId: "0xff" });
  assert.deepEqual(decodeServerPacket(Buffer.from(bytes)), { kind: "welcome", peerId: "0xff" });
});

test("what is empty or of a later version is unknown", () => {
  for (const bytes of [[], [0xa2, 0x06, 0x00], [0x08, 0x01]]) {
    for (const decode of [decodeClientPacket, decodeServerPacket, decodeRoomPacket]) {
      assert.deepEqual(decode(Uint8Array.from(bytes)), { kind: "unknown" });
    }
  }
});

test("of fields that come again the last one counts, and messages are merged", () => {
  const first = encodeClientPacket({ kind: "heartbeat", position: { x: 1, y: 2, z: 0 } });
  const second = encodeClientPacket({ kind: "heartbeat", position: { x: 5, y: 0, z: 7 }, desiredRoom: "I2" });
  assert.deepEqual(decodeClientPacket(Buffer.concat([first, second])), {
    kind: "heartbeat",
    position: { x: 5, y: 2, z: 7 },
    desiredRoom: "I2",
  });
});

test("what is no packet is refused by the name of the field", () => {
  const position = { x: 1, y: 2, z: 3 };
  const cases: [packet: unknown, field: string][] = [
    [null, "packet"],
    [[], "packet"],
    [{}, "packet.kind"],
    [{ kind: "unknown" }, "packet.kind"],
    [{ kind: "toString" }, "packet.kind"],
    [{ kind: "challengeRequest" }, "packet.address"],
    [{ kind: "heartbeat", position: { x: 1, y: 2 } }, "packet.position.z"],
    [{ kind: "heartbeat", position: { x: 1e39, y: 2, z: 3 } }, "packet.position.x"],
    [{ kind: "heartbeat", position, desiredRoom: 7 }, "packet.desiredRoom"],
    [{ kind: "heartbeat", position, desiredroom: "I1" }, "packet.desiredroom"],
  ];
  for (const [packet, field] of cases) {
    assert.throws(
      () => encodeClientPacket(packet as ClientPacket),
      (error) =>
        error instanceof InvalidInputError && error.field === field && error.message.startsWith(`${field} is `),
      `${JSON.stringify(packet)} at ${field}`,
    );
  }
  const update = { kind: "peerUpdate", fromAlias: 1, body: [1, 2], unreliable: false };
  assert.throws(
    () => encodeRoomPacket(update as unknown as RoomPacket),
    /packet\.body is \[1,2\]: it must be a Uint8Array/,
  );
  const leave = { kind: "peerLeave", alias: 2 ** 32 };
  assert.throws(() => encodeRoomPacket(leave as RoomPacket), /packet\.alias is 4294967296/);
});

test("bytes that encode nothing are refused, whatever they are", () => {
  const decoders = [decodeClientPacket, decodeServerPacket, decodeRoomPacket];
  const refusal = /^InvalidInputError: bytes is a Uint8Array of \d bytes: it must be an encoded /;
  // Cut off, a field that ends after its message, a tag that there is not.
  for (const bytes of [[0x0a, 0x05, 0x0a], [0x0a, 0x02, 0x0a, 0x05], [0x00]]) {
    for (const decode of decoders) assert.throws(() => decode(Uint8Array.from(bytes)), refusal);
  }
  const notUtf8 = Uint8Array.from([0x0a, 0x03, 0x0a, 0x01, 0xff]);
  assert.throws(() => decodeClientPacket(notUtf8), refusal);
  assert.throws(() => decodeClientPacket("text" as never), /bytes is "text"/);
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const bytes = Uint8Array.from({ length: below(24) }, () => pick([0x0a, 0x12, 0x1a, 0x22, below(48), below(256)]));
    for (const decode of decoders) {
      try {
        assert.equal(typeof decode(bytes).kind, "string");
      } catch (error) {
        assert(error instanceof InvalidInputError, `seed ${SEED}, round ${round}: ${bytes}: ${error}`);
      }
    }
  }
});

import { challengeRequest } from "../packets.ts";
import { BINARY, CLOSE, CONTINUATION, frame, PING, TEXT } from "../raw-socket.ts";
import { type Act, always, bytes, oneOf, pick, STAGES, whole } from "./acts.ts";

const KIB = 1024;
const HANDSHAKE_FRAME_MAX = 16 * KIB;
/** More than anybody may send at once. */
const MANY = 300;
/** What the platform may do when a frame is against the rules: say so, or hang up. */
const BROKEN = [1002, 1006];
const PONG = 0xa;

const REQUEST = challengeRequest(`0x${"1".repeat(40)}`);

/** No protocol buffers of any kind, or none with a message in it. */
const NO_PACKETS: Record<string, Uint8Array> = {
  "an empty message": new Uint8Array(0),
  "a truncated packet": Uint8Array.of(0x0a, 0x40, 0x01),
  "a wire type that does not exist": Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff),
  "a text that is not UTF-8": Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0xff),
  "an endless number": Uint8Array.of(0x0a, ...new Array<number>(11).fill(0xff)),
  "a length beyond all memory": Uint8Array.of(0x0a, ...new Array<number>(8).fill(0xff), 0x7f),
  "field number zero": Uint8Array.of(0x02, 0x00),
  "groups in groups": new Uint8Array(1_000).fill(0x43),
  "the end of a group": Uint8Array.of(0x44),
  "unknown fields": Uint8Array.from({ length: 900 }, (_, at) => (at % 2 === 0 ? 0x78 : 0x01)),
  "a position of three bytes": Uint8Array.of(0x1a, 0x05, 0x0a, 0x03, 0x0d, 0x00, 0x00),
};

/** What a close frame may not say. */
const BAD_CLOSES = [
  Buffer.of(0),
  Buffer.of(0, 0),
  Buffer.of(0x03, 0xe7),
  Buffer.of(0x03, 0xed),
  Buffer.of(0x13, 0x88),
  Buffer.of(0x03, 0xe8, 0xff, 0xfe),
  Buffer.alloc(200, 0x03),
];

/** What can be wrong with frames and messages, at every stage. */
export const FRAME_ACTS: readonly Act[] = [
  oneOf("no packet", STAGES, [1007], Object.values(NO_PACKETS), ({ socket }, packet) => socket.send(packet)),
  oneOf("a text", STAGES, [1007], ["", "hello", "[]", "\0", "x".repeat(900)], ({ socket }, text) =>
    socket.send(Buffer.from(text), { opcode: TEXT }),
  ),
  always("a text that is not UTF-8", STAGES, [], ({ socket }) => socket.send(Buffer.of(0xff, 0xc0), { opcode: TEXT })),
  {
    name: "noise",
    stages: STAGES,
    ends: [],
    plan: (chance) => {
      const noise = bytes(chance, whole(chance, 1, 100));
      return ({ socket }) => socket.send(noise);
    },
  },
  {
    name: "a good packet with a wrong bit",
    stages: STAGES,
    ends: [],
    plan: (chance) => {
      const packet = Uint8Array.from(REQUEST);
      const at = whole(chance, 0, packet.length - 1);
      packet[at] = (packet[at] ?? 0) ^ (1 << whole(chance, 0, 7));
      return ({ socket }) => socket.send(packet);
    },
  },
  {
    name: "a frame that is too long",
    stages: STAGES,
    ends: [1009],
    plan: (chance) => {
      const length = HANDSHAKE_FRAME_MAX + whole(chance, 1, 64 * KIB);
      return ({ socket }) => socket.send(new Uint8Array(length));
    },
  },
  always("a frame of two megabytes", STAGES, [1006, 1009], ({ socket }) => socket.send(new Uint8Array(2 * KIB * KIB))),
  oneOf("a length that is a lie", STAGES, [], [126, 65_536, 2 ** 40, 2 ** 53 - 1], ({ socket }, length) =>
    socket.send(REQUEST, { length }),
  ),
  oneOf("an opcode that nobody has", STAGES, BROKEN, [0x3, 0x7, 0xb, 0xf], ({ socket }, opcode) =>
    socket.send(REQUEST, { opcode }),
  ),
  oneOf("reserved bits", STAGES, BROKEN, [1, 2, 4, 7], ({ socket }, reserved) => socket.send(REQUEST, { reserved })),
  always("a frame without a mask", STAGES, [], ({ socket }) => socket.send(REQUEST, { masked: false })),
  always("the middle of a message", STAGES, BROKEN, ({ socket }) => socket.send(REQUEST, { opcode: CONTINUATION })),
  always("a message in a message", STAGES, BROKEN, ({ socket }) => {
    socket.send(REQUEST.subarray(0, 9), { final: false });
    socket.send(REQUEST, { opcode: BINARY });
  }),
  always("a message without an end", STAGES, [], ({ socket }) => {
    socket.send(REQUEST.subarray(0, 9), { final: false });
    for (let index = 0; index < MANY; index += 1) {
      socket.send(Buffer.alloc(KIB), { opcode: CONTINUATION, final: false });
    }
  }),
  always("a message in many parts, with pings between them", STAGES, [], ({ socket }) => {
    const last = REQUEST.length - 1;
    for (const [at, byte] of REQUEST.entries()) {
      socket.send(Buffer.of(byte), { opcode: at === 0 ? BINARY : CONTINUATION, final: at === last });
      socket.send(Buffer.alloc(0), { opcode: PING });
    }
  }),
  always("too many pings", STAGES, [], ({ socket }) => {
    const ping = frame(Buffer.alloc(125), { opcode: PING });
    socket.write(Buffer.concat(new Array<Buffer>(MANY).fill(ping)));
  }),
  oneOf("a ping that is too long, or in parts", STAGES, [], [{ length: 126 }, { final: false }], ({ socket }, how) =>
    socket.send(Buffer.alloc(126), { opcode: PING, ...how }),
  ),
  always("a pong that nobody asked for", STAGES, [], ({ socket }) => socket.send(REQUEST, { opcode: PONG })),
  oneOf("a goodbye that is none", STAGES, [], BAD_CLOSES, ({ socket }, payload) =>
    socket.send(payload, { opcode: CLOSE }),
  ),
  always("words after a goodbye", STAGES, [], ({ socket }) => {
    socket.send(Buffer.of(0x03, 0xe8), { opcode: CLOSE });
    for (let index = 0; index < MANY; index += 1) socket.send(REQUEST);
  }),
  {
    name: "half of a frame",
    stages: STAGES,
    ends: [],
    plan: (chance) => {
      const half = frame(REQUEST).subarray(0, whole(chance, 1, REQUEST.length));
      return ({ socket }) => socket.write(half);
    },
  },
  {
    name: "bytes that are no frames",
    stages: STAGES,
    ends: [],
    plan: (chance) => {
      const noise = bytes(chance, whole(chance, 2, 400));
      return ({ socket }) => socket.write(noise);
    },
  },
  always("many wrong messages at once", STAGES, [1002, 1007, 1008], ({ socket }) => {
    const wrong = frame(Uint8Array.of(0x12, 0x00));
    socket.write(Buffer.concat(new Array<Buffer>(MANY).fill(wrong)));
  }),
  always("deafness: it is closed, and goes on", STAGES, [1007], async ({ socket }) => {
    socket.deaf = true;
    socket.send(new Uint8Array(0));
    await socket.closed();
    for (let index = 0; index < MANY; index += 1) socket.send(pick(() => index / MANY, Object.values(NO_PACKETS)));
  }),
  always("half of a goodbye: it only stops talking", STAGES, [], ({ socket }) => {
    socket.socket.end();
  }),
  always("a reset", STAGES, [], ({ socket }) => socket.reset()),
  always("nothing", STAGES, [], () => {}),
];

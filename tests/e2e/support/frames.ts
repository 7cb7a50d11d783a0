const CONTINUATION = 0x0;
const TEXT = 0x1;
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;

/**
 * Reads what a server writes after its 101 answer and notes every frame that native clients cannot take:
 * text, pings, fragments, compression, empty messages.
 *
 * WebSocket libraries hide all of this, so the bytes themselves are looked at.
 */
export class FrameAudit {
  /** What was wrong, in the order in which it came. */
  readonly faults: string[] = [];
  /** Whether the server has sent its close frame. */
  closed = false;
  #pending: Buffer = Buffer.alloc(0);

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const frame = readHeader(this.#pending);
      if (!frame || this.#pending.length < frame.end) return;
      this.#judge(frame);
      this.#pending = this.#pending.subarray(frame.end);
    }
  }

  #judge({ final, reserved, opcode, length }: FrameHeader): void {
    if (!final || opcode === CONTINUATION) this.faults.push("a fragment");
    if (reserved !== 0) this.faults.push("reserved bits set (compression)");
    if (opcode === TEXT) this.faults.push("a text frame");
    if (opcode === CLOSE) this.closed = true;
    if (opcode === PING) this.faults.push("a ping");
    if (opcode === BINARY && length === 0) this.faults.push("an empty packet");
    if (![CONTINUATION, TEXT, BINARY, CLOSE, PING].includes(opcode)) {
      this.faults.push(`a frame with opcode ${opcode}`);
    }
  }
}

interface FrameHeader {
  final: boolean;
  reserved: number;
  opcode: number;
  length: number;
  /** Where the next frame starts. */
  end: number;
}

/** RFC 6455, 5.2; absent while the header is incomplete. A server never masks. */
function readHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  let length = short;
  if (short === 126) length = bytes.readUInt16BE(2);
  if (short === 127) length = Number(bytes.readBigUInt64BE(2));
  return {
    final: (first & 0x80) !== 0,
    reserved: first & 0x70,
    opcode: first & 0x0f,
    length,
    end: start + length,
  };
}

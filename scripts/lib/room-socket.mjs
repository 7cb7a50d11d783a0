/**
 * A WebSocket for a crowd in one process: it reads frames where they lie, without an event, an object or a copy for each.
 *
 * Only what a room says is understood: whole binary frames, and the close.
 */
import { randomBytes } from "node:crypto";
import { request } from "node:http";

const FINAL_BINARY = 0x82;
const FINAL_CLOSE = 0x88;
const MASKED = 0x80;
/** A client has to mask; with this mask, what it sends stays as it is. */
const MASK = Buffer.alloc(4);

/**
 * @typedef {object} RoomSocket
 * @property {(message: Uint8Array) => void} send
 * @property {(listener: Listener) => void} listen from now on every frame goes to this one; those that came before are
 *   the first
 * @property {Promise<void>} ended
 * @property {() => void} pause stops reading: what comes stays with the kernel
 * @property {() => void} destroy
 *
 * @callback Listener called with every frame: the message is what lies between two offsets
 * @param {Buffer} bytes
 * @param {number} start
 * @param {number} end
 * @returns {void}
 */

/**
 * Opens a connection; rejects if the server refuses it.
 *
 * @param {string} url such as `http://127.0.0.1:8787/rooms/plaza`
 * @returns {Promise<RoomSocket>}
 */
export function openRoomSocket(url) {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    "Sec-WebSocket-Protocol": "rfc5",
  };
  return new Promise((resolve, reject) => {
    const upgrade = request(url, { headers, agent: false });
    upgrade.once("upgrade", (_response, socket, head) => {
      // A packet is not to wait for the next one.
      /** @type {import("node:net").Socket} */ (socket).setNoDelay(true);
      resolve(roomSocket(/** @type {import("node:net").Socket} */ (socket), head));
    });
    upgrade.once("response", ({ statusCode }) => reject(new Error(`${url}: ${statusCode}`)));
    upgrade.once("error", reject);
    upgrade.end();
  });
}

/**
 * @param {import("node:net").Socket} socket
 * @param {Buffer} head what came with the server's answer
 * @returns {RoomSocket}
 */
function roomSocket(socket, head) {
  const reader = new FrameReader();
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.destroy());
  socket.on("data", (chunk) => {
    if (!reader.push(chunk)) socket.destroy();
  });
  reader.push(head);
  return {
    send: (message) => socket.write(frame(message)),
    listen: (listener) => reader.listen(listener),
    ended: new Promise((resolve) => socket.once("close", () => resolve())),
    pause: () => socket.pause(),
    destroy: () => socket.destroy(),
  };
}

/**
 * @param {Uint8Array} message
 * @returns {Buffer}
 */
function frame(message) {
  const { length } = message;
  let header;
  if (length < 126) header = Buffer.of(FINAL_BINARY, MASKED | length);
  else if (length < 65_536) header = Buffer.of(FINAL_BINARY, MASKED | 126, length >> 8, length & 0xff);
  else throw new Error(`a message of ${length} bytes`);
  return Buffer.concat([header, MASK, message]);
}

/** Finds the frames in what a server sends. */
class FrameReader {
  /** @type {Buffer} */
  #rest = Buffer.alloc(0);
  /** @type {Listener | undefined} */
  #listener;

  /** @param {Listener} listener */
  listen(listener) {
    this.#listener = listener;
    this.push(Buffer.alloc(0));
  }

  /**
   * Takes the next bytes.
   *
   * @param {Buffer} chunk
   * @returns {boolean} whether the connection goes on
   */
  push(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (this.#listener !== undefined && bytes.length - at >= 2) {
      const first = bytes[at];
      const short = bytes[at + 1] ?? 0;
      let start = at + 2;
      let length = short;
      if (short === 126) {
        if (bytes.length - at < 4) break;
        length = bytes.readUInt16BE(at + 2);
        start += 2;
      } else if (short === 127) throw new Error("a frame above 64 KiB");
      if (bytes.length < start + length) break;
      if (first === FINAL_CLOSE) return false;
      if (first !== FINAL_BINARY) throw new Error(`a frame that begins with ${first}`);
      at = start + length;
      this.#listener(bytes, start, at);
    }
    this.#rest = at === bytes.length ? Buffer.alloc(0) : bytes.subarray(at);
    return true;
  }
}

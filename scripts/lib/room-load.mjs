/**
 * The crowd of `npm run bench -- room`: one run, in a process of its own, so that what it costs is not the server's.
 *
 * `node scripts/lib/room-load.mjs '{"url": …}'`; prints what it has found as JSON.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Authenticator } from "@dcl/crypto";
import { createUnsafeIdentity } from "@dcl/crypto/dist/crypto.js";
import { Packet } from "@dcl/protocol/out-js/decentraland/kernel/comms/rfc4/comms.gen.js";
import { WsPacket } from "@dcl/protocol/out-js/decentraland/kernel/comms/rfc5/ws_comms.gen.js";
import { cpuSeconds } from "./cpu-time.mjs";
import { openRoomSocket } from "./room-socket.mjs";

/**
 * @typedef {import("./room-socket.mjs").RoomSocket} RoomSocket
 *
 * @typedef {object} Plan
 * @property {string} url of the room, which is open
 * @property {number} server the process whose time is taken
 * @property {number} players
 * @property {number} rate packets a second that each of them sends
 * @property {number} seconds for which is measured
 * @property {number} feeders how many of them send as much as they may besides, for a slow client's buffers to fill
 * @property {boolean} slow whether there is one more in the room, who stops reading when the measurement begins
 *
 * @typedef {object} Found
 * @property {number} sent packets, in the time of the measurement
 * @property {number} due how many should have come of these, over all receivers
 * @property {number} got how many have
 * @property {number} p50 of the time from a packet's sending to its arrival, in ms; not a number if nothing has arrived
 * @property {number} p99
 * @property {number | null} serverCpuS seconds of all threads of the server; where there is no `/proc`, not known
 * @property {number} loadCpuS seconds of this process
 * @property {number | null} closedMs after how long the slow one was closed; if it was
 */

const WARM_UP_MS = 4_000;
/** For what is under way at the end. */
const DRAIN_MS = 2_000;
const TICK_MS = 1;
/**
 * Half of a player's allowance of 200 KiB a second: a machine that stands still for a moment must not cost a feeder its
 * place.
 */
const FEED_BYTES = 15_000;
const FEEDS_PER_SECOND = 6;
const PROTOCOL_VERSION = 100;
const SESSION_MINUTES = 60;

/**
 * The tags of what is read here: `WsPacket.peer_update_message`, its `from_alias` and `body`; the body's position, its
 * index.
 */
const TAGS = { update: 0x1a, leave: 0x32, alias: 0x08, body: 0x12, position: 0x0a, index: 0x08 };

/** Reads numbers from one place to the next. */
class Cursor {
  /** @type {Buffer} */
  #bytes = Buffer.alloc(0);
  #at = 0;

  /**
   * @param {Buffer} bytes
   * @param {number} start
   */
  begin(bytes, start) {
    this.#bytes = bytes;
    this.#at = start;
  }

  byte() {
    return this.#bytes[this.#at++] ?? 0;
  }

  varint() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}

/** One run. */
class Run {
  /** @type {{ socket: RoomSocket, alias: number }[]} */
  players = [];
  /** @type {Float64Array[]} when which packet was sent, by alias and index */
  #sentMs = [];
  #plan;
  #cursor = new Cursor();
  #latencies;
  #got = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.POSITIVE_INFINITY;
  #slow = { alias: 0, closedMs: 0 };
  #lost = 0;

  /** @param {Plan} plan */
  constructor(plan) {
    this.#plan = plan;
    this.#latencies = new Float32Array(2 * plan.players * plan.players * plan.rate * plan.seconds);
  }

  /** @returns {Promise<Found>} */
  async measure() {
    const { players, slow, seconds, server } = this.#plan;
    for (let index = 0; index < players; index++) await this.#addPlayer();
    const slowOne = slow ? await join(this.#plan.url) : undefined;
    slowOne?.socket.listen(() => {});
    this.#slow.alias = slowOne?.alias ?? 0;

    const ended = new AbortController();
    const talking = this.#talk(ended.signal);
    await sleep(WARM_UP_MS);
    slowOne?.socket.pause();
    const before = { server: cpuSeconds(server), load: process.cpuUsage() };
    this.#fromMs = performance.now();
    await sleep(seconds * 1_000);
    this.#toMs = performance.now();
    const after = { server: cpuSeconds(server), load: process.cpuUsage(before.load) };
    const { sent } = await sleep(DRAIN_MS).then(() => {
      ended.abort();
      return talking;
    });
    if (this.#lost > 0) throw new Error(`${this.#lost} of the players have lost their connection`);
    for (const { socket } of [...this.players, ...(slowOne ? [slowOne] : [])]) socket.destroy();

    const latencies = this.#latencies.subarray(0, this.#got).sort();
    const { alias, closedMs } = this.#slow;
    return {
      sent,
      due: sent * (players - 1),
      got: this.#got,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      serverCpuS: before.server === null || after.server === null ? null : after.server - before.server,
      loadCpuS: (after.load.user + after.load.system) / 1e6,
      closedMs: alias !== 0 && closedMs > 0 ? closedMs - this.#fromMs : null,
    };
  }

  async #addPlayer() {
    const { rate, seconds, url } = this.#plan;
    const { socket, alias } = await join(url);
    const packets = 2 * rate * (seconds + (WARM_UP_MS + DRAIN_MS) / 1_000);
    this.#sentMs[alias] = new Float64Array(Math.ceil(packets));
    this.players.push({ socket, alias });
    socket.listen((bytes, start, end) => this.#take(bytes, start, end));
    void socket.ended.then(() => {
      if (this.#toMs === Number.POSITIVE_INFINITY) this.#lost += 1;
    });
  }

  /**
   * @param {Buffer} bytes
   * @param {number} start
   * @param {number} end
   */
  #take(bytes, start, end) {
    const cursor = this.#cursor;
    cursor.begin(bytes, start);
    const tag = cursor.byte();
    if (tag === TAGS.leave) this.#note(bytes.subarray(start, end));
    if (tag !== TAGS.update) return;
    cursor.varint();
    if (cursor.byte() !== TAGS.alias) throw new Error("a packet of nobody");
    const alias = cursor.varint();
    if (cursor.byte() !== TAGS.body) throw new Error("a packet without a body");
    cursor.varint();
    if (cursor.byte() !== TAGS.position) return;
    cursor.varint();
    if (cursor.byte() !== TAGS.index) throw new Error("a position without an index");
    const sentMs = this.#sentMs[alias]?.[cursor.varint()] ?? 0;
    if (sentMs < this.#fromMs || sentMs >= this.#toMs) return;
    this.#latencies[this.#got] = performance.now() - sentMs;
    this.#got += 1;
  }

  /**
   * Somebody has left.
   *
   * @param {Buffer} packet
   */
  #note(packet) {
    const { message } = WsPacket.decode(packet);
    const { alias, closedMs } = this.#slow;
    if (message?.$case !== "peerLeaveMessage" || message.peerLeaveMessage.alias !== alias) return;
    if (closedMs === 0) this.#slow.closedMs = performance.now();
  }

  /**
   * Everybody sends, evenly spread over time.
   *
   * @param {AbortSignal} signal
   */
  async #talk(signal) {
    const { players, rate, feeders } = this.#plan;
    const startMs = performance.now();
    const feed = update(scene(FEED_BYTES), false);
    let sent = 0;
    let [packets, feeds] = [0, 0];
    while (!signal.aborted) {
      const nowMs = performance.now();
      const seconds = (nowMs - startMs) / 1_000;
      for (; packets < seconds * rate * players; packets++) {
        const { socket, alias } = this.#player(packets % players);
        const index = Math.floor(packets / players) + 1;
        const times = this.#sentMs[alias] ?? new Float64Array();
        const sentMs = performance.now();
        times[index] = sentMs;
        socket.send(update(position(index), true));
        if (sentMs >= this.#fromMs && sentMs < this.#toMs) sent += 1;
      }
      for (; feeds < seconds * FEEDS_PER_SECOND * feeders; feeds++) this.#player(feeds % feeders).socket.send(feed);
      await sleep(TICK_MS);
    }
    return { sent };
  }

  /** @param {number} index */
  #player(index) {
    const player = this.players[index];
    if (player === undefined) throw new Error(`there is no player ${index}`);
    return player;
  }
}

/**
 * Enters a room as somebody new.
 *
 * @param {string} url
 * @returns {Promise<{ socket: RoomSocket, alias: number }>}
 */
async function join(url) {
  const [wallet, ephemeral] = [createUnsafeIdentity(), createUnsafeIdentity()];
  const login = await Authenticator.initializeAuthChain(wallet.address, ephemeral, SESSION_MINUTES, async (message) =>
    Authenticator.createSignature(wallet, message),
  );
  const socket = await openRoomSocket(url);
  return new Promise((resolve, reject) => {
    void socket.ended.then(() => reject(new Error("closed in the handshake")));
    socket.listen((bytes, start, end) => {
      const { message } = WsPacket.decode(bytes.subarray(start, end));
      if (message?.$case === "challengeMessage") {
        const chain = Authenticator.signPayload(login, message.challengeMessage.challengeToSign);
        const authChainJson = JSON.stringify(chain);
        socket.send(encode({ $case: "signedChallengeForServer", signedChallengeForServer: { authChainJson } }));
      }
      if (message?.$case === "welcomeMessage") resolve({ socket, alias: message.welcomeMessage.alias });
    });
    socket.send(encode({ $case: "peerIdentification", peerIdentification: { address: wallet.address } }));
  });
}

/** @param {WsPacket["message"]} message */
function encode(message) {
  return WsPacket.encode({ message }).finish();
}

/**
 * @param {Uint8Array} body
 * @param {boolean} unreliable
 */
function update(body, unreliable) {
  return encode({ $case: "peerUpdateMessage", peerUpdateMessage: { fromAlias: 0, body, unreliable } });
}

/** @param {number} index */
function position(index) {
  const place = { positionX: index, positionY: 1.5, positionZ: -index };
  const rotation = { rotationX: 0, rotationY: 0.6, rotationZ: 0, rotationW: 0.8 };
  const message = /** @type {const} */ ({ $case: "position", position: { index, ...place, ...rotation } });
  return Packet.encode({ message, protocolVersion: PROTOCOL_VERSION }).finish();
}

/** @param {number} length */
function scene(length) {
  const message = /** @type {const} */ ({ $case: "scene", scene: { sceneId: "feed", data: new Uint8Array(length) } });
  return Packet.encode({ message, protocolVersion: PROTOCOL_VERSION }).finish();
}

/**
 * @param {Float32Array} sorted
 * @param {number} rank
 */
function quantile(sorted, rank) {
  return sorted[Math.ceil(sorted.length * rank) - 1] ?? Number.NaN;
}

const plan = /** @type {Plan} */ (JSON.parse(process.argv[2] ?? ""));
console.log(JSON.stringify(await new Run(plan).measure()));
// Sockets that the server has not closed yet are of no interest.
process.exit();

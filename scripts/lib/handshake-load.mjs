/**
 * The clients of `npm run bench -- handshakes`: one run, in a process of its own, so that what it costs is not the
 * server's.
 *
 * `node scripts/lib/handshake-load.mjs '{"url": …}'`; prints what it has found as JSON.
 */
import { Authenticator } from "@dcl/crypto";
import { createUnsafeIdentity } from "@dcl/crypto/dist/crypto.js";
import { ClientPacket, ServerPacket } from "@dcl/protocol/out-js/decentraland/kernel/comms/v3/archipelago.gen.js";
import { WebSocket } from "ws";
import { quantile } from "./bench-figures.mjs";
import { cpuSeconds } from "./cpu-time.mjs";

/**
 * @typedef {import("@dcl/crypto").AuthIdentity} AuthIdentity
 *
 * @typedef {object} Plan
 * @property {string} url of the realm's WebSocket
 * @property {number} server the process whose time is taken
 * @property {number} handshakes how many are measured
 * @property {number} warmUp how many go before them
 * @property {number} atOnce how many are under way at any time
 *
 * @typedef {object} Found
 * @property {number} perSecond
 * @property {number} p50 of the time from opening a socket to its welcome, in ms
 * @property {number} p95
 * @property {number | null} serverCpuMs what the server took for each; where there is no `/proc`, not known
 * @property {number} loadCpuMs what this process took for each
 *
 * @typedef {object} Player
 * @property {string} address
 * @property {AuthIdentity} login the ephemeral key, and what makes it one: only the challenge is left to sign
 */

const SESSION_MINUTES = 60;

/**
 * All players, so many at once.
 *
 * @param {string} url
 * @param {readonly Player[]} players
 * @param {number} atOnce
 */
async function logInAll(url, players, atOnce) {
  const rest = players.values();
  const sockets = /** @type {WebSocket[]} */ ([]);
  const latenciesMs = /** @type {number[]} */ ([]);
  // They share the iterator: each takes the next player when it is done with one.
  const logInNext = async () => {
    for (const player of rest) {
      const started = performance.now();
      sockets.push(await logIn(url, player));
      latenciesMs.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, logInNext));
  return { sockets, latenciesMs };
}

/**
 * @param {string} url
 * @param {Player} player
 * @returns {Promise<WebSocket>} once it is welcome
 */
function logIn(url, { address, login }) {
  const socket = new WebSocket(url, "archipelago", { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", (code, reason) => reject(new Error(`closed in the handshake: ${code} ${reason}`)));
    socket.once("open", () => {
      socket.send(encode({ $case: "challengeRequest", challengeRequest: { address } }));
    });
    socket.on("message", (/** @type {Buffer} */ data) => {
      const { message } = ServerPacket.decode(data);
      if (message?.$case === "challengeResponse") {
        const chain = Authenticator.signPayload(login, message.challengeResponse.challengeToSign);
        socket.send(encode({ $case: "signedChallenge", signedChallenge: { authChainJson: JSON.stringify(chain) } }));
      }
      if (message?.$case === "welcome") resolve(socket);
    });
  });
}

/** @returns {Promise<Player>} */
async function createPlayer() {
  const [wallet, ephemeral] = [createUnsafeIdentity(), createUnsafeIdentity()];
  const sign = async (/** @type {string} */ message) => Authenticator.createSignature(wallet, message);
  const { address } = wallet;
  return { address, login: await Authenticator.initializeAuthChain(address, ephemeral, SESSION_MINUTES, sign) };
}

/** @param {ClientPacket["message"]} message */
function encode(message) {
  return ClientPacket.encode({ message }).finish();
}

/**
 * @param {Plan} plan
 * @returns {Promise<Found>}
 */
async function measure({ url, server, handshakes, warmUp, atOnce }) {
  const players = await Promise.all(Array.from({ length: warmUp + handshakes }, createPlayer));
  const first = await logInAll(url, players.slice(0, warmUp), atOnce);
  const before = { server: cpuSeconds(server), load: process.cpuUsage(), ms: performance.now() };
  const { sockets, latenciesMs } = await logInAll(url, players.slice(warmUp), atOnce);
  const after = { server: cpuSeconds(server), load: process.cpuUsage(before.load), ms: performance.now() };
  for (const socket of [...first.sockets, ...sockets]) socket.terminate();

  latenciesMs.sort((a, b) => a - b);
  const cpuS = before.server === null || after.server === null ? null : after.server - before.server;
  return {
    perSecond: (1_000 * handshakes) / (after.ms - before.ms),
    p50: quantile(latenciesMs, 0.5),
    p95: quantile(latenciesMs, 0.95),
    serverCpuMs: cpuS === null ? null : (1_000 * cpuS) / handshakes,
    loadCpuMs: (after.load.user + after.load.system) / 1_000 / handshakes,
  };
}

const plan = /** @type {Plan} */ (JSON.parse(process.argv[2] ?? ""));
console.log(JSON.stringify(await measure(plan)));
// Sockets that the server has not closed yet are of no interest.
process.exit();

/** Players who walk as in a world of `tests/worlds`, each in a session of its own, all in this process. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Authenticator } from "@dcl/crypto";
import { createUnsafeIdentity } from "@dcl/crypto/dist/crypto.js";
import { ClientPacket, ServerPacket } from "@dcl/protocol/out-js/decentraland/kernel/comms/v3/archipelago.gen.js";
import { WebSocket } from "ws";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";

/** Each sends a heartbeat in one of these, so that all together send evenly. */
const TICKS_PER_SECOND = 20;
const LOGINS_PER_SECOND = 50;

/** How long the last of them may take to be told an island. */
const ARRIVAL_MS = 60_000;

const DIST = join(ROOT, "tests", "worlds", "dist");

/**
 * A world at its beginning. The worlds must have been built.
 *
 * @param {string} name
 * @param {number} seed
 * @returns {Promise<import("../../tests/worlds/dist/worlds.js").World>}
 * @throws {Failure} if there is none of that name, or nobody is there at its beginning
 */
export async function openWorld(name, seed) {
  const { initSync, World } = await import(join(DIST, "worlds.js"));
  initSync({ module: await readFile(join(DIST, "worlds_bg.wasm")) });
  let world;
  try {
    world = new World(name, seed);
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  if (world.count === 0) throw new Failure(`Nobody is in ${name} at its beginning: it must be another world.`);
  return world;
}

/** A crowd in a realm. */
export class Bots {
  /** How often any of them was told an island, without their first ones. */
  reassignments = 0;
  /** Called whenever one of them is told an island that is not its first. */
  onReassignment = () => {};
  /** How many have been told an island. */
  arrived = 0;
  /** How many connections have ended. */
  lost = 0;
  #world;
  #url;
  /** @type {WebSocket[]} */
  #sockets = [];

  /**
   * @param {string} url of the realm's WebSocket
   * @param {import("../../tests/worlds/dist/worlds.js").World} world
   */
  constructor(url, world) {
    this.#url = url;
    this.#world = world;
  }

  /** One bot for each walker of the world, who do not walk yet. */
  async logIn() {
    const { count } = this.#world;
    const startMs = performance.now();
    const logins = [];
    for (let index = 0; index < count; index++) {
      await sleep(startMs + (1_000 * index) / LOGINS_PER_SECOND - performance.now());
      const login = this.#logInOne();
      // All are waited for in the end: until then one that fails is not unhandled.
      login.catch(() => {});
      logins.push(login);
    }
    this.#sockets = await Promise.all(logins);
  }

  /**
   * All walk, in real time, and say once a second where they are.
   *
   * @param {AbortSignal} signal
   */
  async walk(signal) {
    const startMs = performance.now();
    for (let tick = 0; !signal.aborted; tick++) {
      this.#world.step(1 / TICKS_PER_SECOND);
      const positions = this.#world.positions();
      for (let index = tick % TICKS_PER_SECOND; index < this.#sockets.length; index += TICKS_PER_SECOND) {
        const [x = 0, y = 0, z = 0] = positions.subarray(3 * index, 3 * index + 3);
        this.#sockets[index]?.send(encode({ $case: "heartbeat", heartbeat: { position: { x, y, z } } }));
      }
      await sleep(startMs + (1_000 * (tick + 1)) / TICKS_PER_SECOND - performance.now());
    }
  }

  /**
   * Resolves once all have been told an island; they must be walking.
   *
   * @throws {Failure} if that takes too long
   */
  async allArrived() {
    const { count } = this.#world;
    const deadline = performance.now() + ARRIVAL_MS;
    while (this.arrived < count) {
      if (performance.now() > deadline) throw new Failure(`Only ${this.arrived} of ${count} were told an island.`);
      await sleep(100);
    }
  }

  /** @returns {Promise<WebSocket>} once it is welcome */
  #logInOne() {
    const wallet = createUnsafeIdentity();
    const socket = new WebSocket(this.#url, "archipelago", { perMessageDeflate: false });
    let islands = 0;
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", (code, reason) => {
        this.lost += 1;
        reject(new Failure(`A player was closed in the handshake: ${code} ${reason}`));
      });
      socket.once("open", () => {
        socket.send(encode({ $case: "challengeRequest", challengeRequest: { address: wallet.address } }));
      });
      socket.on("message", (/** @type {Buffer} */ data) => {
        const { message } = ServerPacket.decode(data);
        if (message?.$case === "challengeResponse") {
          const chain = authChain(wallet, message.challengeResponse.challengeToSign);
          socket.send(encode({ $case: "signedChallenge", signedChallenge: { authChainJson: JSON.stringify(chain) } }));
        }
        if (message?.$case === "welcome") resolve(socket);
        if (message?.$case !== "islandChanged") return;
        islands += 1;
        if (islands === 1) {
          this.arrived += 1;
          return;
        }
        this.reassignments += 1;
        this.onReassignment();
      });
    });
  }
}

/**
 * The shortest chain there is: without an ephemeral key, which would be one more signature.
 *
 * @param {ReturnType<typeof createUnsafeIdentity>} wallet
 * @param {string} challenge
 */
function authChain(wallet, challenge) {
  const signature = Authenticator.createSignature(wallet, challenge);
  return Authenticator.createSimpleAuthChain(challenge, wallet.address, signature);
}

/** @param {ClientPacket["message"]} message */
function encode(message) {
  return ClientPacket.encode({ message }).finish();
}

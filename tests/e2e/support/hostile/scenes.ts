import assert from "node:assert/strict";
import { challengeRequest, decodeServerPacket, signedChallenge } from "../packets.ts";
import { RawSocket, UpgradeRefused } from "../raw-socket.ts";
import { type Chance, pick, whole } from "./acts.ts";
import { ask, planRequest } from "./requests.ts";
import type { Session } from "./session.ts";

const PER_BLOCK = 256;
const BLOCK_CROWD = PER_BLOCK + 24;
const PER_ADDRESS = 16;
const ADDRESS_CROWD = PER_ADDRESS + 2;
const IP_CROWD = 12;
/** For `MAX_SOCKETS_PER_IP`. */
export const PER_IP = 8;

/** Opens sockets, all at once; those that were refused come as their status. */
function openAll(host: string, count: number, ip?: (index: number) => string): Promise<(RawSocket | number)[]> {
  const open = async (_: unknown, index: number) => {
    try {
      return await RawSocket.open(host, ip ? { headers: { "CF-Connecting-IP": ip(index) } } : {});
    } catch (error) {
      if (error instanceof UpgradeRefused) return error.status;
      throw error;
    }
  };
  return Promise.all(Array.from({ length: count }, open));
}

function cutAll(sockets: readonly (RawSocket | number)[]): void {
  for (const socket of sockets) if (typeof socket !== "number") socket.cut();
}

/** Waits for as many of them to be closed; returns how the first was. */
async function closedOf(sockets: readonly RawSocket[], count: number): Promise<string> {
  const closes = await Promise.all(sockets.slice(0, count).map((socket) => socket.closed()));
  const { code, reason } = closes[0] ?? assert.fail();
  return `${code} ${reason}`;
}

/** More handshakes from one block than it may have. */
export function planBlockCrowd(chance: Chance): Session {
  const block = `10.${whole(chance, 0, 255)}.${whole(chance, 0, 255)}`;
  return {
    name: "a block full of handshakes",
    sockets: BLOCK_CROWD,
    play: async (host) => {
      const sockets = await openAll(host, BLOCK_CROWD, (index) => `${block}.${index % 256}`);
      const open = sockets.filter((socket) => typeof socket !== "number");
      try {
        assert.equal(open.length, BLOCK_CROWD);
        const first = await Promise.any(open.map((socket) => socket.closed()));
        assert.equal(first.code, 1013);
        return `${first.code} ${first.reason}`;
      } finally {
        cutAll(open);
      }
    },
  };
}

const addressCrowd: Session = {
  name: "more sockets of one player than it may have",
  sockets: ADDRESS_CROWD,
  play: async (host, { slow }) => {
    const sockets: RawSocket[] = [];
    try {
      for (let index = 0; index < ADDRESS_CROWD; index += 1) sockets.push(await RawSocket.open(host));
      const answers = await Promise.all(
        sockets.map(async (socket) => signedChallenge(slow.sign(await socket.challenge(slow.address)))),
      );
      // All are held for longer than this takes.
      for (const [index, socket] of sockets.entries()) socket.send(answers[index] ?? assert.fail());
      return await closedOf(sockets, 1);
    } finally {
      cutAll(sockets);
    }
  },
};

function planIpCrowd(chance: Chance): Session {
  const ip = `192.168.${whole(chance, 0, 255)}.${whole(chance, 0, 255)}`;
  return {
    name: "more sockets of one IP address than it may have",
    sockets: IP_CROWD,
    play: async (host) => {
      const sockets = await openAll(host, IP_CROWD, () => ip);
      cutAll(sockets);
      const refused = sockets.filter((socket) => typeof socket === "number");
      assert.deepEqual([...new Set(refused)], [429]);
      assert.ok(refused.length >= IP_CROWD - PER_IP);
      return "429";
    },
  };
}

/** Who is banned is sent away, but for whom it was not known in time; then it is later. */
const banned: Session = {
  name: "somebody who is banned",
  sockets: 1,
  play: async (host, actor) => {
    const socket = await RawSocket.open(host);
    try {
      await socket.prove(actor.banned);
      const message = await socket.nextMessage();
      assert.ok(message);
      const { kind } = decodeServerPacket(message);
      if (kind === "welcome") return "welcome";
      assert.equal(kind, "kicked");
      const { code, reason } = await socket.closed();
      assert.equal(code, 1008);
      return `${code} ${reason}`;
    } finally {
      socket.cut();
    }
  },
};

const denied: Session = {
  name: "somebody on the deny list",
  sockets: 1,
  play: async (host, actor) => {
    const socket = await RawSocket.open(host);
    socket.send(challengeRequest(actor.denied.address));
    const { code, reason } = await socket.closed();
    assert.deepEqual([code, reason, socket.messages.length], [1000, "", 0]);
    return "1000 denied";
  },
};

const unclear: Session = {
  name: "somebody of whom it cannot be found out whether it is banned",
  sockets: 1,
  play: async (host, actor) => {
    const socket = await RawSocket.open(host);
    await socket.login(actor.unclear);
    socket.cut();
    return "welcome";
  },
};

const takeover: Session = {
  name: "two sessions of one player",
  sockets: 2,
  play: async (host, { quick }) => {
    const [old, next] = [await RawSocket.open(host), await RawSocket.open(host)];
    try {
      await old.login(quick);
      await next.login(quick);
      await old.next("kicked");
      const { code, reason } = await old.closed();
      assert.equal(code, 1000);
      return `${code} ${reason}`;
    } finally {
      cutAll([old, next]);
    }
  },
};

const SCENES: ((chance: Chance) => Session)[] = [
  () => addressCrowd,
  planIpCrowd,
  () => banned,
  () => denied,
  () => unclear,
  () => takeover,
];

/** Something for which it takes more than one socket, or somebody whom others have to say something about. */
export function planScene(chance: Chance): Session {
  return pick(chance, SCENES)(chance);
}

/** A connection whose first words are strange. */
export function planStranger(chance: Chance): Session {
  const words = planRequest(chance);
  return { name: "strange first words", sockets: 1, play: async (host) => `${await ask(host, words)}` };
}

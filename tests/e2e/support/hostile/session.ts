import assert from "node:assert/strict";
import { Identity } from "../identity.ts";
import { heartbeat, signedChallenge } from "../packets.ts";
import { RawSocket } from "../raw-socket.ts";
import { sleep } from "../wait.ts";
import { type Act, type Chance, type Deed, type Guest, pick, type Stage, whole } from "./acts.ts";
import { FRAME_ACTS } from "./frames.ts";
import { PACKET_ACTS } from "./packets.ts";

/** How long a client stays at most when it has done its worst and was not closed. */
const LINGER_MS = 20;

const EXITS = ["cut", "reset", "leave", "silence"] as const;

/** The parts of a hostile client that are never on the stage twice at the same time. */
export interface Actor {
  /** Somebody of whom it is known at once that it is not banned. */
  readonly quick: Identity;
  /** Somebody of whom that is known only after a while. */
  readonly slow: Identity;
  readonly banned: Identity;
  /** Somebody of whom it cannot be found out whether it is banned. */
  readonly unclear: Identity;
  readonly denied: Identity;
  /** A chain that was good once. */
  used: string;
}

/** A hostile session, all of it decided beforehand. */
export interface Session {
  readonly name: string;
  /** How many sockets it has. */
  readonly sockets: number;
  /** Returns how the server has ended it, in a few words; fails if not as it should. */
  readonly play: (host: string, actor: Actor) => Promise<string>;
}

export async function createActor(): Promise<Actor> {
  const all = await Promise.all(Array.from({ length: 5 }, () => Identity.create()));
  const [quick, slow, banned, unclear, denied] = all as [Identity, Identity, Identity, Identity, Identity];
  return { quick, slow, banned, unclear, denied, used: quick.sign("dcl-0123456789abcdef0123456789abcdef") };
}

const ACTS = [...FRAME_ACTS, ...PACKET_ACTS].flatMap((act) => act.stages.map((stage) => ({ act, stage })));

/** One client that comes as far as some stage, and does something there. */
export function planAct(chance: Chance): Session {
  const { act, stage } = pick(chance, ACTS);
  const deed = act.plan(chance);
  const exit = pick(chance, EXITS);
  const lingerMs = whole(chance, 0, LINGER_MS);
  // Each from elsewhere: some go on when they are closed, and from where many do nobody comes in.
  const ip = ["10", ...Array.from({ length: 3 }, () => whole(chance, 0, 255))].join(".");
  return {
    name: `${act.name} when ${stage}`,
    sockets: 1,
    play: async (host, actor) => {
      const guest = await arrive(host, actor, stage, ip);
      try {
        return await perform(act, deed, guest, lingerMs);
      } finally {
        leave(guest.socket, exit);
      }
    },
  };
}

async function perform(act: Act, deed: Deed, guest: Guest, lingerMs: number): Promise<string> {
  const { socket } = guest;
  await deed(guest);
  if (act.ends.length === 0) {
    await sleep(lingerMs);
    return "left";
  }
  const { code, reason } = await socket.closed();
  assert.ok(act.ends.includes(code), `closed with ${code} "${reason}" instead of ${act.ends}`);
  return `${code} ${reason}`;
}

async function arrive(host: string, actor: Actor, stage: Stage, ip: string): Promise<Guest> {
  const identity = stage === "proven" ? actor.slow : actor.quick;
  const socket = await RawSocket.open(host, { headers: { "CF-Connecting-IP": ip } });
  const { used } = actor;
  if (stage === "connected") return { socket, identity, challenge: "", used };
  const challenge = await socket.challenge(identity.address);
  if (stage !== "challenged") {
    actor.used = identity.sign(challenge);
    socket.send(signedChallenge(actor.used));
  }
  if (stage === "playing") {
    await socket.next("welcome");
    socket.send(heartbeat([1, 2, 3]));
  }
  return { socket, identity, challenge, used };
}

function leave(socket: RawSocket, exit: (typeof EXITS)[number]): void {
  if (exit === "reset") socket.reset();
  else if (exit === "leave") {
    socket.send(Buffer.of(0x03, 0xe8), { opcode: 0x8 });
    socket.socket.end();
  } else if (exit === "silence") setTimeout(() => socket.cut(), LINGER_MS);
  else socket.cut();
}

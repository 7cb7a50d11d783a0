import type { Identity } from "../identity.ts";
import type { RawSocket } from "../raw-socket.ts";

/** Numbers in [0, 1). */
export type Chance = () => number;

/** How far a client has come when it does its worst. */
export type Stage = "connected" | "challenged" | "proven" | "playing";

/** Somebody with a socket. */
export interface Guest {
  readonly socket: RawSocket;
  readonly identity: Identity;
  /** What it has to sign, or had to. */
  readonly challenge: string;
  /** A chain that was good once, for another socket. */
  readonly used: string;
}

/** What somebody does, all of it decided beforehand. */
export type Deed = (guest: Guest) => void | Promise<void>;

/** Something that clients must not do, or that servers must survive. */
export interface Act {
  readonly name: string;
  readonly stages: readonly Stage[];
  /** The codes of which one must end the connection; the client itself ends it if there are none. */
  readonly ends: readonly number[];
  /** Takes all chance that there is in it. */
  readonly plan: (chance: Chance) => Deed;
}

export const STAGES: readonly Stage[] = ["connected", "challenged", "proven", "playing"];

/** A whole number from `min` to `max`. */
export function whole(chance: Chance, min: number, max: number): number {
  return min + Math.floor(chance() * (max - min + 1));
}

/** One of them. */
export function pick<T>(chance: Chance, all: readonly T[]): T {
  return all[whole(chance, 0, all.length - 1)] as T;
}

/** Bytes of which every one may be anything. */
export function bytes(chance: Chance, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => whole(chance, 0, 255));
}

/** An act without a choice. */
export function always(name: string, stages: readonly Stage[], ends: readonly number[], deed: Deed): Act {
  return { name, stages, ends, plan: () => deed };
}

/** An act that is the same but for one of these. */
export function oneOf<T>(
  name: string,
  stages: readonly Stage[],
  ends: readonly number[],
  all: readonly T[],
  deed: (guest: Guest, chosen: T) => void | Promise<void>,
): Act {
  return {
    name,
    stages,
    ends,
    plan: (chance) => {
      const chosen = pick(chance, all);
      return (guest) => deed(guest, chosen);
    },
  };
}

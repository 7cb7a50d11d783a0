import assert from "node:assert/strict";
import { Authenticator } from "@dcl/crypto";
import type { Client } from "./client.ts";
import { createKeys, Identity, type Keys, signWith } from "./identity.ts";
import { signedChallenge } from "./packets.ts";
import type { Realm } from "./realm.ts";

/** What a client sends in place of the standard chain: links, or the text itself. */
export type Forge = (identity: Identity, challenge: string) => unknown;

/** The order of the group of secp256k1. */
export const ORDER = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;

const HOUR_MS = 3_600_000;

/** A delegation to this address, as clients write it. */
export function ephemeralPayload(address: string, lifeMs = HOUR_MS): string {
  return Authenticator.getEphemeralMessage(address, new Date(Date.now() + lifeMs));
}

/** A delegation to this address until a date that is written in whatever way. */
export function ephemeralUntil(address: string, expiration: string): string {
  return `Decentraland Login\nEphemeral address: ${address}\nExpiration: ${expiration}`;
}

export interface Link {
  type: string;
  payload: string;
  signature: string;
}

export function link(type: string, payload: string, signature: string): Link {
  return { type, payload, signature };
}

export function signer(identity: Identity): Link {
  return link("SIGNER", identity.wallet.address, "");
}

/** `text`, personally signed by `keys`. */
export function entity(keys: Keys, text: string): Link {
  return link("ECDSA_SIGNED_ENTITY", text, signWith(keys, text));
}

/** A delegation that `keys` have signed, without the carriage returns in it. */
export function ephemeral(keys: Keys, payload: string): Link {
  return link("ECDSA_EPHEMERAL", payload, signWith(keys, payload.replaceAll("\r", "")));
}

/** SIGNER, an ephemeral key with this payload, and the challenge signed by that key. */
export function delegated(identity: Identity, payload: string, challenge: string): Link[] {
  return [signer(identity), ephemeral(identity.wallet, payload), entity(identity.ephemeral, challenge)];
}

/** SIGNER, as many ephemeral keys, each authorised by the one before, and the challenge signed by the last of them. */
export function relayed(identity: Identity, ephemerals: number, challenge: string): Link[] {
  const links = [signer(identity)];
  let authority = identity.wallet;
  for (let index = 0; index < ephemerals; index += 1) {
    const next = createKeys();
    links.push(ephemeral(authority, ephemeralPayload(next.address)));
    authority = next;
  }
  return [...links, entity(authority, challenge)];
}

/** The standard chain with one of its links changed. */
export function altered(identity: Identity, challenge: string, index: number, change: object): unknown[] {
  return identity.chain(challenge).map((link, at) => (at === index ? { ...link, ...change } : link));
}

/** The standard chain with the signatures of the links behind the SIGNER changed. */
export function resigned(identity: Identity, challenge: string, change: (signature: string) => string): unknown[] {
  return identity
    .chain(challenge)
    .map((link, at) => (at === 0 ? link : { ...link, signature: change(link.signature ?? "") }));
}

/** The three numbers of a personal signature. */
export interface Numbers {
  r: bigint;
  s: bigint;
  v: number;
}

/** The same signature with some of its numbers changed. */
export function withNumbers(signature: string, change: (numbers: Numbers) => Partial<Numbers>): string {
  assert.match(signature, /^0x[0-9a-f]{130}$/);
  const numbers = {
    r: BigInt(signature.slice(0, 66)),
    s: BigInt(`0x${signature.slice(66, 130)}`),
    v: Number.parseInt(signature.slice(130), 16),
  };
  const { r, s, v } = { ...numbers, ...change(numbers) };
  const word = (number: bigint) => number.toString(16).padStart(64, "0");
  return `0x${word(r)}${word(s)}${v.toString(16).padStart(2, "0")}`;
}

/** The other signature that proves the same. */
export function twin(signature: string): string {
  return withNumbers(signature, ({ s, v }) => ({ s: ORDER - s, v: v === 27 ? 28 : 27 }));
}

/** Somebody new asks for a challenge and answers it with what `forge` makes of it. */
export async function present(realm: Realm, forge: Forge): Promise<{ client: Client; identity: Identity }> {
  const identity = await Identity.create();
  const client = await realm.connect();
  const { challengeToSign } = await client.challenge(identity.wallet.address);
  const chain = forge(identity, challengeToSign);
  client.send(signedChallenge(typeof chain === "string" ? chain : JSON.stringify(chain)));
  return { client, identity };
}

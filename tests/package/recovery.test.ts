/**
 * Who has signed, by the WebAssembly as it is published and by the library of the production services: the curve's
 * arithmetic is another there than in the core's own tests, whose numbers have 64 bits.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEthereumMessageHash, ethSign, recoverAddressFromEthSignature } from "@dcl/crypto/dist/crypto.js";
import { verifyAuthChain } from "../../wasm-pkg/dist/node.js";
import { seeded } from "../pages/support/random.ts";

const ROUNDS = 400;
const CHALLENGE = "dcl-000102030405060708090a0b0c0d0e0f";
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const random = seeded("recovery");
const below = (count: number): number => Math.floor(random() * count);
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
const digits = (count: number): string => Array.from({ length: count }, () => below(16).toString(16)).join("");

/** Below the group order. */
const createKey = (): Uint8Array => Uint8Array.from(Buffer.from(`0${digits(62)}1`, "hex"));
const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

interface Signature {
  r: bigint;
  s: bigint;
  /** The last byte. */
  v: number;
}

function read(text: string): Signature {
  const number = (start: number, end?: number): bigint => BigInt(`0x${text.slice(start, end)}`);
  return { r: number(2, 66), s: number(66, 130), v: Number(number(130)) };
}

function written({ r, s, v }: Signature): string {
  const hex = (number: bigint, length: number): string => number.toString(16).padStart(length, "0");
  return `0x${hex(r, 64)}${hex(s, 64)}${hex(BigInt(v), 2)}`;
}

/** Small and large ones, those around the group order, and any. */
function someNumber(): bigint {
  const small = BigInt(below(4));
  const any = BigInt(`0x${digits(64)}`);
  return pick([small, ORDER - small, ORDER + small, ORDER / 2n + small, 2n ** 256n - 1n - small, any, any]);
}

function spoilt({ r, s, v }: Signature): Signature {
  const bit = 1n << BigInt(below(256));
  return pick([
    { r, s: ORDER - s, v: 55 - v },
    { r, s: ORDER - s, v },
    { r, s, v: 55 - v },
    { r, s, v: v - 27 },
    { r, s, v: pick([2, 26, 29, 255]) },
    { r: r ^ bit, s, v },
    { r, s: s ^ bit, v },
    { r: someNumber(), s, v },
    { r, s: someNumber(), v },
    { r: s, s: r, v },
  ]);
}

/** Who has signed the challenge, for the production services; nobody, if they refuse it. */
function signerOf(signature: string): string | null {
  try {
    return recoverAddressFromEthSignature(signature, CHALLENGE).toLowerCase();
  } catch {
    return null;
  }
}

async function accepts(address: string, signature: string): Promise<boolean> {
  const verdict = await verifyAuthChain(
    [
      { type: "SIGNER", payload: address },
      { type: "ECDSA_SIGNED_ENTITY", payload: CHALLENGE, signature },
    ],
    CHALLENGE,
  );
  return verdict.kind === "valid";
}

test("signatures recover to whom the production services say", async () => {
  let nobodies = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const signature = ethSign(createKey(), CHALLENGE);
    const address = signerOf(signature);
    assert.ok(address !== null && (await accepts(address, signature)), signature);

    const other = written(spoilt(read(signature)));
    const signer = signerOf(other);
    nobodies += signer === null ? 1 : 0;
    assert.equal(await accepts(signer ?? address, other), signer !== null, other);
    if (signer !== address) assert.ok(!(await accepts(address, other)), other);
  }
  // Both occur, or else nothing would have been compared.
  assert.ok(nobodies > ROUNDS / 10 && nobodies < (9 * ROUNDS) / 10, `${nobodies} of ${ROUNDS}`);
});

test("a signature that nobody can have made is nobody's", async () => {
  const key = createKey();
  const signature = ethSign(key, CHALLENGE);
  const hash = toNumber(createEthereumMessageHash(CHALLENGE)) % ORDER;
  const { r, s, v } = read(signature);
  // s = (hash + r · key) / nonce; with hash / nonce in its place, the key comes out as the point at infinity.
  const signed = (hash + r * toNumber(key)) % ORDER;
  const infinite = written({ r, s: (((s * hash) % ORDER) * inverse(signed)) % ORDER, v });
  assert.equal(signerOf(infinite), null);
  assert.ok(!(await accepts(signerOf(signature) ?? "", infinite)));
});

/** Fermat's: the group order is prime. */
function inverse(number: bigint): bigint {
  let [result, base] = [1n, number];
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

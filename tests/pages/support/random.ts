import { Failure } from "../../../scripts/lib/failure.mjs";

const VARIABLE = "ARCHIPELAGO_SEED";
const LIMIT = 2 ** 32;

/**
 * A generator of numbers in [0, 1): the same ones in the same order, as long as the environment says with which seed they
 * begin. The seed is printed.
 */
export function seeded(name: string): () => number {
  const seed = readSeed();
  console.log(`${name}: ${VARIABLE}=${seed}`);
  let state = seed;
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / LIMIT;
  };
}

function readSeed(): number {
  const text = process.env[VARIABLE];
  if (!text) return Math.floor(Math.random() * LIMIT);
  const given = Number(text);
  if (/^\d+$/.test(text) && given < LIMIT) return given;
  throw new Failure(`${VARIABLE} is ${text}.`, `Allowed is a whole number from 0 to ${LIMIT - 1}.`);
}

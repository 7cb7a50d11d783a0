/** What `npm run bench:engine` can be asked for. */
import { parseArgs } from "node:util";
import { integer } from "./bench-figures.mjs";
import { Failure } from "./failure.mjs";

/**
 * @typedef {"native" | "wasm"} Target
 *
 * @typedef {object} EngineBench
 * @property {readonly string[]} worlds
 * @property {readonly Target[]} targets
 * @property {string} [policy] the only one; without it all are measured
 * @property {number} flushes
 * @property {string} [json] the file for the rows
 * @property {boolean} document whether `docs/engine-figures.md` gets them
 * @property {string} [dump] the folder for the positions: nothing is measured then
 */

/** @type {readonly Target[]} */
const TARGETS = ["native", "wasm"];
const SIZES = [1_000, 10_000, 100_000];

/** All that are described, each with the number of players that is of interest. */
export const WORLDS = [
  ...["plaza-400", "plaza-1000", "plaza-3000", "plaza-1000-85", "festival", "sparse", "city", "surge", "hamlets"],
  ...["uniform", "plazas", "crowd"].flatMap((kind) => SIZES.map((size) => `${kind}-${size}`)),
];

/** 300 seconds. */
const FLUSHES = "150";
/** The shortest run that there is. */
export const FLUSHES_MIN = 2;
const FLUSHES_MAX = 100_000;

const ALLOWED =
  "Allowed are --worlds A,B, --policy NAME, --target native|wasm, --flushes N and --json FILE; " +
  "or --document, with --json; or --dump DIR, with --worlds and --flushes.";

/**
 * @param {readonly string[]} args
 * @returns {EngineBench}
 * @throws {Failure} that names what is not allowed, and what is
 */
export function readEngineBench(args) {
  const { dump, json, policy, target, flushes, document, ...values } = parse(args);
  if (dump !== undefined && [json, policy, target, document].some((other) => other !== undefined)) {
    throw new Failure("--dump measures nothing.", ALLOWED);
  }
  if (document && [policy, target, flushes, values.worlds].some((other) => other !== undefined)) {
    throw new Failure("--document takes everything, so that the whole table is of one run.", ALLOWED);
  }
  for (const [name, text] of Object.entries({ dump, json, policy })) {
    if (text === "") throw new Failure(`--${name} is empty.`, ALLOWED);
  }
  return {
    worlds: values.worlds === undefined ? WORLDS : names(values.worlds),
    targets: target === undefined ? TARGETS : [oneTarget(target)],
    flushes: integer("flushes", flushes ?? FLUSHES, FLUSHES_MIN, FLUSHES_MAX),
    document: document ?? false,
    ...(policy !== undefined && { policy }),
    ...(json !== undefined && { json }),
    ...(dump !== undefined && { dump }),
  };
}

/** @param {readonly string[]} args */
function parse(args) {
  const options = /** @type {const} */ ({
    document: { type: "boolean" },
    dump: { type: "string" },
    flushes: { type: "string" },
    json: { type: "string" },
    policy: { type: "string" },
    target: { type: "string" },
    worlds: { type: "string" },
  });
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), ALLOWED);
  }
}

/** @param {string} text */
function names(text) {
  const worlds = [...new Set(text.split(",").map((name) => name.trim()))];
  if (worlds.includes("")) throw new Failure(`--worlds is ${JSON.stringify(text)}: a name is empty.`, ALLOWED);
  return worlds;
}

/** @param {string} text */
function oneTarget(text) {
  const target = TARGETS.find((known) => known === text);
  if (target !== undefined) return target;
  throw new Failure(`--target is ${JSON.stringify(text)}: it must be ${TARGETS.join(" or ")}.`);
}

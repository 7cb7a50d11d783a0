/**
 * One run of a world through the npm package: `node bench-wasm.mjs WORLD FLUSHES`.
 *
 * Prints a line of JSON, the same as the native benchmark in `tests/worlds/benches`, and does what that does.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PACKAGE, ROOT } from "./paths.mjs";

/**
 * What is used of the two modules, which exist only once they are built.
 *
 * @typedef {object} World
 * @property {number} count
 * @property {(dtS: number) => void} step
 * @property {() => Float32Array} positions
 *
 * @typedef {object} Archipelago
 * @property {(peers: readonly string[] | Uint32Array, positions: Float32Array) => Uint32Array} setPositions
 * @property {(nowMs: number) => unknown} flushRaw
 * @property {() => { numbers: Float64Array, offsets: Uint32Array, members: Uint32Array }} islandsRaw
 */

const SEED = 1;
const INTERVAL_S = 2;
/** Those of every world, as in the crate's `Settings`. */
const OPTIONS = { joinDistance: 64, leaveDistance: 80, maxPeersPerIsland: 100 };

const [name = "", flushes = ""] = process.argv.slice(2);
console.log(JSON.stringify(measure(name, await openWorld(name), await openArchipelago(), Number(flushes))));

/**
 * @param {string} name
 * @returns {Promise<World>}
 */
async function openWorld(name) {
  const folder = join(ROOT, "tests", "worlds", "dist");
  const worlds = await import(pathToFileURL(join(folder, "worlds.js")).href);
  worlds.initSync({ module: await readFile(join(folder, "worlds_bg.wasm")) });
  try {
    return new worlds.World(name, SEED);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** @returns {Promise<Archipelago>} */
async function openArchipelago() {
  const { Archipelago } = await import(pathToFileURL(join(PACKAGE, "dist", "node.js")).href);
  return Archipelago.create(OPTIONS);
}

/**
 * @param {string} name
 * @param {World} world
 * @param {Archipelago} archipelago
 * @param {number} flushes
 */
function measure(name, world, archipelago, flushes) {
  const reportMs = [];
  const flushMs = [];
  let known = new Uint32Array();
  for (let flush = 0; flush < flushes; flush++) {
    const positions = world.positions();
    const ofKnown = positions.subarray(0, 3 * known.length);
    reportMs.push(timed(() => archipelago.setPositions(known, ofKnown)));
    known = welcome(archipelago, known, positions);
    flushMs.push(timed(() => archipelago.flushRaw(1000 * INTERVAL_S * flush)));
    world.step(INTERVAL_S);
  }
  const [first, ...others] = flushMs;
  return {
    world: name,
    players: world.count,
    flushes,
    first,
    median: quantile(others, 0.5),
    p99: quantile(others, 0.99),
    setPositions: quantile(reportMs.slice(1), 0.5),
    islands: fingerprint(archipelago),
  };
}

/**
 * Whoever has arrived reports for the first time.
 *
 * @param {Archipelago} archipelago
 * @param {Uint32Array} known
 * @param {Float32Array} positions
 * @returns {Uint32Array<ArrayBuffer>} the handles of all
 */
function welcome(archipelago, known, positions) {
  const names = [];
  for (let walker = known.length; walker < positions.length / 3; walker++) names.push(`walker ${walker}`);
  const handles = archipelago.setPositions(names, positions.subarray(3 * known.length));
  const all = new Uint32Array(known.length + handles.length);
  all.set(known);
  all.set(handles, known.length);
  return all;
}

/** @param {() => void} work */
function timed(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/**
 * The nearest rank.
 *
 * @param {readonly number[]} numbers
 * @param {number} share
 */
function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1];
}

/**
 * FNV-1a, 64 bits, of the islands and their members.
 *
 * @param {Archipelago} archipelago
 */
function fingerprint(archipelago) {
  const { numbers, offsets, members } = archipelago.islandsRaw();
  let hash = 0xcbf29ce484222325n;
  const add = (/** @type {number} */ number) => {
    for (let rest = BigInt(number), byte = 0; byte < 8; byte++, rest >>= 8n) {
      hash = BigInt.asUintN(64, (hash ^ (rest & 0xffn)) * 0x100000001b3n);
    }
  };
  for (const [at, number] of numbers.entries()) {
    const own = members.subarray(offsets[at], offsets[at + 1]);
    add(number);
    add(own.length);
    own.forEach(add);
  }
  return hash.toString(16).padStart(16, "0");
}

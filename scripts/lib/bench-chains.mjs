/**
 * `npm run bench -- chains`: how long it takes to verify the three links that nearly every client sends: native, as
 * WebAssembly by the npm package, and by the validator of the production services.
 *
 * All take the same chains, each run is a process of its own, and they take turns: whatever else the machine does meets
 * all of them.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Authenticator } from "@dcl/crypto";
import { createUnsafeIdentity } from "@dcl/crypto/dist/crypto.js";
import { inColumns, integer, median, ms, readOptions } from "./bench-figures.mjs";
import { buildNative, figures } from "./bench-runs.mjs";
import { buildPackage } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./bench-runs.mjs").Command} Command
 *
 * @typedef {object} Answer
 * @property {string} challenge
 * @property {string} chain as it goes over the wire
 *
 * @typedef {object} Figures one run, in milliseconds a chain
 * @property {number} median
 */

/** How long a chain may take as WebAssembly, on a machine as it is rented today. */
const LIMIT_MS = 1;

const CHAINS = 100;
const SESSION_MINUTES = 60;
const RUN = fileURLToPath(new URL("./chain-run.mjs", import.meta.url));

/**
 * Measures, prints a table, and compares with {@link LIMIT_MS}.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args `--passes N`, `--rounds N`
 * @throws {Failure} if WebAssembly is too slow
 */
export async function benchChains(tools, args) {
  const { passes, rounds } = readArguments(args);
  await buildPackage(tools);
  const native = await buildNative("archipelago-core", "chains", tools);
  const folder = await mkdtemp(join(tmpdir(), "archipelago-chains-"));
  try {
    const file = join(folder, "chains.json");
    await writeFile(file, JSON.stringify(await makeAnswers()));
    const commands = /** @satisfies {Record<string, Command>} */ ({
      native: [native, file, "--passes", `${passes}`],
      wasm: [tools.node, RUN, "wasm", file, `${passes}`],
      production: [tools.node, RUN, "production", file, `${passes}`],
    });
    const title = `${rounds} × ${passes} passes over ${CHAINS} chains of three links`;
    const found = await timed(title, () => inTurn(Object.entries(commands), rounds, tools));
    report(found);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const { passes, rounds } = readOptions(args, { passes: "5", rounds: "3" });
  return { passes: integer("passes", passes, 1, 10_000), rounds: integer("rounds", rounds, 1, 1_000) };
}

/** @returns {Promise<Answer[]>} */
function makeAnswers() {
  const numbers = Array.from({ length: CHAINS }, (_, number) => number);
  return Promise.all(
    numbers.map(async (number) => {
      const challenge = `dcl-${number.toString(16).padStart(32, "0")}`;
      const [wallet, ephemeral] = [createUnsafeIdentity(), createUnsafeIdentity()];
      const sign = async (/** @type {string} */ message) => Authenticator.createSignature(wallet, message);
      const login = await Authenticator.initializeAuthChain(wallet.address, ephemeral, SESSION_MINUTES, sign);
      return { challenge, chain: JSON.stringify(Authenticator.signPayload(login, challenge)) };
    }),
  );
}

/**
 * All in turn, several times.
 *
 * @param {readonly [string, Command][]} commands by name
 * @param {number} rounds
 * @param {Tools} tools
 * @returns {Promise<Map<string, number>>} the median of their medians
 */
async function inTurn(commands, rounds, tools) {
  /** @type {Map<string, number[]>} */
  const found = new Map(commands.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of commands) {
      /** @type {Figures} */
      const run = await figures(command, tools);
      found.get(name)?.push(run.median);
    }
  }
  return new Map([...found].map(([name, medians]) => [name, median(medians)]));
}

/** @param {ReadonlyMap<string, number>} found */
function report(found) {
  const of = (/** @type {string} */ name) => found.get(name) ?? Number.NaN;
  const ratio = (/** @type {number} */ took) => (took / of("native")).toFixed(2);
  const rows = [...found].map(([name, took]) => [name, ms(took), ratio(took)]);
  console.log(`\n${inColumns([["", "ms a chain", "times native"], ...rows])}\n`);
  if (of("wasm") <= LIMIT_MS) return;
  throw new Failure(`As WebAssembly a chain may take ${LIMIT_MS} ms; it takes ${ms(of("wasm"))}.`);
}

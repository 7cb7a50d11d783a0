/**
 * One run of a validator over a file of chains: `node chain-run.mjs wasm|production FILE PASSES`.
 *
 * Prints a line of JSON, the same as the native benchmark in `archipelago-core/benches`, and does what that does.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Authenticator } from "@dcl/crypto";
import { median } from "./bench-figures.mjs";
import { PACKAGE } from "./paths.mjs";

/** @typedef {(chain: string, challenge: string) => Promise<boolean>} Validator */

/** @type {Record<string, () => Promise<Validator>>} */
const VALIDATORS = {
  wasm: async () => {
    const { verifyAuthChain } = await import(pathToFileURL(join(PACKAGE, "dist", "node.js")).href);
    return async (chain, challenge) => (await verifyAuthChain(chain, challenge)).kind === "valid";
  },
  production: async () => async (chain, challenge) => {
    const { ok } = await Authenticator.validateSignature(challenge, JSON.parse(chain), null);
    return ok;
  },
};

const [name = "", file = "", passes = ""] = process.argv.slice(2);
const validator = VALIDATORS[name];
if (validator === undefined) throw new Error(`no such validator: ${name}`);
console.log(JSON.stringify(await measure(await validator(), JSON.parse(await readFile(file, "utf8")), Number(passes))));

/**
 * @param {Validator} isValid
 * @param {readonly import("./bench-chains.mjs").Answer[]} answers
 * @param {number} passes
 * @returns {Promise<import("./bench-chains.mjs").Figures>}
 */
async function measure(isValid, answers, passes) {
  const timesMs = [];
  for (let pass = 0; pass <= passes; pass++) {
    for (const { challenge, chain } of answers) {
      const started = performance.now();
      const valid = await isValid(chain, challenge);
      const tookMs = performance.now() - started;
      if (!valid) throw new Error(`not valid: ${chain}`);
      if (pass > 0) timesMs.push(tookMs);
    }
  }
  return { median: median(timesMs) };
}

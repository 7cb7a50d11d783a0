/** The Worker's variables where nothing but workerd reads them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as util from "node:util";
import { Failure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";

const SECRETS_FILE = ".dev.vars";

/** Variables that `wrangler.toml` leaves unset. */
export const OPTIONAL = [
  "ARCHIPELAGO_LEAVE_DISTANCE",
  "CATALYST_BLACKLIST",
  "CATALYST_URLS",
  "COMMIT_HASH",
  "COMMS_GATEKEEPER_URL",
  "CURRENT_VERSION",
  "DENY_LIST_URL",
  "ETH_RPC_URL",
  "LIVEKIT_API_KEY",
  "LIVEKIT_API_SECRET",
  "LIVEKIT_HOST",
  "PUBLIC_URL",
  "REALMS",
  "TRANSPORT",
];

/**
 * What every variable is: from the command line, else the environment, else `.dev.vars`, else `wrangler.toml`.
 *
 * @param {readonly string[]} given such as `REALM_NAME:main`, from the command line
 * @param {Record<string, string>} defaults those in `wrangler.toml`
 * @returns {Promise<Record<string, string>>}
 * @throws {Failure} if one from the command line is none of the realm's
 */
export async function variables(given, defaults) {
  const inFile = await readSecrets();
  const known = [...Object.keys(defaults), ...OPTIONAL];
  const chosen = given.map(pair);
  const [unknown] = chosen.find(([name]) => !known.includes(name)) ?? [];
  if (unknown !== undefined) {
    throw new Failure(`There is no variable ${unknown}.`, `There are ${known.sort().join(", ")}.`);
  }
  /** @type {Record<string, string>} */
  const inEnvironment = {};
  for (const name of known) {
    const value = process.env[name];
    if (value !== undefined) inEnvironment[name] = value;
  }
  return { ...defaults, ...inFile, ...inEnvironment, ...Object.fromEntries(chosen) };
}

/**
 * @param {string} text
 * @returns {[name: string, value: string]}
 */
function pair(text) {
  const split = text.indexOf(":");
  if (split < 1) throw new Failure(`Not a variable: ${text}.`, "Such as: npm run serve -- --var REALM_NAME:main");
  return [text.slice(0, split), text.slice(split + 1)];
}

/** @returns {Promise<Record<string, string>>} */
async function readSecrets() {
  const text = await readFile(join(ROOT, SECRETS_FILE), "utf8").catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw new Failure(`${SECRETS_FILE} cannot be read: ${error.message}`);
  });
  if (text === undefined) return {};
  if (util.parseEnv === undefined) {
    throw new Failure(
      `Node ${process.versions.node} cannot read ${SECRETS_FILE}; 20.12 can.`,
      "Take a newer one, which `npm run` does in a clone after set-up, or give the variables by the environment.",
    );
  }
  return /** @type {Record<string, string>} */ (util.parseEnv(text));
}

/** A Node that runs wrangler and the tests: a person's own may be too old for them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.mjs";
import { NPM_BIN } from "./paths.mjs";
import { lastLines, run } from "./process.mjs";
import { timed } from "./report.mjs";

/** What wrangler needs; type stripping, which the end-to-end tests use, is on by default from 22.18. */
const MINIMUM = { major: 22, minor: 18 };

const LOCAL_NODE = join(NPM_BIN, "node");

/** Whether the npm package `node` has put its program in place: its install script does that, and may have been skipped. */
export function localNodeIsThere() {
  return existsSync(LOCAL_NODE);
}

/**
 * The Node to run tools and tests with: the pinned one of the npm package, or else the one that runs this script.
 *
 * @returns {Promise<string>} path of the program
 */
export async function installLocalNode() {
  if (!localNodeIsThere()) {
    const outcome = await timed("Installing Node for this clone (npm rebuild node)", () =>
      run("npm", ["rebuild", "node", "--ignore-scripts=false", "--loglevel=error"]),
    );
    if (!localNodeIsThere() && !fits(process.versions.node)) {
      throw new Failure(
        `Node ${MINIMUM.major}.${MINIMUM.minor} or newer is needed, this is ${process.versions.node}, ` +
          `and the npm package that brings one did not install:\n${lastLines(outcome.output)}`,
        `Check the network and try again, or install a newer Node: https://nodejs.org/en/download`,
      );
    }
  }
  return fittingNode();
}

/** Path of the Node to use, once {@link installLocalNode} or an earlier set-up has seen to it. */
export function fittingNode() {
  return localNodeIsThere() ? LOCAL_NODE : process.execPath;
}

/** Whether a Node that fits is there already. */
export function nodeIsThere() {
  return localNodeIsThere() || fits(process.versions.node);
}

/** @param {string} version */
function fits(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor);
}

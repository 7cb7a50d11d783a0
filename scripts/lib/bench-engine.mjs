/**
 * `npm run bench:engine`: how fast the engine is in the worlds, and how well it serves the people in them; native and as
 * WebAssembly.
 *
 * Each run is a process of its own, and the two targets take turns: whatever else the machine does meets both. They must
 * end with the same islands.
 */
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { boundsOf, DOCUMENT_COMMAND, documentOf, tableOf } from "./bench-engine-figures.mjs";
import { FLUSHES_MIN, readEngineBench } from "./bench-engine-options.mjs";
import { measureAll } from "./bench-engine-runs.mjs";
import { median } from "./bench-figures.mjs";
import { buildNative, figures } from "./bench-runs.mjs";
import { buildBench } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { around, renew } from "./markdown.mjs";
import { ROOT } from "./paths.mjs";
import { run } from "./process.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./bench-engine-options.mjs").EngineBench} EngineBench
 * @typedef {import("./bench-engine-figures.mjs").Row} Row
 * @typedef {import("./bench-runs.mjs").Command} Command
 */

const DOCUMENT = join(ROOT, "docs", "engine-figures.md");
/** Measured before the others: whoever has not the time for all wants these. */
const USUAL = ["stable", "coherent:balanced"];
/** So many runs are made for a first flush, and it is the median of these. */
const FIRSTS = 3;
const WASM_RUN = fileURLToPath(new URL("./engine-run.mjs", import.meta.url));

/**
 * Measures and prints a table; or writes down where everybody is.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args see {@link readEngineBench}
 * @throws {Failure} if something is not allowed, a run fails, or the targets come to different islands
 */
export async function benchEngine(tools, args) {
  const bench = readEngineBench(args);
  // Whatever stands in the way of keeping the figures is said before they are measured for hours.
  if (bench.document) await around(DOCUMENT, DOCUMENT_COMMAND);
  const file = bench.json === undefined ? undefined : await writable(bench.json);
  const native = await buildNative("archipelago-bench", "worlds", tools);
  if (bench.dump !== undefined) return dump(native, bench, bench.dump, tools);
  const known = /** @type {string[]} */ (await figures([native, "policies"], tools));
  const policies = bench.policy === undefined ? usualFirst(known) : [bench.policy];
  await refuseUnknown(native, bench, policies, tools);
  if (bench.targets.includes("wasm")) await buildBench(tools);
  const commands = /** @type {const} */ ({ native: [native, "measure"], wasm: [tools.node, WASM_RUN] });
  const { rows, failures } = await measureAll(
    { ...bench, policies },
    (target, world, policy) => measureOne([...commands[target], world, policy], bench.flushes, tools),
    async (rows) => {
      if (file !== undefined) await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`);
    },
  );
  console.log(`\n${tableOf(rows)}\n`);
  const bounds = boundsOf(rows);
  if (bounds !== "") console.log(`${bounds}\n`);
  if (file !== undefined) console.log(`${rows.length} rows are in ${file}`);
  if (failures.length > 0) throw new Failure(`Not all that was measured can be used:\n${failures.join("\n")}`);
  if (bench.document) await renew(DOCUMENT, DOCUMENT_COMMAND, documentOf(rows));
}

/**
 * One world under one policy. A run has many flushes, but only one first flush: there are more runs for it.
 *
 * @param {Command} command
 * @param {number} flushes
 * @param {Tools} tools
 * @returns {Promise<Row & { fingerprint: string }>}
 */
async function measureOne(command, flushes, tools) {
  const firsts = [];
  while (firsts.length + 1 < FIRSTS) firsts.push((await figures([...command, `${FLUSHES_MIN}`], tools)).first_flush_ms);
  const row = await figures([...command, `${flushes}`], tools);
  return { ...row, first_flush_ms: median([...firsts, row.first_flush_ms]) };
}

/**
 * @param {string} json
 * @returns {Promise<string>} the path of the file, which exists from now on; what is in it stays
 * @throws {Failure} if it cannot be written
 */
async function writable(json) {
  const file = resolve(json);
  try {
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, "");
  } catch (error) {
    throw new Failure(`--json ${json} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
  return file;
}

/** @param {readonly string[]} policies */
function usualFirst(policies) {
  return [...USUAL, ...policies.filter((policy) => !USUAL.includes(policy))];
}

/**
 * @param {string} native
 * @param {EngineBench} bench
 * @param {readonly string[]} policies
 * @param {Tools} tools
 * @throws {Failure} if there is a world or a policy that the programs do not know
 */
async function refuseUnknown(native, { worlds }, policies, tools) {
  for (const world of worlds) await figures([native, "check", world, policies[0] ?? ""], tools);
  for (const policy of policies) await figures([native, "check", worlds[0] ?? "", policy], tools);
}

/**
 * @param {string} native
 * @param {EngineBench} bench
 * @param {string} folder
 * @param {Tools} tools
 */
async function dump(native, bench, folder, { env }) {
  const to = resolve(folder);
  await mkdir(to, { recursive: true });
  for (const world of bench.worlds) {
    const file = join(to, `${world}.bin`);
    await timed(file, async () => {
      const { status, output } = await run(native, ["dump", world, `${bench.flushes}`, file], { env });
      if (status !== 0) throw new Failure(output.trim());
    });
  }
}

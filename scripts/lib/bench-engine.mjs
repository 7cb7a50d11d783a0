/**
 * `npm run bench:engine`: how fast the engine is in the worlds, and how well it serves the people in them; native and as
 * WebAssembly.
 *
 * Each run is a process of its own, and the two targets take turns: whatever else the machine does meets both. They must
 * end with the same islands.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { boundsOf, documentOf, tableOf } from "./bench-engine-figures.mjs";
import { readEngineBench } from "./bench-engine-options.mjs";
import { buildNative, figures } from "./bench-runs.mjs";
import { buildBench } from "./build.mjs";
import { Failure } from "./failure.mjs";
import { renew } from "./markdown.mjs";
import { ROOT } from "./paths.mjs";
import { run } from "./process.mjs";
import { duration, timed } from "./report.mjs";

/**
 * @typedef {import("./setup.mjs").Tools} Tools
 * @typedef {import("./bench-runs.mjs").Command} Command
 * @typedef {import("./bench-engine-figures.mjs").Row} Row
 * @typedef {import("./bench-engine-options.mjs").EngineBench} EngineBench
 */

const WASM_RUN = fileURLToPath(new URL("./engine-run.mjs", import.meta.url));

/**
 * Measures and prints a table; or writes down where everybody is.
 *
 * @param {Tools} tools
 * @param {readonly string[]} args see {@link readEngineBench}
 * @throws {Failure} if something is not allowed, or the targets come to different islands
 */
export async function benchEngine(tools, args) {
  const bench = readEngineBench(args);
  const native = await buildNative("archipelago-bench", "worlds", tools);
  if (bench.dump !== undefined) return dump(native, bench, bench.dump, tools);
  const known = /** @type {string[]} */ (await figures([native, "policies"], tools));
  const policies = bench.policy === undefined ? known : [bench.policy];
  // Before anything is measured or compiled for minutes.
  await refuseUnknown(native, bench, policies, tools);
  if (bench.targets.includes("wasm")) await buildBench(tools);
  const rows = await measure({ native: [native, "measure"], wasm: [tools.node, WASM_RUN] }, bench, policies, tools);
  console.log(`\n${tableOf(rows)}\n`);
  const bounds = boundsOf(rows);
  if (bounds !== "") console.log(`${bounds}\n`);
  if (bench.json !== undefined) {
    const file = resolve(bench.json);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`);
    console.log(`${rows.length} rows are in ${file}`);
  }
  if (bench.document) {
    const command = ["npm run bench:engine --", ...args].join(" ");
    await renew(
      join(ROOT, "docs", "engine-figures.md"),
      "npm run bench:engine -- --document",
      documentOf(rows, command),
    );
  }
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
 * @param {Readonly<Record<import("./bench-engine-options.mjs").Target, Command>>} commands
 * @param {EngineBench} bench
 * @param {readonly string[]} policies
 * @param {Tools} tools
 * @returns {Promise<Row[]>}
 */
async function measure(commands, bench, policies, tools) {
  const { worlds, targets } = bench;
  const all = policies.flatMap((policy) => worlds.map((world) => ({ policy, world })));
  const started = performance.now();
  /** @type {Row[]} */
  const rows = [];
  for (const [at, { policy, world }] of all.entries()) {
    /** @type {Map<string, string>} */
    const islands = new Map();
    for (const [nth, target] of targets.entries()) {
      const which = `${at * targets.length + nth + 1} of ${all.length * targets.length}`;
      progress(`▸ ${which}: ${world}, ${policy}, ${target}; ${duration(performance.now() - started)} so far`);
      const flushes = `${bench.flushes}`;
      const { fingerprint, ...row } = await figures([...commands[target], world, policy, flushes], tools);
      islands.set(fingerprint, target);
      rows.push(row);
    }
    if (islands.size > 1) throw new Failure(`In ${world}, ${policy}, the targets end with different islands.`);
  }
  progress(`▸ ${rows.length} runs in ${duration(performance.now() - started)}`);
  if (process.stdout.isTTY) console.log();
  return rows;
}

/**
 * One line that is written over on a terminal; elsewhere a line each.
 *
 * @param {string} text
 */
function progress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${text}`);
  else console.log(text);
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

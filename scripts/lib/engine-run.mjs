/**
 * One run of a world as WebAssembly: `node engine-run.mjs WORLD POLICY FLUSHES`.
 *
 * Prints a line of JSON; the same code as natively measures.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./paths.mjs";

const [world = "", policy = "", flushes = ""] = process.argv.slice(2);
const folder = join(ROOT, "tests", "bench", "dist");
const bench = await import(pathToFileURL(join(folder, "bench.js")).href);
bench.initSync({ module: await readFile(join(folder, "bench_bg.wasm")) });
try {
  console.log(bench.measure(world, policy, Number(flushes)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

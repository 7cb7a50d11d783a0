/**
 * `npm run plot:crowds`: draws `docs/crowds/*.svg` and renews the table in `docs/crowds.md`, from the engine as it is.
 *
 * Each figure is that of one run of 150 flushes, natively.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildNative, figures } from "./lib/bench-runs.mjs";
import { runMain } from "./lib/failure.mjs";
import { markdownTable, renew } from "./lib/markdown.mjs";
import { ROOT } from "./lib/paths.mjs";
import { plotIslands } from "./lib/plot-islands.mjs";
import { PRODUCTION, plotRecall } from "./lib/plot-recall.mjs";
import { timed } from "./lib/report.mjs";
import { setUp } from "./lib/setup.mjs";

/** @typedef {import("./lib/plot-recall.mjs").Point} Point */

const FLUSHES = "150";
const POLICIES = ["stable", "coherent:tight", "coherent:balanced", "coherent:calm", "coherent:saver"];
/** The world of which the islands are drawn. */
const PLAZA = "plaza-1000";

await runMain(async () => {
  const tools = await setUp();
  const bench = await buildNative("archipelago-bench", "worlds", tools);
  const folder = join(ROOT, "docs", "crowds");
  await mkdir(folder, { recursive: true });
  /** @type {Point[]} */
  const points = [];
  await timed("Measuring", async () => {
    for (const world of Object.keys(PRODUCTION)) {
      for (const policy of POLICIES) {
        const row = await figures([bench, "measure", world, policy, FLUSHES], tools);
        points.push({ world, policy, recall: row.recall_20m, moves: row.reassignments_per_player_minute });
      }
    }
  });
  await writeFile(join(folder, "recall.svg"), plotRecall(points));
  const maps = [];
  for (const policy of POLICIES) {
    maps.push({ policy, ...(await figures([bench, "map", PLAZA, policy, FLUSHES], tools)) });
  }
  await writeFile(join(folder, "plaza.svg"), plotIslands(maps));
  await renew(join(ROOT, "docs", "crowds.md"), "npm run plot:crowds", tableOf(points));
});

/**
 * @param {readonly Point[]} points
 * @returns {string} Markdown
 */
function tableOf(points) {
  const cell = (/** @type {Pick<Point, "recall" | "moves"> | undefined} */ point) =>
    point ? `${point.recall.toFixed(2)} / ${point.moves.toFixed(2)}` : "–";
  const rows = Object.entries(PRODUCTION).map(([world, production]) => {
    const own = POLICIES.map((policy) => points.find((point) => point.world === world && point.policy === policy));
    return [`\`${world}\``, ...[production, ...own].map(cell)];
  });
  const heads = ["world", "production", ...POLICIES.map((policy) => `\`${policy.replace("coherent:", "")}\``)];
  return markdownTable(heads, rows);
}

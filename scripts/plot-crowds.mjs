/**
 * `npm run plot:crowds`: draws `docs/crowds/*.svg` and renews the table in `docs/crowds.md`, from the engine as it is.
 *
 * Each figure is that of one run of 150 flushes, natively.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildNative, figures } from "./lib/bench-runs.mjs";
import { Failure, runMain } from "./lib/failure.mjs";
import { around, markdownTable, renew } from "./lib/markdown.mjs";
import { ROOT } from "./lib/paths.mjs";
import { plotIslands } from "./lib/plot-islands.mjs";
import { plotRecall } from "./lib/plot-recall.mjs";
import { PRODUCTION } from "./lib/production.mjs";
import { endProgress, progress } from "./lib/report.mjs";
import { setUp } from "./lib/setup.mjs";

/** @typedef {import("./lib/plot-recall.mjs").Point} Point */

const COMMAND = "npm run plot:crowds";
const DOCUMENT = join(ROOT, "docs", "crowds.md");
const FLUSHES = "150";
/** The world of which the islands are drawn. */
const PLAZA = "plaza-1000";

await runMain(async () => {
  const args = process.argv.slice(2);
  if (args.length > 0) throw new Failure(`${COMMAND} takes no arguments: ${args.join(" ")} means nothing to it.`);
  await around(DOCUMENT, COMMAND);
  const tools = await setUp();
  const bench = await buildNative("archipelago-bench", "worlds", tools);
  const policies = /** @type {string[]} */ (await figures([bench, "policies"], tools));
  const folder = join(ROOT, "docs", "crowds");
  await mkdir(folder, { recursive: true });
  const worlds = Object.keys(PRODUCTION);
  /** @type {Point[]} */
  const points = [];
  const maps = [];
  try {
    for (const world of worlds) {
      for (const policy of policies) {
        progress(`▸ ${points.length + 1} of ${worlds.length * policies.length}: ${world}, ${policy}`);
        const row = await figures([bench, "measure", world, policy, FLUSHES], tools);
        points.push({ world, policy, recall: row.recall_20m, moves: row.reassignments_per_player_minute });
      }
    }
    for (const policy of policies) {
      progress(`▸ The islands of ${PLAZA}, ${policy}`);
      maps.push({ policy, ...(await figures([bench, "map", PLAZA, policy, FLUSHES], tools)) });
    }
  } finally {
    endProgress();
  }
  await writeFile(join(folder, "recall.svg"), plotRecall(policies, points));
  await writeFile(join(folder, "plaza.svg"), plotIslands(maps));
  await renew(DOCUMENT, COMMAND, tableOf(policies, points));
});

/**
 * @param {readonly string[]} policies
 * @param {readonly Point[]} points
 * @returns {string} Markdown
 */
function tableOf(policies, points) {
  const cell = (/** @type {Pick<Point, "recall" | "moves"> | undefined} */ point) =>
    point ? `${point.recall.toFixed(2)} / ${point.moves.toFixed(2)}` : "–";
  const rows = Object.entries(PRODUCTION).map(([world, production]) => {
    const own = policies.map((policy) => points.find((point) => point.world === world && point.policy === policy));
    return [`\`${world}\``, ...[production, ...own].map(cell)];
  });
  const heads = ["world", "production", ...policies.map((policy) => `\`${policy.replace("coherent:", "")}\``)];
  return markdownTable(heads, rows);
}

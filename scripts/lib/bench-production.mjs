/**
 * `npm run bench -- production`: what makes the policy `stable` differ from the production engine, natively.
 *
 * `tests/bench/src/production.rs` says what the rules are. With `--document` the tables go into `docs/engine-figures.md`.
 */
import { join } from "node:path";
import { readFlag } from "./bench-figures.mjs";
import { buildNative, figures } from "./bench-runs.mjs";
import { around, markdownTable, renew } from "./markdown.mjs";
import { ROOT } from "./paths.mjs";
import { PRODUCTION } from "./production.mjs";
import { timed } from "./report.mjs";

/**
 * @typedef {object} Deviation one run; `tests/bench/src/production.rs` says what the figures are
 * @property {number} recall
 * @property {number} recall_first
 * @property {number} recall_last
 * @property {number} reassignments_per_player_minute
 * @property {readonly number[]} still
 *
 * @typedef {object} World
 * @property {string} name
 * @property {import("./production.mjs").Figures} production
 * @property {readonly Deviation[]} found by rules
 */

const COMMAND = "npm run bench -- production --document";
const DOCUMENT = join(ROOT, "docs", "engine-figures.md");
/** 300 seconds. */
const FLUSHES = "150";
const RULES = ["stable", "neighbours", "anybody", "both"];

/**
 * @param {import("./setup.mjs").Tools} tools
 * @param {readonly string[]} args
 * @throws {import("./failure.mjs").Failure} if something else than `--document` is asked for
 */
export async function benchProduction(tools, args) {
  const isWritten = readFlag(args, "document");
  if (isWritten) await around(DOCUMENT, COMMAND);
  const native = await buildNative("archipelago-bench", "worlds", tools);
  /** @type {World[]} */
  const worlds = [];
  for (const [name, production] of Object.entries(PRODUCTION)) {
    if (production === undefined) continue;
    /** @type {Deviation[]} */
    const found = [];
    await timed(name, async () => {
      for (const rules of RULES) found.push(await figures([native, "production", name, rules, FLUSHES], tools));
    });
    worlds.push({ name, production, found });
  }
  const text = documentOf(worlds);
  console.log(`\n${text}\n`);
  if (isWritten) await renew(DOCUMENT, COMMAND, text);
}

/** @param {readonly World[]} worlds */
function documentOf(worlds) {
  const cell = (/** @type {number} */ recall, /** @type {number} */ moves) =>
    `${recall.toFixed(2)} / ${moves.toFixed(2)}`;
  const tables = [
    table("recall within 20 m / moves", ["production", ...RULES], worlds, ({ production, found }) => [
      cell(production.recall, production.moves),
      ...found.map((rules) => cell(rules.recall, rules.reassignments_per_player_minute)),
    ]),
    table("recall, first 100 s → last 100 s", RULES, worlds, ({ found }) =>
      found.map(({ recall_first, recall_last }) => `${recall_first.toFixed(3)} → ${recall_last.toFixed(3)}`),
    ),
    table("moved in the tenth flush of standing still", RULES, worlds, ({ found }) =>
      found.map(({ still }) => `${still.at(-1)}`),
    ),
  ];
  return tables.join("\n\n");
}

/**
 * @param {string} what
 * @param {readonly string[]} heads
 * @param {readonly World[]} worlds
 * @param {(world: World) => readonly string[]} cells
 */
function table(what, heads, worlds, cells) {
  const rows = worlds.map((world) => [`\`${world.name}\``, ...cells(world)]);
  return markdownTable([what, ...heads], rows);
}

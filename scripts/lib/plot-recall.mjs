/** Recall against reassignments: a panel for each world, a mark for each policy. */
import { PRODUCTION } from "./production.mjs";
import { FAINT, INK, short, svg, text } from "./svg.mjs";

/**
 * @typedef {object} Point what one policy comes to in one world
 * @property {string} world
 * @property {string} policy
 * @property {number} recall share of the pairs within 20 m that share an island
 * @property {number} moves reassignments of a player in a minute
 */

/** What the production engine's marks are called. */
const PRODUCTION_NAME = "production";
/** Of the presets of `coherent`, from most reassignments to fewest. */
const COLORS = ["#cf222e", "#8250df", "#0969da", "#54aeff", "#1a7f37", "#bf8700"];
const COLUMNS = 4;
const PANEL = { width: 210, height: 190 };
/** Of the axes inside a panel. */
const PLOT = { left: 34, top: 30, width: 162, height: 120 };
const HEAD = 34;
const MOVES_MAX = 4;

/**
 * @param {readonly string[]} policies
 * @param {readonly Point[]} points
 * @returns {string} the picture
 */
export function plotRecall(policies, points) {
  const colors = colorsOf(policies);
  const worlds = Object.entries(PRODUCTION);
  const panels = worlds.map(([world, production], at) => {
    const left = (at % COLUMNS) * PANEL.width;
    const top = HEAD + Math.floor(at / COLUMNS) * PANEL.height;
    const own = points.filter((point) => point.world === world);
    const all = production ? [...own, { world, policy: PRODUCTION_NAME, ...production }] : own;
    return `<g transform="translate(${left} ${top})">${panel(world, all, colors)}</g>`;
  });
  const height = HEAD + Math.ceil(worlds.length / COLUMNS) * PANEL.height + 8;
  const title = "Recall within 20 m against reassignments, by world and policy";
  return svg(COLUMNS * PANEL.width, height, title, [legend(colors), ...panels]);
}

/**
 * @param {readonly string[]} policies
 * @returns {ReadonlyMap<string, string>} by policy, that of the production engine too
 */
function colorsOf(policies) {
  const presets = policies.filter((policy) => policy.startsWith("coherent:"));
  return new Map([
    [PRODUCTION_NAME, FAINT],
    ["stable", INK],
    ...presets.map((policy, nth) => /** @type {const} */ ([policy, COLORS[nth % COLORS.length] ?? INK])),
  ]);
}

/** @param {ReadonlyMap<string, string>} colors */
function legend(colors) {
  const marks = [...colors].map(([policy, color], at) => {
    const x = 40 + at * 110;
    return mark(policy, color, x, 18) + text(x + 9, 22, policy.replace("coherent:", ""));
  });
  return marks.join("");
}

/**
 * @param {string} world
 * @param {readonly Point[]} points
 * @param {ReadonlyMap<string, string>} colors
 */
function panel(world, points, colors) {
  // Half as wide where nobody is moved as often as in the city of the production engine.
  const most = points.some(({ moves }) => moves > 2.5) ? MOVES_MAX : 2.5;
  const x = (/** @type {number} */ moves) => PLOT.left + (moves / most) * PLOT.width;
  const y = (/** @type {number} */ recall) => PLOT.top + (1 - recall) * PLOT.height;
  const bottom = PLOT.top + PLOT.height;
  const lines = [0, 0.5, 1].map(
    (recall) =>
      `<path d="M${PLOT.left} ${short(y(recall))}h${PLOT.width}" stroke="${FAINT}" stroke-width=".5"/>` +
      text(PLOT.left - 5, y(recall) + 4, `${recall}`, 'text-anchor="end"'),
  );
  const ticks = Array.from({ length: Math.floor(most) + 1 }, (_, moves) =>
    text(x(moves), bottom + 15, `${moves}`, 'text-anchor="middle"'),
  );
  const presets = points.filter(({ policy }) => policy.startsWith("coherent:"));
  const way = presets.map(({ moves, recall }) => `${short(x(moves))} ${short(y(recall))}`).join("L");
  return [
    text(PLOT.left, 20, world, 'font-weight="600"'),
    text(PLOT.left + PLOT.width, 20, "recall, 20 m", `text-anchor="end" font-size="10" fill="${INK}"`),
    ...lines,
    ...ticks,
    text(
      PLOT.left + PLOT.width,
      bottom + 29,
      "reassignments a minute",
      `text-anchor="end" font-size="10" fill="${INK}"`,
    ),
    way === "" ? "" : `<path d="M${way}" fill="none" stroke="${FAINT}"/>`,
    ...points.map(({ policy, moves, recall }) => mark(policy, colors.get(policy) ?? INK, x(moves), y(recall))),
  ].join("");
}

/**
 * @param {string} policy
 * @param {string} color
 * @param {number} x
 * @param {number} y
 */
function mark(policy, color, x, y) {
  if (policy.startsWith("coherent:")) return `<circle cx="${short(x)}" cy="${short(y)}" r="4" fill="${color}"/>`;
  const path = policy === "stable" ? "M-4 -4h8v8h-8z" : "M-4 -4L4 4M-4 4L4 -4";
  const paint = policy === "stable" ? `fill="${color}"` : `stroke="${color}" stroke-width="2"`;
  return `<path transform="translate(${short(x)} ${short(y)})" d="${path}" ${paint}/>`;
}

/** Recall against reassignments: a panel for each world, a mark for each policy. */
import { FAINT, INK, short, svg, text } from "./svg.mjs";

/**
 * @typedef {object} Point what one policy comes to in one world
 * @property {string} world
 * @property {string} policy
 * @property {number} recall share of the pairs within 20 m that share an island
 * @property {number} moves reassignments of a player in a minute
 *
 * @typedef {{ readonly recall: number, readonly moves: number }} Figures
 */

/**
 * The worlds, with what Decentraland's own engine comes to there where that is known.
 *
 * @type {Readonly<Record<string, Figures | undefined>>}
 */
export const PRODUCTION = {
  "plaza-400": { recall: 0.25, moves: 0 },
  "plaza-1000": { recall: 0.11, moves: 0 },
  "plaza-1000-85": undefined,
  "plaza-3000": { recall: 0.05, moves: 0.16 },
  festival: { recall: 0.1, moves: 0.53 },
  surge: { recall: 0.07, moves: 0.02 },
  sparse: { recall: 0.23, moves: 0.88 },
  city: { recall: 0.79, moves: 3.8 },
};

const COLORS = /** @type {Readonly<Record<string, string>>} */ ({
  production: FAINT,
  stable: INK,
  "coherent:saver": "#54aeff",
  "coherent:calm": "#0969da",
  "coherent:balanced": "#8250df",
  "coherent:tight": "#cf222e",
});
const COLUMNS = 4;
const PANEL = { width: 210, height: 190 };
/** Of the axes inside a panel. */
const PLOT = { left: 34, top: 30, width: 162, height: 120 };
const HEAD = 34;
const MOVES_MAX = 4;

/**
 * @param {readonly Point[]} points
 * @returns {string} the picture
 */
export function plotRecall(points) {
  const worlds = Object.entries(PRODUCTION);
  const panels = worlds.map(([world, production], at) => {
    const left = (at % COLUMNS) * PANEL.width;
    const top = HEAD + Math.floor(at / COLUMNS) * PANEL.height;
    const own = points.filter((point) => point.world === world);
    const all = production ? [...own, { world, policy: "production", ...production }] : own;
    return `<g transform="translate(${left} ${top})">${panel(world, all)}</g>`;
  });
  const height = HEAD + Math.ceil(worlds.length / COLUMNS) * PANEL.height + 8;
  const title = "Recall within 20 m against reassignments, by world and policy";
  return svg(COLUMNS * PANEL.width, height, title, [legend(), ...panels]);
}

function legend() {
  const names = Object.entries(COLORS);
  const marks = names.map(([policy, color], at) => {
    const x = 40 + at * 110;
    return mark(policy, color, x, 18) + text(x + 9, 22, policy.replace("coherent:", ""));
  });
  return marks.join("");
}

/**
 * @param {string} world
 * @param {readonly Point[]} points
 */
function panel(world, points) {
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
    ...lines,
    ...ticks,
    text(
      PLOT.left + PLOT.width,
      bottom + 29,
      "reassignments a minute",
      `text-anchor="end" font-size="10" fill="${INK}"`,
    ),
    way === "" ? "" : `<path d="M${way}" fill="none" stroke="${FAINT}"/>`,
    ...points.map(({ policy, moves, recall }) => mark(policy, COLORS[policy] ?? INK, x(moves), y(recall))),
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

/** Who is with whom: a panel for each policy, a dot for each player, a colour for each island. */
import { FAINT, svg, text } from "./svg.mjs";

/**
 * @typedef {object} IslandMap `tests/bench/src/map.rs` says what it is
 * @property {string} policy
 * @property {readonly (readonly [number, number])[]} at x and z in metres
 * @property {readonly number[]} islands
 */

/** Far apart to the eye; there may be more islands than these. */
const COLORS = [
  ...["#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#00a5b5", "#d633c8", "#7a9a01"],
  ...["#9a6324", "#000075", "#808080", "#e0a800", "#469990", "#ff7f9f"],
];
const PANEL_PX = 280;
const COLUMNS = 3;
/** Half the side of the square that is shown. */
const EXTENT_M = 130;
const HEAD = 26;
/** Whole numbers are shorter, and half a pixel is enough. */
const FINE = 2;

/**
 * @param {readonly IslandMap[]} maps
 * @returns {string} the picture
 */
export function plotIslands(maps) {
  const panels = maps.map((map, at) => {
    const left = (at % COLUMNS) * PANEL_PX;
    const top = Math.floor(at / COLUMNS) * (PANEL_PX + HEAD);
    return `<g transform="translate(${left} ${top})">${panel(map)}</g>`;
  });
  const width = Math.min(COLUMNS, maps.length) * PANEL_PX;
  const height = Math.ceil(maps.length / COLUMNS) * (PANEL_PX + HEAD);
  return svg(width, height, "A plaza of a thousand players; a colour for each island", panels);
}

/** @param {IslandMap} map */
function panel({ policy, at, islands }) {
  /** @type {Map<number, string[]>} */
  const dots = new Map();
  const place = (/** @type {number} */ metres) => Math.round(((metres + EXTENT_M) / (2 * EXTENT_M)) * PANEL_PX * FINE);
  for (const [player, [x, z]] of at.entries()) {
    if (Math.max(Math.abs(x), Math.abs(z)) > EXTENT_M) continue;
    const island = islands[player] ?? 0;
    dots.set(island, [...(dots.get(island) ?? []), `M${place(x)} ${place(z)}h0`]);
  }
  const paths = [...dots.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, marks], nth) => `<path d="${marks.join("")}" stroke="${COLORS[nth % COLORS.length]}"/>`);
  const sizes = new Set(islands).size;
  return [
    text(12, 18, policy, 'font-weight="600"'),
    text(PANEL_PX - 12, 18, `${sizes} islands`, `text-anchor="end" fill="${FAINT}"`),
    `<g transform="translate(0 ${HEAD}) scale(${1 / FINE})" stroke-width="9" stroke-linecap="round">${paths.join("")}</g>`,
  ].join("");
}

/** The colours of islands. Nothing here needs a document: tests compare pixels with them. */

/** What the page is drawn for. */
export type Theme = "light" | "dark";

/**
 * Twelve hues in two lightnesses, evenly spaced in OKLCH. Each has a contrast of at least 3:1 with the stage's
 * background, and neighbours in the list are far from each other in hue and differ in lightness.
 */
const PALETTES: Record<Theme, readonly string[]> = {
  // biome-ignore format: a table
  light: [
    "#de4451", "#0a6758", "#b354c8", "#535f02", "#377df3", "#844500", "#0b959b", "#a00358",
    "#349c11", "#6832b1", "#aa7901", "#005f8a", "#a7040b", "#0f9978", "#8b1b8c", "#89890d",
    "#2d48c0", "#cb600a", "#04646f", "#d14693", "#076b29", "#8567eb", "#6e5400", "#128fbc",
  ],
  // biome-ignore format: a table
  dark: [
    "#f05560", "#0ddcbe", "#c364d9", "#b4cc01", "#4c8ffd", "#fea761", "#10a6ad", "#ff9abd",
    "#46ac2a", "#c6aefe", "#bd870d", "#72c8fe", "#ffa194", "#05ab86", "#fd8dfb", "#98990a",
    "#a3bcfe", "#e36b02", "#1dd5ea", "#e356a2", "#53de73", "#9477fc", "#e9b60b", "#0aa0d2",
  ],
};

/** How many colours there are. */
export const COLOURS = PALETTES.light.length;

/** Peers without an island. */
const NO_ISLAND: Record<Theme, string> = { light: "#6b7280", dark: "#9aa4b2" };

/**
 * A number for an island's id, read as base 36 whatever characters its prefix has: ids of one length that follow each
 * other get numbers that do.
 */
export function islandNumber(id: string): number {
  let number = 0;
  for (let index = 0; index < id.length; index += 1) {
    const digit = Number.parseInt(id.charAt(index), 36);
    number = (Math.imul(number, 36) + (Number.isNaN(digit) ? id.charCodeAt(index) : digit)) >>> 0;
  }
  return number;
}

/** The index in the palette of an island, 0 to {@link COLOURS} - 1. */
export function colourSlot(number: number): number {
  return number % COLOURS;
}

/** The colour of a slot, `#rrggbb`; of a peer without an island for any slot that does not exist. */
export function slotColour(slot: number, theme: Theme): string {
  return PALETTES[theme][slot] ?? NO_ISLAND[theme];
}

/** The colour of an island and its peers, `#rrggbb`, the same at every visit. */
export function islandColour(number: number, theme: Theme): string {
  return slotColour(colourSlot(number), theme);
}

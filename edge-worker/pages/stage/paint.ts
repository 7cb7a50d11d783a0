import type { Theme } from "./colour.ts";

/** The stage's own colours, from the page's style sheet. */
export interface Inks {
  readonly theme: Theme;
  readonly background: string;
  /** Lines between parcels. */
  readonly gridFine: string;
  /** Those with a label. */
  readonly gridStrong: string;
  /** The lines through the origin. */
  readonly axis: string;
  readonly label: string;
  /** What marks the selected island. */
  readonly selection: string;
}

/** Reads the custom properties `--stage-…` that apply to `element`. */
export function inksOf(element: Element, theme: Theme): Inks {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--stage-${name}`).trim();
  return {
    theme,
    background: read("background"),
    gridFine: read("grid-fine"),
    gridStrong: read("grid-strong"),
    axis: read("axis"),
    label: read("label"),
    selection: read("selection"),
  };
}

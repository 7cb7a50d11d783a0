/** Pictures that are readable in light and in dark: they bring their own background. */

export const INK = "#24292f";
export const FAINT = "#8c959f";
const PAPER = "#ffffff";

/**
 * @param {number} width
 * @param {number} height
 * @param {string} title
 * @param {readonly string[]} parts
 * @returns {string}
 */
export function svg(width, height, title, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${INK}" role="img">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" rx="6" fill="${PAPER}"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} [more] further attributes
 */
export function text(x, y, words, more = "") {
  return `<text x="${short(x)}" y="${short(y)}"${more && ` ${more}`}>${words}</text>`;
}

/**
 * A number as short as it may be said in a picture.
 *
 * @param {number} value
 */
export function short(value) {
  return `${Math.round(value * 10) / 10}`;
}

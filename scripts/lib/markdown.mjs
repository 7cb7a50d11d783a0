/** Parts of a Markdown file that a command writes. */
import { readFile, writeFile } from "node:fs/promises";
import { Failure } from "./failure.mjs";

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows
 * @returns {string}
 */
export function markdownTable(heads, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map(line)].join("\n");
}

/**
 * Replaces what stands between the comment that names the command and the one that ends its part.
 *
 * @param {string} file
 * @param {string} command
 * @param {string} text
 * @throws {Failure} if there is no such part
 */
export async function renew(file, command, text) {
  const [before, after] = await around(file, command);
  await writeFile(file, `${before}\n${text}\n\n${after}`);
}

/**
 * What stands before and behind that part, the comments included. Whoever works long for the text asks first.
 *
 * @param {string} file
 * @param {string} command
 * @returns {Promise<[before: string, after: string]>}
 * @throws {Failure} if there is no such part
 */
export async function around(file, command) {
  const begin = `<!-- Figures: \`${command}\` writes what follows. -->\n`;
  const end = "<!-- End of the figures. -->";
  const text = await readFile(file, "utf8");
  const from = text.indexOf(begin);
  // There may be other parts behind this one.
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) {
    throw new Failure(`${file} does not say where the figures go: between ${begin.trim()} and ${end}`);
  }
  return [text.slice(0, from + begin.length), text.slice(to)];
}

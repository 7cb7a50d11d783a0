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
  const begin = `<!-- Figures: \`${command}\` writes what follows. -->\n`;
  const end = "<!-- End of the figures. -->";
  const [before, rest] = (await readFile(file, "utf8")).split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Failure(`${file} does not say where the figures go: between ${begin.trim()} and ${end}`);
  }
  await writeFile(file, `${before}${begin}\n${text}\n\n${end}${after}`);
}

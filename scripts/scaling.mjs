/**
 * `npm run scaling`: what a deployment needs and costs, by the formulas of docs/scaling.md. With `--document` the tables
 * go there.
 */
import { join } from "node:path";
import { readFlag } from "./lib/bench-figures.mjs";
import { runMain } from "./lib/failure.mjs";
import { renew } from "./lib/markdown.mjs";
import { ROOT } from "./lib/paths.mjs";
import { scalingTables } from "./lib/scaling.mjs";

await runMain(async () => {
  const isWritten = readFlag(process.argv.slice(2), "document");
  const tables = scalingTables();
  if (isWritten) await renew(join(ROOT, "docs", "scaling.md"), "npm run scaling -- --document", tables);
  else console.log(tables);
});

/**
 * `npm run scaling`: what a deployment needs and costs, by the formulas of docs/scaling.md. With `--document` the tables
 * go there.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Failure, runMain } from "./lib/failure.mjs";
import { renew } from "./lib/markdown.mjs";
import { ROOT } from "./lib/paths.mjs";
import { scalingTables } from "./lib/scaling.mjs";

await runMain(async () => {
  let values;
  try {
    ({ values } = parseArgs({ options: { document: { type: "boolean", default: false } } }));
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), "Allowed is --document.");
  }
  const tables = scalingTables();
  if (values.document) await renew(join(ROOT, "docs", "scaling.md"), "npm run scaling -- --document", tables);
  else console.log(tables);
});

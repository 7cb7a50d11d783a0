/**
 * The build command of `wrangler.toml`: set-up, the Worker and the pages it serves, all only where there is something
 * to do.
 */
import { buildPages, buildWorker } from "./lib/build.mjs";
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

await runMain(async () => {
  const tools = await setUp();
  await buildWorker(tools);
  await buildPages(tools);
});

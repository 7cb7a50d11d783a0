/** The build command of `wrangler.toml`: set-up and the Worker, both only where there is something to do. */
import { buildWorker } from "./lib/build.mjs";
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

await runMain(async () => {
  await buildWorker(await setUp());
});

/** `npm run build`: the Worker into `edge-worker/build`, the npm package into `wasm-pkg/pkg`. */
import { buildPackage, buildWorker } from "./lib/build.mjs";
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

await runMain(async () => {
  const tools = await setUp();
  await buildWorker(tools);
  await buildPackage(tools);
});

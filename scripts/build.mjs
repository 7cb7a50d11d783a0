/** `npm run build`: the Worker, the npm package and the pages, as far as they are out of date. */
import { buildPages, buildWorker } from "./lib/build.mjs";
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

await runMain(async () => {
  const tools = await setUp();
  await buildWorker(tools);
  await buildPages(tools);
  console.log(
    "Up to date: the Worker in edge-worker/build, the npm package in wasm-pkg, the pages in edge-worker/assets",
  );
});

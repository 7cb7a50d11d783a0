/** `npm run setup`: installs what the other commands need, and nothing when all of it is there. */
import { runMain } from "./lib/failure.mjs";
import { setUp } from "./lib/setup.mjs";

await runMain(async () => {
  await setUp();
});

/**
 * `npm run fuzz`: each fuzz target for ten minutes. Or some of them, for as long as one likes, several at a time:
 * `npm run fuzz -- session room --minutes 60 --jobs 2`. `npm run fuzz -- room --replay FILE` plays one input again.
 */
import { runMain } from "./lib/failure.mjs";
import { fuzz, readFuzzing } from "./lib/fuzzing.mjs";
import { setUp } from "./lib/setup.mjs";

await runMain(async () => {
  const fuzzing = await readFuzzing(process.argv.slice(2));
  await fuzz(await setUp(), fuzzing);
});

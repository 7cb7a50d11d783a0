import { Archipelago } from "./node_modules/archipelago-wasm/dist/index.js";
import { play } from "./scenario.js";

play(Archipelago).then(
  (played) => postMessage(JSON.stringify(played)),
  (error) => postMessage(`${error.name}: ${error.message}`),
);

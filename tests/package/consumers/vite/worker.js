import { Archipelago } from "archipelago-wasm";
import { play } from "./scenario.js";

play(Archipelago).then(
  (played) => postMessage(JSON.stringify(played)),
  (error) => postMessage(`${error.name}: ${error.message}`),
);

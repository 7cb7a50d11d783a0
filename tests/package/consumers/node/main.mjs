import { Archipelago } from "archipelago-wasm";
import { play } from "./scenario.js";

console.log(JSON.stringify(await play(Archipelago)));

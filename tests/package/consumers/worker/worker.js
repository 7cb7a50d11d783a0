import { Archipelago } from "archipelago-wasm";
import { play } from "./scenario.js";

export default {
  async fetch() {
    return Response.json(await play(Archipelago));
  },
};

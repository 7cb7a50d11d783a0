/** What the simulation stands on, as it is built: the npm package, and the worlds. */
export {
  default as initWorlds,
  reassignmentsPerPlayerMinute,
  sizes,
  Together,
  World,
} from "../../../tests/worlds/dist/worlds.js";
export { Archipelago, islandId } from "../../../wasm-pkg/dist/index.js";

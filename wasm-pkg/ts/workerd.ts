import { provide } from "./instance.js";
import { imported } from "./load/imported.js";

// A Worker may not compile WebAssembly: it has to be part of it.
provide(imported);

export * from "./api.js";

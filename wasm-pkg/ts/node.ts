import { provide } from "./instance.js";
import { read } from "./load/read.js";

provide(read);

export * from "./api.js";

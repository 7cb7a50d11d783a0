import { provide } from "./instance.js";
import { fetched } from "./load/fetched.js";

// Browsers, with and without a bundler, and whatever else knows `fetch`.
provide(fetched);

export * from "./api.js";

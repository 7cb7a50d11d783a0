import { seeded } from "../../pages/support/random.ts";

/** Chance in a test file: its process has a generator of its own. */
export const random = seeded("chance");

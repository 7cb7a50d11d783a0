/**
 * Whether times and memory are judged, and loads are as large as they have to be for that: only `npm run bench` asks for
 * it, on a machine that does nothing else.
 */
export const MEASURED = process.env.ARCHIPELAGO_MEASURED === "1";

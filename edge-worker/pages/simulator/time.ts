/** World seconds from one flush to the next. */
export const STEP_S = 2;
/** Of a comparison: five minutes of the walkers, as long as everything that is measured of the engine runs. */
export const COMPARED_FLUSHES = 150;

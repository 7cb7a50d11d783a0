/** World seconds from one flush to the next. */
export const STEP_S = 2;

import { refused } from "./refuse.js";

/**
 * The id of the island with that number: the prefix and the number in base 36. 10 is "Ia", 36 is "I10".
 *
 * @param number as the raw calls give it: an integer from 1
 * @param prefix the archipelago's `roomPrefix`
 */
export function islandId(number: number, prefix = "I"): string {
  if (!Number.isSafeInteger(number) || number < 1) {
    throw refused("number", number, "an integer, at least 1");
  }
  return prefix + number.toString(36);
}

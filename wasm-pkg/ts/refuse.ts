import { InvalidInputError } from "./errors.js";

/** Long values are cut in messages. */
const DESCRIBED_MAX_CHARS = 200;

/** An argument that is refused: its name, what it holds and what it may hold. */
export function refused(field: string, value: unknown, allowed: string): InvalidInputError {
  return new InvalidInputError(`${field} is ${described(value)}: it must be ${allowed}`, { field, value, allowed });
}

/** A value as a developer would write it, or nearly so. */
function described(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${value.byteLength} bytes`;
  const text = typeof value === "string" || typeof value === "object" ? (json(value) ?? "an object") : String(value);
  return text.length > DESCRIBED_MAX_CHARS ? `${text.slice(0, DESCRIBED_MAX_CHARS)}…` : text;
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Refuses what is no string. */
export function checkText(field: string, value: unknown): void {
  if (typeof value !== "string") throw refused(field, value, "a string");
}

/** Whether it is an object that is no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

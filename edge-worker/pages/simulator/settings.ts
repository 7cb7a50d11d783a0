/** What defines a run, and its form as the query of a URL: the same query gives the same run. */
import { parseWorld, WORLD_NAMES } from "./worlds.ts";

/** Who shares an island in a crowd: the policies that can be chosen and compared, from fewest to most reassignments. */
export const POLICIES = ["stable", "coherent:saver", "coherent:calm", "coherent:balanced", "coherent:tight"] as const;
export type Policy = (typeof POLICIES)[number];

/** The engine's parameters. */
export interface EngineSettings {
  /** Metres within which players are brought together. */
  readonly join: number;
  /** Metres beyond which a gap breaks an island; at least `join`. */
  readonly leave: number;
  /** Players in an island at most. */
  readonly max: number;
  readonly policy: Policy;
}

/** Everything that defines a run. */
export interface Settings extends EngineSettings {
  /** One of the worlds' names. */
  readonly world: string;
  /** Of the world's randomness: an unsigned 32-bit number. */
  readonly seed: number;
  /** World seconds in a second. */
  readonly speed: Speed;
  /** Whether the run waits for a person from the start. */
  readonly paused: boolean;
  /** Flushes that are run at once, before the run waits; 0 if it is to begin with the first and go on. */
  readonly steps: number;
}

export const SPEEDS = [1, 4, 16] as const;
export type Speed = (typeof SPEEDS)[number];

/** The numbers among the settings: their bounds, and what they count. */
export const LIMITS = {
  seed: { min: 0, max: 0xffff_ffff, whole: true, unit: "" },
  join: { min: 1, max: 1000, whole: false, unit: " m" },
  leave: { min: 1, max: 1250, whole: false, unit: " m" },
  max: { min: 1, max: 10_000, whole: true, unit: " players" },
  steps: { min: 1, max: 100_000, whole: true, unit: "" },
} as const;

type Limited = keyof typeof LIMITS;

/** The leave distance of those who name only a join distance; as in the engine itself. */
export function usualLeave(join: number): number {
  return Math.min(join * 1.25, LIMITS.leave.max);
}

export const DEFAULTS: Settings = {
  world: "city",
  seed: 1,
  join: 64,
  leave: usualLeave(64),
  max: 100,
  policy: "stable",
  speed: 1,
  paused: false,
  steps: 0,
};

const KEYS = Object.keys(DEFAULTS);

/** The settings that a query names; the default, and a sentence that says why, for each that cannot be used. */
export function parseSettings(query: string): { settings: Settings; problems: string[] } {
  const values = new URLSearchParams(query);
  const problems = [...new Set(values.keys())]
    .filter((key) => !KEYS.includes(key))
    .map((key) => `“${key}” is not a setting; there are ${KEYS.join(", ")}.`);

  function read<T>(key: keyof Settings, fallback: T, parse: (text: string) => T | undefined, allowed: string): T {
    const text = values.get(key);
    if (text === null) return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    problems.push(`${key}=${text} is not allowed: it is ${allowed}. Using ${String(fallback)}.`);
    return fallback;
  }
  function number(key: Limited, fallback: number, min: number = LIMITS[key].min): number {
    return read(key, fallback, (text) => parseNumber(key, text, min), allowedNumbers(key, min));
  }

  const join = number("join", DEFAULTS.join);
  const settings: Settings = {
    world: read("world", DEFAULTS.world, (text) => (parseWorld(text) ? text : undefined), WORLD_NAMES),
    seed: number("seed", DEFAULTS.seed),
    join,
    leave: number("leave", usualLeave(join), join),
    max: number("max", DEFAULTS.max),
    policy: read("policy", DEFAULTS.policy, parsePolicy, `one of ${POLICIES.join(", ")}`),
    speed: read("speed", DEFAULTS.speed, parseSpeed, `one of ${SPEEDS.join(", ")}`),
    paused: read("paused", DEFAULTS.paused, (text) => ({ 0: false, 1: true })[text], "0 or 1"),
    steps: number("steps", DEFAULTS.steps),
  };
  return { settings, problems };
}

/** As the engine reads it: without a preset it is the usual one. */
function parsePolicy(text: string): Policy | undefined {
  return POLICIES.find((policy) => policy === (text === "coherent" ? "coherent:balanced" : text));
}

function parseSpeed(text: string): Speed | undefined {
  return SPEEDS.find((speed) => String(speed) === text);
}

/** The query of a run, without what says nothing: `paused` unless it is, `steps` unless there are some. */
export function toQuery(settings: Settings): string {
  const query = new URLSearchParams();
  for (const key of ["world", "seed", "join", "leave", "max", "policy", "speed"] as const) {
    query.set(key, String(settings[key]));
  }
  if (settings.paused) query.set("paused", "1");
  if (settings.steps > 0) query.set("steps", String(settings.steps));
  return `?${query}`;
}

/** A number as a person or a URL writes it; undefined if it is not one of those allowed. */
export function parseNumber(key: Limited, text: string, min: number = LIMITS[key].min): number | undefined {
  const { max, whole } = LIMITS[key];
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
}

/** What a number may be, in words. */
export function allowedNumbers(key: Limited, min: number = LIMITS[key].min): string {
  const { max, whole, unit } = LIMITS[key];
  const why = key === "leave" && min > LIMITS.leave.min ? " (the join distance)" : "";
  return `a ${whole ? "whole " : ""}number from ${min}${why} to ${max}${unit}`;
}

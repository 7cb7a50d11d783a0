/** The worlds that can be simulated, by name; what they are is written in the worlds' own crate. */

/** Worlds whose number of players is fixed. */
export const FIXED_WORLDS = [
  "plaza-400",
  "plaza-1000",
  "plaza-3000",
  "festival",
  "sparse",
  "city",
  "surge",
  "hamlets",
] as const;

/** Worlds for any number of players: their name goes on with `-` and that number. */
export const SIZED_WORLDS = ["uniform", "plazas", "crowd"] as const;

type FixedWorld = (typeof FIXED_WORLDS)[number];
type SizedWorld = (typeof SIZED_WORLDS)[number];

/** How many players a sized world can have; the slider ends where every laptop keeps up. */
export const PLAYERS = { min: 1, max: 200_000, usual: 10_000, sliderMax: 20_000 } as const;

/** Ends the name of a world in which 85 % of the players stand still instead of half of them. */
const CALM = "-85";

/** What a world's name may be, in words. */
export const WORLD_NAMES =
  `one of ${[...FIXED_WORLDS, ...SIZED_WORLDS.map((kind) => `${kind}-N`)].join(", ")}, ` +
  `with N from ${PLAYERS.min} to ${PLAYERS.max}, or one of these followed by ${CALM}`;

/** A world's name, taken apart. */
export interface WorldName {
  readonly kind: FixedWorld | SizedWorld;
  /** Only where the kind leaves it open. */
  readonly players: number | undefined;
  readonly calm: boolean;
}

/** The parts of a world's name; undefined if there is no such world. */
export function parseWorld(name: string): WorldName | undefined {
  // The whole name first: `crowd-85` is a crowd of 85.
  return lively(name) ?? (name.endsWith(CALM) ? calm(name.slice(0, -CALM.length)) : undefined);
}

/** The name that {@link parseWorld} takes apart. */
export function worldName({ kind, players, calm }: WorldName): string {
  return `${kind}${players === undefined ? "" : `-${players}`}${calm ? CALM : ""}`;
}

/** Whether worlds of that kind have any number of players. */
export function isSized(kind: string): kind is SizedWorld {
  return SIZED_WORLDS.some((sized) => sized === kind);
}

function calm(name: string): WorldName | undefined {
  const world = lively(name);
  return world && { ...world, calm: true };
}

function lively(name: string): WorldName | undefined {
  const fixed = FIXED_WORLDS.find((world) => world === name);
  if (fixed) return { kind: fixed, players: undefined, calm: false };
  const [, kind = "", digits] = /^([a-z]+)-([1-9]\d{0,8})$/.exec(name) ?? [];
  const players = Number(digits);
  if (!isSized(kind) || players < PLAYERS.min || players > PLAYERS.max) return undefined;
  return { kind, players, calm: false };
}

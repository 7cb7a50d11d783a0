/** A run of the simulator as Node computes it: the same package, the same worlds, none of the page's code. */
import { readFile } from "node:fs/promises";
import { Archipelago, type CrowdPolicy, islandId } from "../../../wasm-pkg/dist/node.js";
import { initSync, World } from "../../worlds/dist/worlds.js";

/** Seconds from one flush to the next. */
const STEP_S = 2;
const FLUSHES_PER_MINUTE = 30;
const NEIGHBOURS_M = 20;

/** The engine's parameters, as the page's address says them. */
export interface Engine {
  join?: number;
  leave?: number;
  max?: number;
  policy?: CrowdPolicy;
}

/** A run, likewise. */
export interface Run extends Engine {
  world: string;
  seed?: number;
  steps: number;
}

/** Where somebody is, in metres, and the id of the island. */
export interface Player {
  x: number;
  z: number;
  island: string;
}

/** What is there after so many flushes. */
export interface Simulated {
  /** What the page shows, as it writes it. */
  figures: Record<string, string>;
  players: Player[];
}

export async function simulate(run: Run): Promise<Simulated> {
  const world = await open(run);
  const archipelago = await create(run);
  let aMinuteAgo = 0;
  for (let flush = 0; flush < run.steps; flush += 1) {
    if (flush > 0) world.step(STEP_S);
    report(archipelago, world);
    archipelago.flush();
    if (flush + 1 === run.steps - FLUSHES_PER_MINUTE) aMinuteAgo = archipelago.counters.reassignments;
  }
  return look(archipelago, world, run.steps, aMinuteAgo);
}

/** The same world after so many flushes, its islands formed by an engine that sees it for the first time. */
export async function simulateRegrouped(run: Run, engine: Engine): Promise<Simulated> {
  const world = await open(run);
  for (let flush = 1; flush < run.steps; flush += 1) world.step(STEP_S);
  const archipelago = await create({ ...run, ...engine });
  report(archipelago, world);
  archipelago.flush();
  return look(archipelago, world, run.steps, 0);
}

let loaded: Promise<unknown> | undefined;

/** A world at its beginning. Throws if there is none of that name. */
export async function open({ world, seed = 1 }: Pick<Run, "world" | "seed">): Promise<World> {
  loaded ??= readFile(new URL("../../worlds/dist/worlds_bg.wasm", import.meta.url)).then((module) =>
    initSync({ module }),
  );
  await loaded;
  return new World(world, seed);
}

function create({ join = 64, leave = join * 1.25, max = 100, policy = "stable" }: Engine): Promise<Archipelago> {
  const distances = { joinDistance: join, leaveDistance: leave };
  return Archipelago.create({ ...distances, maxPeersPerIsland: max, crowdPolicy: policy });
}

/**
 * What the page's comparison says of a policy, as it writes it: shares within 20 and 50 m, reassignments of a player in
 * a minute, islands.
 */
export async function compare(run: Run): Promise<string[]> {
  const world = await open(run);
  const archipelago = await create(run);
  const pairs = { near20: 0, together20: 0, near50: 0, together50: 0 };
  let player_s = 0;
  for (let flush = 1; flush <= run.steps; flush += 1) {
    if (flush > 1) world.step(STEP_S);
    player_s += STEP_S * world.count;
    report(archipelago, world);
    archipelago.flush();
    if (flush % 10 > 0) continue;
    const [positions, islands] = [world.positions(), archipelago.assignmentsRaw()];
    for (let one = 0; one < world.count; one += 1) {
      for (let other = 0; other < one; other += 1) {
        const along = (axis: number) => (positions[3 * one + axis] ?? 0) - (positions[3 * other + axis] ?? 0);
        const squared = along(0) ** 2 + along(2) ** 2;
        const together = Number(islands[one] === islands[other]);
        if (squared <= 20 ** 2) {
          pairs.near20 += 1;
          pairs.together20 += together;
        }
        if (squared <= 50 ** 2) {
          pairs.near50 += 1;
          pairs.together50 += together;
        }
      }
    }
  }
  const { islands, reassignments } = archipelago.counters;
  return [
    `${rounded((100 * pairs.together20) / pairs.near20, 1)} %`,
    `${rounded((100 * pairs.together50) / pairs.near50, 1)} %`,
    rounded((reassignments * 60) / player_s, 2),
    String(islands),
  ];
}

/** As the page writes it: `toFixed` goes by the binary number, and makes .71 of .715. */
function rounded(value: number, digits: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function report(archipelago: Archipelago, world: World): void {
  const names = Array.from({ length: world.count }, (_, walker) => `w${walker}`);
  archipelago.setPositions(names, world.positions());
}

/** `before`: reassignments that are longer ago than a minute. */
function look(archipelago: Archipelago, world: World, flushes: number, before: number): Simulated {
  const assignments = archipelago.assignmentsRaw();
  const positions = world.positions();
  const sizes = archipelago
    .islands()
    .map(({ peers }) => peers.length)
    .sort((a, b) => a - b);
  const { islands, reassignments } = archipelago.counters;
  const middle = [sizes[Math.floor((sizes.length - 1) / 2)] ?? 0, sizes[Math.floor(sizes.length / 2)] ?? 0] as const;
  const lastMinute = reassignments - before;
  const number = (value: number) => value.toLocaleString("en");
  const seconds = (flushes - 1) * STEP_S;
  return {
    figures: {
      players: number(world.count),
      islands: number(islands),
      largest: number(sizes.at(-1) ?? 0),
      median: number((middle[0] + middle[1]) / 2),
      reassignments: number(reassignments),
      "reassignments-per-minute": number(lastMinute),
      "reassignments-per-player-minute": rounded(lastMinute / Math.max(1, world.count), 2),
      recall: islands > 0 ? `${rounded(100 * world.recall(assignments, NEIGHBOURS_M), 1)} %` : "–",
      flushes: number(flushes),
      time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`,
    },
    players: Array.from(assignments.subarray(0, world.count), (island, walker) => ({
      x: positions[3 * walker] as number,
      z: positions[3 * walker + 2] as number,
      island: islandId(island),
    })),
  };
}

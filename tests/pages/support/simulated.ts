/** A run of the simulator as Node computes it: the same package, the same worlds, none of the page's code. */
import { readFile } from "node:fs/promises";
import { Archipelago, islandId } from "../../../wasm-pkg/dist/node.js";
import { initSync, World } from "../../worlds/dist/worlds.js";

/** Seconds from one flush to the next. */
const STEP_S = 2;
const NEIGHBOURS_M = 20;

/** The engine's parameters, as the page's address says them. */
export interface Engine {
  join?: number;
  leave?: number;
  max?: number;
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
  for (let flush = 0; flush < run.steps; flush += 1) {
    if (flush > 0) world.step(STEP_S);
    report(archipelago, world);
    archipelago.flush();
  }
  return look(archipelago, world, run.steps);
}

/** The same world after so many flushes, its islands formed by an engine that sees it for the first time. */
export async function simulateRegrouped(run: Run, engine: Engine): Promise<Simulated> {
  const world = await open(run);
  for (let flush = 1; flush < run.steps; flush += 1) world.step(STEP_S);
  const archipelago = await create({ ...run, ...engine });
  report(archipelago, world);
  archipelago.flush();
  return look(archipelago, world, run.steps);
}

let loaded: Promise<unknown> | undefined;

async function open({ world, seed = 1 }: Run): Promise<World> {
  loaded ??= readFile(new URL("../../worlds/dist/worlds_bg.wasm", import.meta.url)).then((module) =>
    initSync({ module }),
  );
  await loaded;
  return new World(world, seed);
}

function create({ join = 64, leave = join * 1.25, max = 100 }: Engine): Promise<Archipelago> {
  return Archipelago.create({ joinDistance: join, leaveDistance: leave, maxPeersPerIsland: max });
}

function report(archipelago: Archipelago, world: World): void {
  const names = Array.from({ length: world.count }, (_, walker) => `w${walker}`);
  archipelago.setPositions(names, world.positions());
}

function look(archipelago: Archipelago, world: World, flushes: number): Simulated {
  const assignments = archipelago.assignmentsRaw();
  const positions = world.positions();
  const sizes = archipelago
    .islands()
    .map(({ peers }) => peers.length)
    .sort((a, b) => a - b);
  const { islands, reassignments } = archipelago.counters;
  const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 0 });
  const seconds = (flushes - 1) * STEP_S;
  return {
    figures: {
      players: number(world.count),
      islands: number(islands),
      largest: number(sizes.at(-1) ?? 0),
      median: number(sizes[Math.ceil(sizes.length / 2) - 1] ?? 0),
      reassignments: number(reassignments),
      recall: islands > 0 ? `${(100 * world.recall(assignments, NEIGHBOURS_M)).toFixed(1)} %` : "–",
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

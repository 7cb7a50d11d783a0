/** A run: walkers of a world, and the islands that the engine forms of them. */
import { islandId, sizes, World } from "./engine.ts";
import type { Drag, Figures, Frame } from "./messages.ts";
import { Peers } from "./peers.ts";
import { Samples } from "./samples.ts";
import type { EngineSettings } from "./settings.ts";
import { STEP_S } from "./time.ts";

const FLUSHES_PER_MINUTE = 60 / STEP_S;
/** Flushes of which the times are kept: ten world minutes. */
const FLUSH_TIMES = 300;
/** With fewer flushes the slowest one of a hundred says nothing but which one was the slowest. */
const FLUSHES_FOR_P99 = 20;
const RECALL_RADIUS_M = 20;

/** The engine and what has been measured of it: all of it begins anew with other parameters. */
interface Engine {
  readonly peers: Peers;
  /** Of the newest flush, in milliseconds. */
  flushLast: number;
  /** Of all but the first, which has the work of many: it gives everybody an island at once. */
  readonly flushTimes: Samples;
  readonly reassignments: Samples;
}

export class Run {
  readonly #world: World;
  #engine: Engine;
  #flushes = 1;
  #drags = 0;

  private constructor(world: World, engine: Engine) {
    this.#world = world;
    this.#engine = engine;
    this.#flush();
  }

  /**
   * The world at its beginning, after a first flush. Throws, with a sentence for people, if there is no such world or
   * the engine refuses the settings.
   */
  static async start(world: string, seed: number, settings: EngineSettings): Promise<Run> {
    return new Run(new World(world, seed), await createEngine(settings));
  }

  /** Flushes since the start; those that only form the same islands anew under other settings do not count. */
  get flushes(): number {
    return this.#flushes;
  }

  /** Lets {@link STEP_S} pass and forms the islands. */
  step(): void {
    this.#world.step(STEP_S);
    this.#flush();
    this.#flushes += 1;
  }

  /** Forms the islands anew under other settings; no time passes. */
  async regroup(settings: EngineSettings): Promise<void> {
    const engine = await createEngine(settings);
    this.#engine.peers.free();
    this.#engine = engine;
    this.#flush();
  }

  drag({ x, z, radius, dx, dz }: Drag): void {
    this.#world.drag(x, z, radius, dx, dz);
    this.#drags += 1;
  }

  /** The world as it is. */
  frame(cause: Frame["cause"]): Frame {
    const { numbers, offsets, members } = this.#engine.peers.archipelago.islandsRaw();
    const positions = flat(this.#world.positions());
    const island = new Int32Array(positions.length / 2).fill(-1);
    for (let index = 0; index < numbers.length; index += 1) {
      for (const handle of members.subarray(offsets[index], offsets[index + 1])) island[handle] = index;
    }
    return {
      cause,
      flushes: this.#flushes,
      time_s: (this.#flushes - 1) * STEP_S,
      positions,
      island,
      islands: Array.from(numbers, (number) => islandId(number)),
      figures: this.#figures(offsets),
      drags: this.#drags,
    };
  }

  #flush(): void {
    const { peers, flushTimes, reassignments } = this.#engine;
    const before = peers.archipelago.counters;
    this.#engine.flushLast = peers.flush(this.#world.positions());
    if (before.flushes > 0) flushTimes.add(this.#engine.flushLast);
    reassignments.add(peers.archipelago.counters.reassignments - before.reassignments);
  }

  #figures(offsets: Uint32Array): Figures {
    const { flushLast, flushTimes, reassignments } = this.#engine;
    const { archipelago } = this.#engine.peers;
    const members = offsets.slice(1).map((end, island) => end - (offsets[island] ?? 0));
    const [, median = 0, largest = 0] = sizes(members);
    return {
      players: this.#world.count,
      islands: members.length,
      median,
      largest,
      reassignments: archipelago.counters.reassignments,
      reassignmentsPerMinute: reassignments.sum,
      recall: this.#world.recall(archipelago.assignmentsRaw(), RECALL_RADIUS_M),
      flushLast,
      flushMedian: flushTimes.count > 0 ? flushTimes.quantile(0.5) : undefined,
      flushP99: flushTimes.count >= FLUSHES_FOR_P99 ? flushTimes.quantile(0.99) : undefined,
    };
  }
}

async function createEngine(settings: EngineSettings): Promise<Engine> {
  const [flushTimes, reassignments] = [new Samples(FLUSH_TIMES), new Samples(FLUSHES_PER_MINUTE)];
  return { peers: await Peers.create(settings), flushLast: 0, flushTimes, reassignments };
}

/** x and z of x, y and z. */
function flat(positions: Float32Array): Float32Array {
  const ground = new Float32Array((positions.length / 3) * 2);
  for (let walker = 0; 2 * walker < ground.length; walker += 1) {
    ground[2 * walker] = positions[3 * walker] ?? 0;
    ground[2 * walker + 1] = positions[3 * walker + 2] ?? 0;
  }
  return ground;
}

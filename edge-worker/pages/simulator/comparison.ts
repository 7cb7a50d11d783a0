/** All policies at once: the same walkers, and an engine for each policy. */
import { reassignmentsPerPlayerMinute, Together, World } from "./engine.ts";
import type { Compared, Standing } from "./messages.ts";
import { Peers } from "./peers.ts";
import { Samples } from "./samples.ts";
import { type EngineSettings, POLICIES, type Policy } from "./settings.ts";
import { COMPARED_FLUSHES, STEP_S } from "./time.ts";

/** How many flushes lie between two looks at who is with whom. */
const LOOK_EVERY = 10;

/** One policy, and what has been found of it. */
interface Contender {
  readonly policy: Policy;
  readonly peers: Peers;
  readonly within20: Together;
  readonly within50: Together;
  readonly flushTimes: Samples;
}

export class Comparison {
  readonly #world: World;
  readonly #settings: EngineSettings;
  readonly #contenders: readonly Contender[];
  #flushes = 0;
  /** The time that has passed, once for every player present. */
  #player_s = 0;
  #looked = false;
  #islandsMin = 0;

  private constructor(world: World, settings: EngineSettings, contenders: readonly Contender[]) {
    this.#world = world;
    this.#settings = settings;
    this.#contenders = contenders;
  }

  /** The world at its beginning. Whatever policy the settings name, all of them are compared. */
  static async start(world: string, seed: number, settings: EngineSettings): Promise<Comparison> {
    const contender = async (policy: Policy): Promise<Contender> => ({
      policy,
      peers: await Peers.create({ ...settings, policy }),
      within20: new Together(),
      within50: new Together(),
      flushTimes: new Samples(COMPARED_FLUSHES),
    });
    const contenders = await Promise.all(POLICIES.map(contender));
    return new Comparison(new World(world, seed), settings, contenders);
  }

  get done(): boolean {
    return this.#flushes === COMPARED_FLUSHES;
  }

  /** A flush under every policy; before it time passes, except before the first. */
  step(): void {
    if (this.#flushes > 0) this.#world.step(STEP_S);
    this.#flushes += 1;
    this.#player_s += STEP_S * this.#world.count;
    const positions = this.#world.positions();
    const looks = this.#flushes % LOOK_EVERY === 0;
    for (const { peers, within20, within50, flushTimes } of this.#contenders) {
      const flush_ms = peers.flush(positions);
      // The first has the work of many: it gives everybody an island at once.
      if (this.#flushes > 1) flushTimes.add(flush_ms);
      if (!looks) continue;
      const assignments = peers.archipelago.assignmentsRaw();
      this.#add(within20, assignments, 20);
      this.#add(within50, assignments, 50);
    }
    if (looks || this.#flushes === 1)
      this.#islandsMin = this.#world.islandsMin(this.#settings.leave, this.#settings.max);
    this.#looked = this.#looked || looks;
  }

  /** How it stands. */
  read(): Compared {
    return {
      flushes: this.#flushes,
      time_s: (this.#flushes - 1) * STEP_S,
      players: this.#world.count,
      islandsMin: this.#islandsMin,
      standings: this.#contenders.map((contender) => this.#standing(contender)),
    };
  }

  #add(pairs: Together, assignments: Float64Array, radius_m: number): void {
    const found = this.#world.together(assignments, radius_m);
    pairs.add(found);
    found.free();
  }

  #standing({ policy, peers, within20, within50, flushTimes }: Contender): Standing {
    const { islands, reassignments } = peers.archipelago.counters;
    return {
      policy,
      recall20: this.#looked ? within20.share() : undefined,
      recall50: this.#looked ? within50.share() : undefined,
      reassignments: reassignmentsPerPlayerMinute(reassignments, this.#player_s),
      islands,
      flush_ms: flushTimes.count > 0 ? flushTimes.quantile(0.5) : undefined,
    };
  }
}

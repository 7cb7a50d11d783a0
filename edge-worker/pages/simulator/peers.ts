/** An engine whose peers are the walkers of a world. */
import { Archipelago } from "./engine.ts";
import type { EngineSettings } from "./settings.ts";

/**
 * Walker i has the engine's handle i: handles are dense and given in order of appearance, walkers never leave, and each
 * engine meets them in their order.
 */
export class Peers {
  readonly archipelago: Archipelago;
  #handles = new Uint32Array(0);

  private constructor(archipelago: Archipelago) {
    this.archipelago = archipelago;
  }

  /** Throws, with a sentence for people, if the engine refuses the settings. */
  static async create({ join, leave, max, policy }: EngineSettings): Promise<Peers> {
    const options = { joinDistance: join, leaveDistance: leave, maxPeersPerIsland: max, crowdPolicy: policy };
    return new Peers(await Archipelago.create(options));
  }

  /** Everybody reports, and the islands are formed; the milliseconds that the latter takes. */
  flush(positions: Float32Array): number {
    this.#report(positions);
    const started = performance.now();
    this.archipelago.flushRaw();
    return performance.now() - started;
  }

  free(): void {
    this.archipelago.free();
  }

  #report(positions: Float32Array): void {
    const known = this.#handles.length;
    const count = positions.length / 3;
    this.archipelago.setPositions(this.#handles, positions.subarray(0, known * 3));
    if (count === known) return;
    const ids = Array.from({ length: count - known }, (_, index) => `walker ${known + index}`);
    this.archipelago.setPositions(ids, positions.subarray(known * 3));
    this.#handles = Uint32Array.from({ length: count }, (_, walker) => walker);
  }
}

import { COLOURS, colourSlot, islandNumber } from "./colour.ts";
import type { Scene } from "./scene.ts";

/**
 * The peers of a scene by island, and the islands by colour: what is drawn in one colour is drawn in one go.
 * The arrays are kept from scene to scene and only grow.
 */
export class Members {
  /** Peers by island, in the order of `island`: those of island i are from `offsets[i]` to before `offsets[i + 1]`. */
  peers = new Uint32Array(0);
  offsets = new Uint32Array(1);
  /** The islands of each slot of the palette. */
  readonly bySlot: Uint32Array[] = Array.from({ length: COLOURS }, () => new Uint32Array(0));
  /** Peers without an island; they come first in `peers`, before `offsets[0]`. */
  without = 0;
  #islands = new Uint32Array(0);
  #slots = new Uint8Array(0);
  #cursor = new Uint32Array(0);

  /** Takes in a scene whose islands or their members have changed. */
  update(scene: Scene): void {
    this.#sortPeers(scene);
    this.#sortIslands(scene);
  }

  /** The slot in the palette of an island's colour. */
  slot(island: number): number {
    return this.#slots[island] as number;
  }

  /** How many peers an island has. */
  size(island: number): number {
    return (this.offsets[island + 1] as number) - (this.offsets[island] as number);
  }

  #sortPeers({ count, island, islands }: Scene): void {
    if (this.peers.length < count) this.peers = new Uint32Array(count);
    if (this.offsets.length < islands.length + 1) {
      this.offsets = new Uint32Array(2 * islands.length + 1);
      this.#cursor = new Uint32Array(2 * islands.length + 1);
    }
    const { offsets } = this;
    offsets.fill(0);
    this.without = 0;
    for (let peer = 0; peer < count; peer += 1) {
      const index = island[peer] as number;
      if (index < 0) this.without += 1;
      else (offsets[index + 1] as number) += 1;
    }
    offsets[0] = this.without;
    for (let index = 0; index < islands.length; index += 1) {
      (offsets[index + 1] as number) += offsets[index] as number;
    }
    this.#placePeers(count, island);
  }

  #placePeers(count: number, island: Int32Array): void {
    const cursor = this.#cursor;
    cursor.set(this.offsets.subarray(0, cursor.length));
    let without = 0;
    for (let peer = 0; peer < count; peer += 1) {
      const index = island[peer] as number;
      if (index < 0) {
        this.peers[without] = peer;
        without += 1;
      } else {
        const place = cursor[index] as number;
        this.peers[place] = peer;
        cursor[index] = place + 1;
      }
    }
  }

  #sortIslands({ islands }: Scene): void {
    if (this.#islands.length < islands.length) {
      this.#islands = new Uint32Array(2 * islands.length);
      this.#slots = new Uint8Array(2 * islands.length);
    }
    for (const [index, { id }] of islands.entries()) this.#slots[index] = colourSlot(islandNumber(id));
    let end = 0;
    for (let slot = 0; slot < COLOURS; slot += 1) {
      const start = end;
      for (let index = 0; index < islands.length; index += 1) {
        if (this.#slots[index] !== slot) continue;
        this.#islands[end] = index;
        end += 1;
      }
      this.bySlot[slot] = this.#islands.subarray(start, end);
    }
  }
}

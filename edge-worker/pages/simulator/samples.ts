/** The newest so many of a row of measurements. */
export class Samples {
  readonly #values: number[] = [];
  readonly #limit: number;

  /** `limit`: how many are kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.#limit) this.#values.shift();
  }

  /** How many are kept at present. */
  get count(): number {
    return this.#values.length;
  }

  get sum(): number {
    return this.#values.reduce((sum, value) => sum + value, 0);
  }

  /** The smallest value that the share `rank` (0 to 1) of them does not exceed; 0 without any. */
  quantile(rank: number): number {
    return quantile(Float64Array.from(this.#values), rank);
  }
}

/** As {@link Samples.quantile}, of any numbers; they get sorted. */
export function quantile(values: Float64Array | Uint32Array, rank: number): number {
  values.sort();
  return values[Math.max(0, Math.ceil(values.length * rank) - 1)] ?? 0;
}

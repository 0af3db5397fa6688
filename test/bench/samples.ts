/** Measured values of one kind, kept whole so that any percentile can be told. */
export class Samples {
  #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  clear(): void {
    this.#values = [];
  }

  summary(): Summary {
    const sorted = Float64Array.from(this.#values).sort();
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
    return {
      count: sorted.length,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      max: sorted.at(-1) ?? Number.NaN,
    };
  }
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Percentiles; without a sample they are null once they crossed a process border. */
export type Summary = {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

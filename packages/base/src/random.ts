/** Chance as a service, so that a test can replay it from a seed. */
export type Random = {
  /** Fresh random bytes. */
  bytes(length: number): Uint8Array;
  /** A whole number from 0 up to, and without, `limit` (at most 2^32). */
  below(limit: number): number;
  /** A number in [0, 1). */
  unit(): number;
};

/** The platform's cryptographic generator: fit for keys, ids and RTP's random starts. */
export function systemRandom(): Random {
  const word = new Uint32Array(1);
  const unit = (): number => {
    crypto.getRandomValues(word);
    return (word[0] ?? 0) / 2 ** 32;
  };
  return {
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    below: (limit) => Math.floor(unit() * limit),
    unit,
  };
}

/**
 * The same sequence for the same seed (mulberry32). For simulations, tests and the practice
 * provider; never for anything that must not be guessed.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(unit() * 256)),
    below: (limit) => Math.floor(unit() * limit),
    unit,
  };
}

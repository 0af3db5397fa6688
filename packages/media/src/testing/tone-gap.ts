import { toneLevelDb } from "../tone-finder.ts";

const pieceMs = 5; // finer than any gap that matters
const windowMs = 10;
const gapBelowDb = 12; // the middle of a 10 ms window that is half silent is 6 dB down

/**
 * The longest time in milliseconds for which a tone is missing between its first and its last
 * appearance. Infinity when it never appears.
 */
export function longestToneGapMs(
  samples: Int16Array,
  frequencyHz: number,
  sampleRateHz = 8_000,
): number {
  const step = (sampleRateHz * pieceMs) / 1_000;
  const window = (sampleRateHz * windowMs) / 1_000;
  const levels: number[] = [];
  for (let from = 0; from + window <= samples.length; from += step) {
    levels.push(toneLevelDb(samples, from, window, frequencyHz, sampleRateHz));
  }
  const loudest = Math.max(...levels, -50);
  const isThere = levels.map((level) => level > loudest - gapBelowDb);
  const first = isThere.indexOf(true);
  if (first === -1) return Number.POSITIVE_INFINITY;
  let longest = 0;
  let missing = 0;
  for (const there of isThere.slice(first, isThere.lastIndexOf(true) + 1)) {
    missing = there ? 0 : missing + 1;
    longest = Math.max(longest, missing);
  }
  return longest * pieceMs;
}

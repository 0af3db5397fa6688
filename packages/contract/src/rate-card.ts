import { z } from "zod";

/**
 * The highest price of a minute: 100 dollars. Far above any real card, and low enough that the
 * amount of a call of ten days stays below 2^53 micro-dollars even before it is divided.
 */
const microsPerMinuteMax = 100_000_000;

/** The longest billing increment: an hour. */
const incrementSecsMax = 3_600;

const microsPerMinute = z.int().nonnegative().max(microsPerMinuteMax);
const incrementSecs = z.int().positive().max(incrementSecsMax);

/**
 * What a minute costs, in micro-dollars, and how a started stretch of time is rounded. It comes
 * with the licence. A card never changes: other prices are another version, and a call is rated
 * to its end by the card that stood when it was planned.
 */
export const rateCardSchema = z.strictObject({
  version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/),
  managedMicrosPerMinute: microsPerMinute,
  byokMicrosPerMinute: microsPerMinute,
  /** On top of the mode's price, while a call is recorded. */
  recordingMicrosPerMinute: microsPerMinute,
  /** A call that was answered is charged for `firstSecs`, then by each started `thenSecs`. */
  increment: z.strictObject({ firstSecs: incrementSecs, thenSecs: incrementSecs }),
});
export type RateCard = z.infer<typeof rateCardSchema>;

/** The card of an appliance whose licence names none: every started minute counts whole. */
export const defaultRateCard: RateCard = {
  version: "2026-11",
  managedMicrosPerMinute: 400_000,
  byokMicrosPerMinute: 100_000,
  recordingMicrosPerMinute: 10_000,
  increment: { firstSecs: 60, thenSecs: 60 },
};

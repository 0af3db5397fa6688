import { AppError, type Clock } from "@agentcall/base";

const testsMax = 10; // the contract's figure, for each API key, over all the ways to have a key tested
const windowMs = 60_000;

/** Each test opens a paid session, and tells a stranger whether a stolen key works: so many a minute, and no more. */
export class KeyTestLimit {
  readonly #clock: Clock;
  /** When each API key's tests of the last minute were. */
  readonly #testedAtMs = new Map<string, readonly number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one test. Throws `rate_limited` beyond the tenth of a minute, which is not counted. */
  count(apiKeyId: string): void {
    const nowMs = this.#clock.monotonicMs();
    const recent = (this.#testedAtMs.get(apiKeyId) ?? []).filter((atMs) => atMs > nowMs - windowMs);
    const [oldestMs = nowMs] = recent;
    if (recent.length >= testsMax) {
      const retryAfterSecs = Math.ceil((oldestMs + windowMs - nowMs) / 1_000);
      throw new AppError(
        "rate_limited",
        `Ten keys a minute are tested: try again in ${String(retryAfterSecs)} seconds.`,
        { details: { retryAfterSecs } },
      );
    }
    this.#testedAtMs.set(apiKeyId, [...recent, nowMs]);
  }
}

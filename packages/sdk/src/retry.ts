const delayMsMin = 500;
const delayMsMax = 8_000;
/** Who is told to wait for longer hears of it instead of hanging. */
const retryAfterMsMax = 60_000;

/** What came of one attempt that did not succeed. */
export type Failure =
  | { readonly kind: "no-answer" }
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly code: string;
      readonly retryAfter: string | null;
    };

/**
 * After how many milliseconds to try again, or null: not at all. `attempt` counts from 0.
 * A POST carries the same Idempotency-Key each time, so that it does nothing twice.
 */
export function retryDelayMs(failure: Failure, attempt: number, random: number): number | null {
  const backOffMs = Math.min(delayMsMax, delayMsMin * 2 ** attempt) * (0.5 + random / 2);
  if (failure.kind === "no-answer") return backOffMs;
  const { status, code, retryAfter } = failure;
  const mayPass = status === 429 || status >= 500;
  // A sealed vault waits for a person, and what the receiver of a mail or a key test says stands.
  if (!mayPass || code === "vault_sealed") return null;
  const askedMs = retryAfter === null ? 0 : Number(retryAfter) * 1_000;
  if (Number.isNaN(askedMs)) return backOffMs;
  return askedMs > retryAfterMsMax ? null : Math.max(askedMs, backOffMs);
}

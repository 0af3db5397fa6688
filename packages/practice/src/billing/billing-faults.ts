/** What may befall a request on its way to billing and back. */
export type BillingFault =
  | "none"
  /** Never arrives. */
  | "lose-request"
  /** Arrives and counts; nobody hears of it. */
  | "lose-reply"
  /** Arrives, counts, and half of the answer comes back. */
  | "half-reply"
  /** Is answered after a while. */
  | "late"
  /** Arrives twice. */
  | "twice"
  | "refuse-4xx"
  | "fail-5xx";

/** What befalls each request, in this order; what comes behind the last goes well. */
export class BillingFaults {
  readonly #next: BillingFault[];

  constructor(faults: readonly BillingFault[] = []) {
    this.#next = [...faults];
  }

  add(...faults: readonly BillingFault[]): void {
    this.#next.push(...faults);
  }

  take(): BillingFault {
    return this.#next.shift() ?? "none";
  }
}

import { type Clock, invariant } from "@agentcall/base";
import type { CallUsage, NumberId, UsageTerms } from "@agentcall/contract";

/** Whose call it is, and by what it is charged. */
type Charged = {
  readonly numberId: NumberId;
  readonly terms: UsageTerms;
  /** Where in the call these terms began to hold. */
  readonly termsFromMs: number;
};

type Answer = { readonly wallMs: number; readonly monotonicMs: number };

/**
 * Measures what of a call is charged, by the monotonic clock: from the ACK of our 200 to the end.
 * A 200 that was never acknowledged is not charged. Steps of the wall clock change nothing but the
 * stamp of the answer; how far it has moved since is told beside it.
 */
export class CallMeter {
  readonly #clock: Clock;
  readonly #direction: CallUsage["direction"];
  #charged: Charged | null = null;
  #answer: Answer | null = null;
  /** Told already, and by how many stretches. */
  #toldMs = 0;
  #segment = 0;
  #endMs: number | null = null;
  #isRecordingOver = false;

  constructor(clock: Clock, direction: CallUsage["direction"]) {
    this.#clock = clock;
    this.#direction = direction;
  }

  /** The wall clock at the answer; null while nothing is charged. */
  get answeredAtMs(): number | null {
    return this.#answer?.wallMs ?? null;
  }

  /** Whole milliseconds since the answer, up to the end. */
  get talkMs(): number {
    if (this.#answer === null) return 0;
    return this.#endMs ?? Math.round(this.#clock.monotonicMs() - this.#answer.monotonicMs);
  }

  /** The call has been planned. */
  charge(numberId: NumberId, terms: UsageTerms): void {
    this.#charged = { numberId, terms, termsFromMs: 0 };
  }

  /** The caller's side has acknowledged our answer. What comes again changes nothing. */
  confirmed(): void {
    this.#answer ??= { wallMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() };
  }

  /**
   * Another key carries the call from now on. What was talked by the former terms is told by the
   * stretch that comes back; null while nothing is charged, and then the new terms hold from the start.
   */
  changeTerms(terms: UsageTerms): CallUsage | null {
    invariant(this.#charged !== null, "terms change after they were set");
    const told = this.takeStretch();
    this.#charged = { ...this.#charged, terms, termsFromMs: this.#toldMs };
    return told;
  }

  /**
   * The call is recorded no longer, or could not be from the start: what follows is charged without
   * it. What was talked until now is told as recorded by the stretch that comes back; null while
   * nothing is charged. The call's minutes go on as they were: none is begun anew.
   */
  stopRecording(): CallUsage | null {
    const told = this.takeStretch();
    this.#isRecordingOver = true;
    return told;
  }

  /** The call is over, as far as it is charged, and was so `agoMs` ago. The first time counts. */
  end(agoMs = 0): void {
    this.#endMs ??= Math.max(0, this.talkMs - agoMs);
  }

  /** What was talked since the last stretch, as one that is told for good. Null where nothing is charged. */
  takeStretch(): CallUsage | null {
    const usage = this.#usage("interim", this.talkMs);
    if (usage === null) return null;
    this.#segment += 1;
    this.#toldMs = usage.toMs;
    return usage;
  }

  /** The last stretch of the call. */
  lastStretch(): CallUsage | null {
    this.end();
    return this.#usage("final", this.talkMs);
  }

  /** The last stretch if this process died now. */
  stretchIfLost(): CallUsage | null {
    return this.#usage("recovered", this.talkMs);
  }

  #usage(kind: CallUsage["kind"], toMs: number): CallUsage | null {
    if (this.#answer === null || this.#charged === null) return null;
    const { numberId, terms, termsFromMs } = this.#charged;
    const wallMs = this.#clock.nowMs() - this.#answer.wallMs;
    const monotonicMs = this.#clock.monotonicMs() - this.#answer.monotonicMs;
    return {
      segment: this.#segment,
      kind,
      numberId,
      direction: this.#direction,
      terms: { ...terms, recorded: terms.recorded && !this.#isRecordingOver },
      answeredAtMs: this.#answer.wallMs,
      termsFromMs,
      fromMs: this.#toldMs,
      toMs,
      clockDriftMs: Math.round(wallMs - monotonicMs),
    };
  }
}

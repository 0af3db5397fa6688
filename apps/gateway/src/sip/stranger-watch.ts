import type { Clock, Log, Timer } from "@agentcall/base";

/** What was done with INVITEs of nobody we know, since the start. */
export type StrangerCounts = {
  /** Answered with 403. */
  readonly refused: number;
  /** Answered with a challenge. */
  readonly challenged: number;
  /** Not answered at all: too many of one source or altogether, or by setting. */
  readonly dropped: number;
  /** Not answered because something in them is not as it must be. */
  readonly malformed: number;
};

const windowMs = 10_000;
const answersPerSourceMax = 20; // a phone that has forgotten its password, and no scanner's pace
const answersMax = 500; // of all sources in a window: they may be forged
const sourcesMax = 1_000; // told apart in a window; a flood of forged ones fills no memory
const sourcesToldMax = 10;

/**
 * Counts strangers, answers few of them, and tells of all of them in one line a window: a scanner
 * that sends thousands of INVITEs a second neither fills the log nor costs as many answers.
 */
export class StrangerWatch {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bySource = new Map<string, number>();
  #total: StrangerCounts = { refused: 0, challenged: 0, dropped: 0, malformed: 0 };
  #inWindow = 0;
  #answeredInWindow = 0;
  #window: Timer | null = null;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  get counts(): StrangerCounts {
    return this.#total;
  }

  /** Whether this one is worth an answer of the kind that is meant. */
  mayAnswer(sourceAddress: string, kind: "refused" | "challenged"): boolean {
    const times = this.#see(sourceAddress);
    const may = times <= answersPerSourceMax && this.#answeredInWindow < answersMax;
    if (may) this.#answeredInWindow += 1;
    this.#count(may ? kind : "dropped");
    return may;
  }

  dropped(sourceAddress: string, kind: "dropped" | "malformed"): void {
    this.#see(sourceAddress);
    this.#count(kind);
  }

  /** May be called twice. */
  close(): void {
    this.#window?.cancel();
    this.#window = null;
  }

  #see(sourceAddress: string): number {
    this.#window ??= this.#clock.after(windowMs, () => {
      this.#tell();
    });
    this.#inWindow += 1;
    const isNew = !this.#bySource.has(sourceAddress);
    const source = isNew && this.#bySource.size >= sourcesMax ? "others" : sourceAddress;
    const times = (this.#bySource.get(source) ?? 0) + 1;
    this.#bySource.set(source, times);
    return times;
  }

  #count(kind: keyof StrangerCounts): void {
    this.#total = { ...this.#total, [kind]: this.#total[kind] + 1 };
  }

  #tell(): void {
    const most = [...this.#bySource]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, sourcesToldMax);
    this.#log.warn(
      {
        invites: this.#inWindow,
        sources: this.#bySource.size,
        most: Object.fromEntries(most),
        sinceStart: this.#total,
      },
      "INVITEs of strangers",
    );
    this.#window = null;
    this.#bySource.clear();
    this.#inWindow = 0;
    this.#answeredInWindow = 0;
  }
}

import { type Clock, invariant, type Log, type Timer } from "@agentcall/base";

/** Something that has one frame to send in every frame time. */
export type PacedStream = {
  /** Its next frame says nothing: that one leaves a slot later. */
  readonly isSilent: boolean;
  /** Sends the next frame. `lateMs` is how long after its planned moment it is called. */
  sendFrame(nowMs: number, lateMs: number): void;
  /** The machine stood still for so long that these frames are left out. */
  skipFrames(count: number): void;
};

const frameMs = 20; // the packet time that every carrier takes
const slotMs = 5; // four slots: a quarter of the calls at once keeps the burst short (measured: 800 calls a core)
const slotCount = frameMs / slotMs;
// A stall up to this is caught up by sending what was missed at once: the far end's jitter buffer
// holds about as much. Beyond it the frames would only come too late.
const catchUpMsMax = 100;
const slotsCaughtUpMax = catchUpMsMax / slotMs;

/**
 * One clockwork for all calls of the process: every 5 ms one of four slots is due, and each call
 * of that slot sends one frame. The plan is reckoned from the start, so that it does not drift.
 *
 * A frame with nothing to say waits for one slot more. Words that come meanwhile go out in its
 * place, 20 ms earlier than in the next one: the first word waits for 15 ms at most. The price is a
 * gap of 25 ms behind what is said and one of 15 ms before it, which jitter buffers do not notice.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #slots: readonly Set<PacedStream>[] = Array.from({ length: slotCount }, () => new Set());
  /** Of the slot before, those that had nothing to say. */
  readonly #waiting = new Set<PacedStream>();
  #timer: Timer | null = null;
  #startMs = 0;
  #nextSlot = 0;
  #streamCount = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  get streamCount(): number {
    return this.#streamCount;
  }

  /** Whether the clockwork is running: it stands still when there is no call. */
  get isRunning(): boolean {
    return this.#timer !== null;
  }

  /** Gives the stream a place in the emptiest slot. What is returned takes it out, and may be called twice. */
  add(stream: PacedStream): () => void {
    const slot = this.#emptiestSlot();
    slot.add(stream);
    this.#streamCount += 1;
    if (this.#timer === null) this.#start();
    return () => {
      if (!slot.delete(stream)) return;
      this.#waiting.delete(stream);
      this.#streamCount -= 1;
      if (this.#streamCount === 0) this.#stop();
    };
  }

  #start(): void {
    this.#startMs = this.#clock.monotonicMs();
    this.#nextSlot = 0;
    this.#arm(this.#startMs);
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(nowMs: number): void {
    const dueMs = this.#startMs + this.#nextSlot * slotMs;
    this.#timer = this.#clock.after(Math.max(0, dueMs - nowMs), this.#turn);
  }

  readonly #turn = (): void => {
    const nowMs = this.#clock.monotonicMs();
    // A timer may fire a fraction of a millisecond early: half a slot belongs to the next one.
    let dueCount = Math.floor((nowMs - this.#startMs) / slotMs + 0.5) - this.#nextSlot + 1;
    if (dueCount > slotsCaughtUpMax) dueCount -= this.#leaveOut(dueCount);
    for (let turn = 0; turn < dueCount && this.#streamCount > 0; turn += 1) this.#runSlot(nowMs);
    if (this.#streamCount > 0) this.#arm(this.#clock.monotonicMs());
  };

  #runSlot(nowMs: number): void {
    const slot = this.#slots[this.#nextSlot % slotCount];
    invariant(slot !== undefined, "there are as many sets as slots");
    const lateMs = Math.max(0, nowMs - (this.#startMs + this.#nextSlot * slotMs));
    this.#nextSlot += 1;
    for (const stream of this.#waiting) this.#sendFrame(stream, nowMs, lateMs);
    this.#waiting.clear();
    for (const stream of slot) {
      if (stream.isSilent) this.#waiting.add(stream);
      else this.#sendFrame(stream, nowMs, lateMs);
    }
  }

  #sendFrame(stream: PacedStream, nowMs: number, lateMs: number): void {
    try {
      stream.sendFrame(nowMs, lateMs);
    } catch (error) {
      // One call's fault must not silence the others.
      this.#log.error({ err: error }, "a frame could not be sent");
    }
  }

  /** Leaves whole frame times out, so that each call misses the same number of frames. */
  #leaveOut(dueCount: number): number {
    const frames = Math.ceil((dueCount - slotsCaughtUpMax) / slotCount);
    this.#nextSlot += frames * slotCount;
    for (const slot of this.#slots) for (const stream of slot) stream.skipFrames(frames);
    this.#log.warn(
      { frames, stalledMs: dueCount * slotMs },
      "the process stood still; frames were left out",
    );
    return frames * slotCount;
  }

  #emptiestSlot(): Set<PacedStream> {
    const [first, ...others] = this.#slots;
    invariant(first !== undefined, "there is at least one slot");
    return others.reduce((least, slot) => (slot.size < least.size ? slot : least), first);
  }
}

import type { FileHandle } from "node:fs/promises";
import { type Clock, type Log, type Random, retryDelayMs, type Timer } from "@agentcall/base";
import {
  type RecordingOffer,
  type RecordingPiece,
  recordingPieceBytesMax,
  type RecordingProgress,
} from "@agentcall/contract";
import type { RecordingSpool, SpooledRecording } from "./recording-spool.ts";

/** The control plane as far as it takes recordings. Both reject when nobody answers. */
export type RecordingTaker = {
  offerRecording(offer: RecordingOffer): Promise<RecordingProgress>;
  sendRecordingPiece(piece: RecordingPiece): Promise<RecordingProgress>;
};

type RecordingUploaderOptions = {
  readonly spool: RecordingSpool;
  readonly taker: RecordingTaker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const retrySchedule = { firstMs: 500, maxMs: 30_000 } as const; // the files wait on disk; nobody is in a hurry
const roundsMax = 10; // a file that is asked for again and again is not whole at either end

/**
 * Brings recordings to the control plane: one after the other and a piece at a time, so that calls
 * on the same link wait for one piece at most. What could not be brought is tried again.
 */
export class RecordingUploader {
  readonly #options: RecordingUploaderOptions;
  readonly #waiting: SpooledRecording[] = [];
  #working: Promise<void> | null = null;
  #timer: Timer | null = null;
  #attempt = 0;
  #isClosed = false;

  constructor(options: RecordingUploaderOptions) {
    this.#options = options;
  }

  /** Recordings that the control plane does not have yet. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  add(recording: SpooledRecording): void {
    this.#waiting.push(recording);
    if (this.#timer === null) this.#work();
  }

  /** The link is up again: what waited for its next attempt is tried now. */
  nudge(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#work();
  }

  /** Stops after the piece under way; what is left stays on disk. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#working;
  }

  #work(): void {
    if (this.#isClosed) return;
    this.#working ??= this.#bringAll().finally(() => {
      this.#working = null;
    });
  }

  async #bringAll(): Promise<void> {
    const { clock, random, log } = this.#options;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const outcome = await this.#bring(next).catch((error: unknown) => {
        log.warn({ callId: next.callId, err: error }, "a recording could not be brought");
        return "later" as const;
      });
      if (this.#isClosed) return;
      // One that cannot be taken now does not keep the others waiting.
      this.#waiting.shift();
      if (outcome === "done") {
        this.#attempt = 0;
        continue;
      }
      this.#waiting.push(next);
      this.#attempt += 1;
      this.#timer = clock.after(retryDelayMs(retrySchedule, this.#attempt, random), () => {
        this.nudge();
      });
      return;
    }
  }

  async #bring({ callId, file, flaw }: SpooledRecording): Promise<"done" | "later"> {
    const { spool, taker, log } = this.#options;
    if (file === null) {
      const { kind } = await taker.offerRecording({ callId, bytes: 0, flaw });
      return kind === "done" ? "done" : "later";
    }
    const handle = await spool.read(file);
    try {
      const { size } = await handle.stat();
      const offer = { callId, bytes: size, flaw };
      if ((await this.#bringFile(handle, offer)) === "later") return "later";
    } finally {
      await handle.close();
    }
    await spool.forget(file);
    log.info({ callId, flaw }, "a recording was brought to the control plane");
    return "done";
  }

  /** Offers the file, sends what is missing, and offers it again until it is taken over. */
  async #bringFile(handle: FileHandle, offer: RecordingOffer): Promise<"done" | "later"> {
    const { taker } = this.#options;
    const buffer = Buffer.alloc(Math.min(offer.bytes, recordingPieceBytesMax));
    for (let round = 0; round < roundsMax; round += 1) {
      const offered = await taker.offerRecording(offer);
      if (offered.kind !== "stored") return offered.kind;
      for (let at = offered.bytes; at < offer.bytes;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        const data = buffer.toString("base64", 0, bytesRead);
        const sent = await taker.sendRecordingPiece({ callId: offer.callId, at, data });
        if (sent.kind === "done") return "done";
        if (sent.kind === "later" || sent.bytes === at || this.#isClosed) return "later";
        at = sent.bytes;
      }
    }
    return "later";
  }
}

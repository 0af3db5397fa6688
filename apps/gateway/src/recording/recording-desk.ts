import type { Clock, Log, Random, Secret } from "@agentcall/base";
import type { CallId, RecordingFlaw, RecordingPlan } from "@agentcall/contract";
import type { G711Codec } from "@agentcall/media";
import type { MediaTap } from "../rtp/media-tap.ts";
import { CallRecorder } from "./call-recorder.ts";
import type { WriteFlaw } from "./recording-writer.ts";
import { RecordingSpool } from "./recording-spool.ts";
import { type RecordingTaker, RecordingUploader } from "./recording-uploader.ts";

type RecordingDeskOptions = {
  readonly spoolDir: string;
  /** What of the disk is left to call events. */
  readonly reserveBytes: number;
  readonly taker: RecordingTaker;
  /** The data key that a plan's ticket stands for; null when it was taken. */
  readonly takeKey: (ticket: string) => Secret | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** The recording of a call that goes on. */
export type OngoingRecording = {
  readonly tap: MediaTap;
  /** Seals what is left. What happens to the file then is no longer the call's business. */
  end(): void;
};

/** Records the calls of a gateway, and brings the recordings to the control plane. */
export class RecordingDesk {
  readonly #options: RecordingDeskOptions;
  readonly #spool: RecordingSpool;
  readonly #uploader: RecordingUploader;
  readonly #finishing = new Set<Promise<void>>();

  private constructor(options: RecordingDeskOptions) {
    this.#options = options;
    this.#spool = RecordingSpool.open(options.spoolDir, options.reserveBytes, options);
    this.#uploader = new RecordingUploader({ ...options, spool: this.#spool });
  }

  /** Opens it with what a former life of this gateway has left. */
  static async open(options: RecordingDeskOptions): Promise<RecordingDesk> {
    const desk = new RecordingDesk(options);
    for (const left of await desk.#spool.left()) desk.#uploader.add(left);
    return desk;
  }

  /** Recordings that go on, and those that the control plane does not have yet. */
  get count(): number {
    return this.#spool.openCount + this.#uploader.waitingCount;
  }

  /** Or why the call cannot be recorded. */
  begin(callId: CallId, plan: RecordingPlan, codec: G711Codec): OngoingRecording | WriteFlaw {
    const { takeKey, clock } = this.#options;
    if (this.#spool.isFull) return "disk_full";
    const dataKey = takeKey(plan.dataKey);
    if (dataKey === null) return "write_failed"; // a key is there until its call ends
    const sink = this.#spool.begin(callId);
    const { pauseMs } = plan;
    const recorder = new CallRecorder({ callId, dataKey, codec, pauseMs, sink, clock });
    return {
      tap: recorder,
      end: () => {
        recorder.close();
        this.#finish(
          callId,
          sink.finish().then((spooled) => {
            this.#uploader.add(spooled);
          }),
        );
      },
    };
  }

  /** A call that was to be recorded was not. */
  skip(callId: CallId, flaw: RecordingFlaw): void {
    this.#uploader.add({ callId, file: null, flaw });
  }

  /** The control link is up. */
  linkUp(): void {
    this.#uploader.nudge();
  }

  /** Waits for what is being written; what was not brought stays on disk. May be called twice. */
  async close(): Promise<void> {
    await Promise.all(this.#finishing);
    await this.#uploader.close();
  }

  #finish(callId: CallId, finished: Promise<void>): void {
    const settled = finished.catch((error: unknown) => {
      this.#options.log.error({ callId, err: error }, "a recording could not be finished");
    });
    this.#finishing.add(settled);
    void settled.then(() => this.#finishing.delete(settled));
  }
}

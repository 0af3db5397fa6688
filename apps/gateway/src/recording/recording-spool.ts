import { mkdirSync } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, statfs } from "node:fs/promises";
import path from "node:path";
import type { Clock, Log } from "@agentcall/base";
import {
  type CallId,
  callIdSchema,
  type RecordingFlaw,
  recordingFlawSchema,
} from "@agentcall/contract";
import { RecordingWriter } from "./recording-writer.ts";

/** A recording that is over and waits for the control plane. */
export type SpooledRecording = {
  readonly callId: CallId;
  /** Null where nothing could be written. */
  readonly file: string | null;
  readonly flaw: RecordingFlaw | null;
};

/** Where a recording that goes on is written; `finish` resolves with what came of it. */
export type RecordingInProgress = {
  append(sealed: Uint8Array): void;
  finish(): Promise<SpooledRecording>;
};

const openEnd = ".open"; // its call goes on, or its gateway died
const wholeEnd = ".whole";
const roomKnownMs = 2_000; // a hundred calls write 3 MB meanwhile

/**
 * Sealed recordings on the gateway's disk until the control plane has them. A file's name says how
 * its call's recording ended, so that it is known after a crash as well.
 */
export class RecordingSpool {
  readonly #folder: string;
  readonly #reserveBytes: number;
  readonly #clock: Clock;
  readonly #log: Log;
  #room: { readonly untilMs: number; readonly hasRoom: Promise<boolean> } | null = null;
  #hadRoom = true;
  #openCount = 0;

  private constructor(options: {
    readonly folder: string;
    readonly reserveBytes: number;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#folder = options.folder;
    this.#reserveBytes = options.reserveBytes;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Opens the folder `recordings` of a gateway's spool. `reserveBytes` of the disk are left to call
   * events: a call without its record is worse than one without its recording.
   */
  static open(
    spoolDir: string,
    reserveBytes: number,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ): RecordingSpool {
    const folder = path.join(spoolDir, "recordings");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new RecordingSpool({ folder, reserveBytes, clock, log });
  }

  /** How many are being written. */
  get openCount(): number {
    return this.#openCount;
  }

  /** There was no room when it was last looked for, which this does anew for the next one to ask. */
  get isFull(): boolean {
    void this.#hasRoom().catch(() => false); // whoever writes is told
    return !this.#hadRoom;
  }

  /** What a former life has left, whether its calls had ended or not. Call before the first `begin`. */
  async left(): Promise<readonly SpooledRecording[]> {
    const names = await readdir(this.#folder);
    return names.flatMap((name) => {
      const found = /^(call_[0-9a-z]+)\.([a-z_]+)$/.exec(name);
      const callId = callIdSchema.safeParse(found?.[1]);
      if (!callId.success) return [];
      const flaw = recordingFlawSchema.safeParse(found?.[2]);
      const file = path.join(this.#folder, name);
      return [{ callId: callId.data, file, flaw: flaw.success ? flaw.data : null }];
    });
  }

  begin(callId: CallId): RecordingInProgress {
    const file = this.#pathOf(callId, openEnd);
    const writer = new RecordingWriter(file, () => this.#hasRoom());
    this.#openCount += 1;
    return {
      append: (sealed) => {
        writer.append(sealed);
      },
      finish: async () => {
        const flaw = await writer.close();
        this.#openCount -= 1;
        if (flaw !== null) this.#log.error({ callId, flaw }, "a recording is not complete");
        if (writer.writtenBytes === 0) return { callId, file: null, flaw };
        const name = this.#pathOf(callId, flaw === null ? wholeEnd : `.${flaw}`);
        await rename(file, name);
        return { callId, file: name, flaw };
      },
    };
  }

  /** For reading; the caller closes it. */
  read(file: string): Promise<FileHandle> {
    return open(file, "r");
  }

  /** The control plane has it for good, or does not want it. */
  async forget(file: string): Promise<void> {
    await rm(file, { force: true });
  }

  #pathOf(callId: CallId, end: string): string {
    return path.join(this.#folder, `${callId}${end}`);
  }

  /** Asked by every recording each second, and found out for all of them together. */
  #hasRoom(): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#room === null || nowMs >= this.#room.untilMs) {
      this.#room = { untilMs: nowMs + roomKnownMs, hasRoom: this.#lookForRoom() };
    }
    return this.#room.hasRoom;
  }

  async #lookForRoom(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.#folder);
    this.#hadRoom = bavail * bsize > this.#reserveBytes;
    return this.#hadRoom;
  }
}

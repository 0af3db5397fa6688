import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { AppError } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import type { ByteRange } from "./byte-range.ts";
import type { RecordingFiles } from "./recording-files.ts";
import type { RecordingStore } from "./recording-store.ts";
import { SealedAudio } from "./sealed-audio.ts";
import { WavView } from "./wav-view.ts";

/** A recording that is open; whoever has it closes it. */
export type OpenRecording = {
  /** Of the WAV file. */
  readonly totalBytes: number;
  /** The same for the same audio, and for no other. */
  readonly etag: string;
  /** Opened as they are read. The stream fails where a segment does not open. */
  read(range: ByteRange): Readable;
  close(): Promise<void>;
};

/** Opens recordings for those who may listen to them. In the clear they are on no disk. */
export class RecordingReader {
  readonly #store: RecordingStore;
  readonly #files: RecordingFiles;

  constructor(store: RecordingStore, files: RecordingFiles) {
    this.#store = store;
    this.#files = files;
  }

  /** Throws `recording_not_found`, `recording_unreadable` and `vault_sealed`. */
  async open(callId: CallId): Promise<OpenRecording> {
    const row = await this.#store.of(callId);
    if (row?.state !== "ready") throw notFound(row?.state ?? "none");
    const dataKey = await this.#store.dataKeyOf(callId);
    if (dataKey.kind === "sealed") {
      throw new AppError("vault_sealed", "The vault is sealed: unseal it to listen to recordings.");
    }
    const file = await this.#files.openWhole(callId);
    if (dataKey.kind !== "opened" || file === null) throw unreadable();
    try {
      return await openSealed(file, callId, dataKey.secret.reveal());
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The whole WAV file, which closes itself; null where there is none. Throws as `open` does else. */
  async openWav(callId: CallId): Promise<Readable | null> {
    if ((await this.#store.of(callId))?.state !== "ready") return null;
    const recording = await this.open(callId);
    const wav = recording.read({ from: 0, to: recording.totalBytes - 1 });
    wav.once("close", () => void recording.close());
    return wav;
  }
}

async function openSealed(
  file: FileHandle,
  callId: CallId,
  dataKey: string,
): Promise<OpenRecording> {
  const audio = await SealedAudio.open(file, callId, dataKey);
  if (audio === "not-a-recording") throw unreadable();
  const end = await audio.end(); // before a length is promised: nothing was cut off
  if (end === null) throw unreadable();
  const wav = new WavView(audio);
  return {
    totalBytes: wav.totalBytes,
    etag: `"${end.tag}"`,
    read: (range) => Readable.from(wav.read(range), { objectMode: false }),
    close: async () => {
      audio.close();
      await file.close();
    },
  };
}

const reasons = {
  none: "not_recorded",
  running: "not_ready",
  failed: "failed",
  deleted: "deleted",
} as const;

function notFound(state: keyof typeof reasons): AppError {
  return new AppError("recording_not_found", "There is no recording of this call.", {
    reason: reasons[state],
  });
}

function unreadable(): AppError {
  return new AppError("recording_unreadable", "The recording of this call does not open.");
}

import type { FileHandle } from "node:fs/promises";
import type { Log } from "@agentcall/base";
import type {
  CallId,
  RecordingFlaw,
  RecordingOffer,
  RecordingPiece,
  RecordingProgress,
} from "@agentcall/contract";
import type { RecordingFiles } from "./recording-files.ts";
import type { RecordingStore } from "./recording-store.ts";
import { SealedAudio } from "./sealed-audio.ts";

type RecordingIntakeOptions = {
  readonly store: RecordingStore;
  readonly files: RecordingFiles;
  readonly log: Log;
};

const done: RecordingProgress = { kind: "done" };
const later: RecordingProgress = { kind: "later" };
const samplesPerMs = 8;
const channels = 2;

/**
 * Takes the files of recordings in from the gateways, piece by piece, as they come again after
 * every interruption. A file whose writer stopped in the middle is ended here, for here is its key;
 * and each segment is opened once before the recording is called ready.
 */
export class RecordingIntake {
  readonly #options: RecordingIntakeOptions;
  /** Whose file did not open and is being sent once more. */
  readonly #sentAgain = new Set<CallId>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RecordingIntakeOptions) {
    this.#options = options;
  }

  /** Says what is missing of a file, and takes it over when nothing is. Rejects when the disk does. */
  onOffer(offer: RecordingOffer): Promise<RecordingProgress> {
    return this.#inTurn(() => this.#offered(offer));
  }

  /** Writes a piece where it belongs. One that does not join on is left out. Rejects when the disk does. */
  onPiece(piece: RecordingPiece): Promise<RecordingProgress> {
    return this.#inTurn(() => this.#pieceCame(piece));
  }

  /** One after the other: a gateway that came again may have asked before. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined); // whoever asked is told
    return turn;
  }

  async #offered({ callId, bytes, flaw }: RecordingOffer): Promise<RecordingProgress> {
    const { store, files } = this.#options;
    if (!(await this.#isWanted(callId))) return done;
    if (bytes === 0) {
      await store.fail(callId, flaw ?? "recovered");
      return done;
    }
    const part = await files.openPart(callId);
    try {
      const { size } = await part.stat();
      if (size < bytes) return { kind: "stored", bytes: size };
      if (size > bytes) return await startAgain(part);
      return await this.#close(part, callId, flaw);
    } finally {
      await part.close();
    }
  }

  async #pieceCame({ callId, at, data }: RecordingPiece): Promise<RecordingProgress> {
    if (!(await this.#isWanted(callId))) return done;
    const part = await this.#options.files.openPart(callId);
    try {
      const { size } = await part.stat();
      if (at !== size) return { kind: "stored", bytes: size };
      const bytes = Buffer.from(data, "base64");
      await part.write(bytes, 0, bytes.length, at);
      return { kind: "stored", bytes: (await part.stat()).size };
    } finally {
      await part.close();
    }
  }

  /** What nobody planned, has been taken over or was deleted meanwhile is not taken in. */
  async #isWanted(callId: CallId): Promise<boolean> {
    const { store, files } = this.#options;
    if ((await store.of(callId))?.state === "running") return true;
    await files.discardPart(callId);
    return false;
  }

  async #close(
    part: FileHandle,
    callId: CallId,
    flaw: RecordingFlaw | null,
  ): Promise<RecordingProgress> {
    const { store, files } = this.#options;
    const found = await store.dataKeyOf(callId);
    if (found.kind === "sealed") return later;
    const audio =
      found.kind === "opened"
        ? await SealedAudio.open(part, callId, found.secret.reveal())
        : "not-a-recording";
    if (audio === "not-a-recording") return this.#giveUp(callId, "damaged");
    try {
      const checked = await check(audio);
      if (checked.kind === "damaged" && !this.#sentAgain.has(callId)) {
        this.#sentAgain.add(callId); // the pieces may have been torn by a crash of ours
        return await startAgain(part);
      }
      if (checked.kind !== "complete") {
        if (checked.segments === 0) {
          return await this.#giveUp(callId, flawOf(checked.kind, flaw) ?? "damaged");
        }
        await audio.endAfter(checked.segments);
      }
      await part.sync();
      await files.keep(callId);
      this.#sentAgain.delete(callId);
      const audioMs = checked.audioBytes / channels / samplesPerMs;
      await store.ready(callId, Math.floor(audioMs), flawOf(checked.kind, flaw));
      return done;
    } finally {
      audio.close();
    }
  }

  /** Nothing of it can be listened to. */
  async #giveUp(callId: CallId, flaw: RecordingFlaw): Promise<RecordingProgress> {
    const { store, files, log } = this.#options;
    log.error({ callId, flaw }, "the file of a recording has nothing that opens");
    this.#sentAgain.delete(callId);
    await store.fail(callId, flaw);
    await files.discardPart(callId);
    return done;
  }
}

/** What of a file opens: `segments` of it, with this much audio. */
type Checked = {
  readonly kind: "complete" | "recovered" | "damaged";
  readonly segments: number;
  readonly audioBytes: number;
};

async function check(audio: SealedAudio): Promise<Checked> {
  const { header, layout } = audio;
  const end = await audio.end();
  const insideCount = end === null ? layout.wholeSegments : layout.segments - 1;
  for (let number = 0; number < insideCount; number += 1) {
    if ((await audio.inside(number)) !== null) continue;
    return { kind: "damaged", segments: number, audioBytes: number * header.segmentBytes };
  }
  if (end === null) {
    const audioBytes = insideCount * header.segmentBytes;
    return { kind: "recovered", segments: insideCount, audioBytes };
  }
  const { segments, audioBytes } = layout;
  return { kind: end.place === "last" ? "complete" : "recovered", segments, audioBytes };
}

/** What stopped the writer says more than that it stopped. */
function flawOf(kind: Checked["kind"], told: RecordingFlaw | null): RecordingFlaw | null {
  switch (kind) {
    case "complete":
      return told;
    case "recovered":
      return told ?? "recovered";
    case "damaged":
      return "damaged";
  }
}

async function startAgain(part: FileHandle): Promise<RecordingProgress> {
  await part.truncate(0);
  return { kind: "stored", bytes: 0 };
}

import {
  encodeG711,
  type G711Codec,
  generateTone,
  isAudible,
  PlayoutQueue,
  silenceByte,
} from "@agentcall/media";
import type { AudioDelta } from "@agentcall/realtime";
import type { FrameSource } from "../rtp/media-ends.ts";
import type { ItemProgress } from "./transcript.ts";

const prefillMs = 40; // two frames: the model's audio comes in bursts far ahead of real time
const capacityMs = 60_000; // the longest answer one may expect; beyond it is cut and counted

/** How much of an item was played when the caller broke in. */
type HeardItem = {
  readonly itemId: string;
  readonly receivedMs: number;
  readonly heardMs: number;
};

type Item = { receivedBytes: number; complete: boolean; cut: boolean };

const bytesPerMs = 8; // G.711 at 8 kHz

/** Where a delta is decoded on its way into a queue: one for the process, it is empty again at once. */
let room = new Uint8Array(16_384);

function roomFor(bytes: number): Uint8Array {
  if (room.length < bytes) room = new Uint8Array(bytes);
  return room;
}

/** What the model says, queued for the caller. */
export class Downlink implements FrameSource {
  readonly #queue: PlayoutQueue;
  readonly #codec: G711Codec;
  readonly #items = new Map<string, Item>();
  readonly #onFirstSpeech: () => void;
  #spokenFrames = 0;
  #ownItems = 0;
  #cutResponseId: string | null = null;
  #currentResponseId: string | null = null;

  /** `onFirstSpeech` is called when the first frame of speech is handed out. */
  constructor(codec: G711Codec, onFirstSpeech: () => void) {
    this.#queue = new PlayoutQueue({ codec, prefillMs, capacityMs });
    this.#codec = codec;
    this.#onFirstSpeech = onFirstSpeech;
  }

  get isSilent(): boolean {
    return this.#queue.isSilent;
  }

  get underruns(): number {
    return this.#queue.counters.underruns;
  }

  get overruns(): number {
    return this.#queue.counters.overruns;
  }

  /** Nothing is left to be heard, and no item is half there. */
  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  /** How much speech has been handed out since the call began, in milliseconds. */
  get spokenMs(): number {
    return this.#spokenFrames * frameMs;
  }

  /**
   * Queues audio of the model, and says whether it can be heard. `unwanted`: it belongs to an
   * answer that the caller broke into.
   */
  play(delta: AudioDelta): "audible" | "silent" | "unwanted" {
    if (delta.responseId === this.#cutResponseId) return "unwanted";
    const item = this.#itemOf(delta.itemId);
    if (item.cut) return "unwanted";
    this.#currentResponseId = delta.responseId;
    const bytes = delta.writeInto(roomFor(delta.bytes), 0);
    item.receivedBytes += this.#queue.push(delta.itemId, room, 0, bytes);
    return isAudible(this.#codec, room, 0, bytes) ? "audible" : "silent";
  }

  /** All audio of the item has come. */
  itemDone(itemId: string): void {
    this.#itemOf(itemId).complete = true;
    this.#queue.endItem(itemId);
  }

  /** Drops what is queued before the next frame. What is returned was being heard, or waited to be. */
  interrupt(): readonly HeardItem[] {
    const heard = this.#queue.clear();
    // Also when nothing is queued at this moment: what still comes of that answer is not wanted.
    this.#cutResponseId = this.#currentResponseId;
    for (const { itemId } of heard) this.#itemOf(itemId).cut = true;
    return heard.filter(({ itemId }) => !itemId.startsWith(ownItem));
  }

  progressOf(itemId: string): ItemProgress | null {
    const item = this.#items.get(itemId);
    if (item === undefined) return null;
    const receivedMs = Math.floor(item.receivedBytes / bytesPerMs);
    const heardMs = Math.min(receivedMs, Math.floor(this.#queue.playedMs(itemId)));
    return { receivedMs, heardMs, complete: item.complete };
  }

  pullFrame(
    into: Uint8Array,
    offset: number,
    bytes: number,
  ): "speech" | "silence" | "talkspurt-start" {
    const kind = this.#queue.pullFrame(into, offset, bytes);
    if (kind !== "silence") {
      if (this.#spokenFrames === 0) this.#onFirstSpeech();
      this.#spokenFrames += 1;
    }
    return kind;
  }

  /** The three rising tones that the telephone network plays when a call fails (ITU-T E.180, Q.35). */
  playErrorTones(): void {
    this.playPhrase(concatenated(errorTonesHz.map((each) => this.#tone([each], errorToneMs))));
  }

  /** Says G.711 of our own behind what is queued. It is no turn of the agent's. */
  playPhrase(bytes: Uint8Array): void {
    this.#ownItems += 1;
    const itemId = `${ownItem}${String(this.#ownItems)}`;
    this.#queue.push(itemId, bytes, 0, bytes.length);
    this.#queue.endItem(itemId);
  }

  /** What a caller hears while it rings at another place: one second in five (ITU-T E.180). */
  playRingback(): void {
    const pause = new Uint8Array(ringPauseMs * bytesPerMs).fill(silenceByte(this.#codec));
    for (let ring = 0; ring < ringsMax; ring += 1) {
      this.playPhrase(this.#tone([ringHz], ringMs));
      this.playPhrase(pause);
    }
  }

  /** Digits as a telephone's keys sound them (ITU-T Q.23), for a peer that takes no telephone events. */
  playDigits(digits: string): void {
    const pause = new Uint8Array(digitPauseMs * bytesPerMs).fill(silenceByte(this.#codec));
    for (const digit of digits) {
      const pair = digitTonesHz[digit];
      if (pair !== undefined) this.playPhrase(concatenated([this.#tone(pair, digitMs), pause]));
    }
  }

  /** Some frequencies at once. */
  #tone(frequenciesHz: readonly number[], ms: number): Uint8Array {
    const samples = new Int16Array(ms * bytesPerMs);
    const one = new Int16Array(samples.length);
    const amplitude = toneAmplitude / frequenciesHz.length;
    for (const frequencyHz of frequenciesHz) {
      generateTone({ frequencyHz, amplitude, samples: one, phase: 0 });
      for (let index = 0; index < one.length; index += 1) {
        samples[index] = (samples[index] ?? 0) + (one[index] ?? 0);
      }
    }
    const bytes = new Uint8Array(samples.length);
    encodeG711(this.#codec, samples, bytes);
    return bytes;
  }

  #itemOf(itemId: string): Item {
    const known = this.#items.get(itemId);
    if (known !== undefined) return known;
    const item = { receivedBytes: 0, complete: false, cut: false };
    this.#items.set(itemId, item);
    return item;
  }
}

const errorTonesHz = [950, 1_400, 1_800] as const;
const errorToneMs = 330;
const ownItem = "own-"; // the provider's items begin with "item_"
const frameMs = 20;
const ringHz = 425;
const ringMs = 1_000;
const ringPauseMs = 4_000;
const ringsMax = 6; // as long as we let it ring
const digitMs = 100; // exchanges want 40 ms
const digitPauseMs = 80;
const toneAmplitude = 6_000; // about -15 dBm0: heard, and not startling

/** The pairs of ITU-T Q.23, table 1. */
const digitTonesHz: Readonly<Record<string, readonly number[]>> = Object.fromEntries(
  ["1 2 3 A", "4 5 6 B", "7 8 9 C", "* 0 # D"].flatMap((row, rowAt) =>
    row
      .split(" ")
      .map((digit, columnAt) => [
        digit,
        [[697, 770, 852, 941][rowAt] ?? 0, [1_209, 1_336, 1_477, 1_633][columnAt] ?? 0],
      ]),
  ),
);

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

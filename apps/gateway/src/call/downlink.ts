import { encodeG711, type G711Codec, generateTone, PlayoutQueue } from "@agentcall/media";
import type { AudioDelta } from "@agentcall/realtime";
import type { FrameSource } from "../rtp/media-session.ts";
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
  #hasSpoken = false;
  #cutResponseId: string | null = null;
  #currentResponseId: string | null = null;

  /** `onFirstSpeech` is called when the first frame of speech is handed out. */
  constructor(codec: G711Codec, onFirstSpeech: () => void) {
    this.#queue = new PlayoutQueue({ codec, prefillMs, capacityMs });
    this.#codec = codec;
    this.#onFirstSpeech = onFirstSpeech;
  }

  get underruns(): number {
    return this.#queue.counters.underruns;
  }

  get overruns(): number {
    return this.#queue.counters.overruns;
  }

  /** Queues audio of the model. False when it belongs to an answer that the caller broke into. */
  play(delta: AudioDelta): boolean {
    if (delta.responseId === this.#cutResponseId) return false;
    const item = this.#itemOf(delta.itemId);
    if (item.cut) return false;
    this.#currentResponseId = delta.responseId;
    const bytes = delta.writeInto(roomFor(delta.bytes), 0);
    item.receivedBytes += this.#queue.push(delta.itemId, room, 0, bytes);
    return true;
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
    return heard.filter(({ itemId }) => itemId !== errorTonesItem);
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
    if (kind !== "silence" && !this.#hasSpoken) {
      this.#hasSpoken = true;
      this.#onFirstSpeech();
    }
    return kind;
  }

  /** The three rising tones that the telephone network plays when a call fails (ITU-T E.180, Q.35). */
  playErrorTones(): void {
    const samples = new Int16Array(toneSamples);
    const bytes = new Uint8Array(toneSamples);
    for (const frequencyHz of errorTonesHz) {
      generateTone({ frequencyHz, amplitude: toneAmplitude, samples, phase: 0 });
      encodeG711(this.#codec, samples, bytes);
      this.#queue.push(errorTonesItem, bytes, 0, bytes.length);
    }
    this.#queue.endItem(errorTonesItem);
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
const errorTonesItem = "error-tones";
const toneSamples = 2_640; // 330 ms
const toneAmplitude = 6_000; // about -15 dBm0: heard, and not startling

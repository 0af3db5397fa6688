import { type G711Codec, silenceByte } from "./g711.ts";

/** How much of an item had been played when the queue was cleared; `heardMs` is rounded down. */
export type HeardItem = {
  readonly itemId: string;
  readonly receivedMs: number;
  readonly heardMs: number;
};

export type PlayoutCounters = {
  framesPlayed: number;
  /** The queue ran dry in the middle of an item. */
  underruns: number;
  /** Bytes that did not fit any more. */
  overruns: number;
};

/** What a frame is made of; the first one after silence starts a talkspurt (RFC 3551 section 4.1). */
export type FrameKind = "speech" | "silence" | "talkspurt-start";

type Item = {
  readonly itemId: string;
  receivedBytes: number;
  playedBytes: number;
  /** Nothing more comes: all of it has arrived, or what was left has been dropped. */
  ended: boolean;
};

const bytesPerMs = 8; // G.711 at 8 kHz
const initialBytes = 16_384; // 2 s: most answers' head start; a call that never needs more keeps this
const rememberedItemsMax = 64; // items that were played or dropped and may still be asked about

/**
 * What the model said and the caller has not heard yet: G.711 bytes of one item after another.
 *
 * Audio comes in bursts far ahead of real time, so the queue holds up to `capacityMs`; its ring
 * grows as needed. A talkspurt begins when `prefillMs` are there, or its item is complete. Where
 * nothing is queued, frames of silence are handed out.
 */
export class PlayoutQueue {
  readonly counters: PlayoutCounters = { framesPlayed: 0, underruns: 0, overruns: 0 };
  readonly #silence: number;
  readonly #prefillBytes: number;
  readonly #capacityBytes: number;
  #ring = new Uint8Array(0);
  #readAt = 0;
  #queuedBytes = 0;
  #isTalking = false;
  /** Items with audio still to play, or of which more may come; then those that are done with. */
  readonly #open: Item[] = [];
  readonly #done: Item[] = [];

  constructor(options: { codec: G711Codec; prefillMs: number; capacityMs: number }) {
    this.#silence = silenceByte(options.codec);
    this.#prefillBytes = options.prefillMs * bytesPerMs;
    this.#capacityBytes = options.capacityMs * bytesPerMs;
  }

  get queuedMs(): number {
    return this.#queuedBytes / bytesPerMs;
  }

  /** Nothing is queued and nothing is being said. */
  get isIdle(): boolean {
    return this.#queuedBytes === 0 && !this.#isTalking;
  }

  /** The next frame is silence, whether because nothing is queued or not enough to begin with. */
  get isSilent(): boolean {
    return this.#queuedBytes === 0 || (!this.#isTalking && !this.#mayStart());
  }

  /** Queues audio behind what is there. Returns how many bytes were taken; the rest is counted. */
  push(itemId: string, source: Uint8Array, offset: number, bytes: number): number {
    const taken = Math.min(bytes, this.#capacityBytes - this.#queuedBytes);
    this.counters.overruns += bytes - taken;
    this.#makeRoom(taken);
    let writeAt = this.#readAt + this.#queuedBytes;
    if (writeAt >= this.#ring.length) writeAt -= this.#ring.length;
    const first = Math.min(taken, this.#ring.length - writeAt);
    this.#ring.set(source.subarray(offset, offset + first), writeAt);
    if (first < taken) this.#ring.set(source.subarray(offset + first, offset + taken), 0);
    this.#queuedBytes += taken;
    this.#itemToAppendTo(itemId).receivedBytes += taken;
    return taken;
  }

  /** Tells that all audio of the item has arrived. */
  endItem(itemId: string): void {
    // Its last part: an item that another one interrupted has ended parts before.
    const item = this.#open.findLast((open) => open.itemId === itemId);
    if (item === undefined) return;
    item.ended = true;
    this.#retirePlayed();
  }

  /** Writes one frame: speech, or silence where there is none; the last frame is filled up with silence. */
  pullFrame(into: Uint8Array, offset: number, frameBytes: number): FrameKind {
    if (this.isSilent) {
      this.#isTalking = false;
      into.fill(this.#silence, offset, offset + frameBytes);
      return "silence";
    }
    const bytes = Math.min(frameBytes, this.#queuedBytes);
    this.#copyOut(into, offset, bytes);
    if (bytes < frameBytes) into.fill(this.#silence, offset + bytes, offset + frameBytes);
    this.#countPlayed(bytes);
    this.counters.framesPlayed += 1;
    const kind = this.#isTalking ? "speech" : "talkspurt-start";
    this.#isTalking = true;
    this.#endTalkspurtWhenDry();
    return kind;
  }

  /** Drops all that is queued, and tells for each item that it hit how much of it was played. */
  clear(): readonly HeardItem[] {
    const heard = this.#open
      .filter((item) => item.playedBytes < item.receivedBytes)
      .map((item) => ({
        itemId: item.itemId,
        receivedMs: Math.floor(item.receivedBytes / bytesPerMs),
        heardMs: Math.floor(item.playedBytes / bytesPerMs),
      }));
    this.#queuedBytes = 0;
    this.#isTalking = false;
    for (const item of this.#open.splice(0)) this.#remember(item);
    return heard;
  }

  /** Milliseconds of the item that were played; 0 for an item that is not known, or no longer. */
  playedMs(itemId: string): number {
    const item =
      this.#open.find((open) => open.itemId === itemId) ??
      this.#done.findLast((done) => done.itemId === itemId);
    return item === undefined ? 0 : item.playedBytes / bytesPerMs;
  }

  #mayStart(): boolean {
    if (this.#queuedBytes === 0) return false;
    return this.#queuedBytes >= this.#prefillBytes || this.#headIsComplete();
  }

  /** The item at the head has all its audio: it was ended, or another one has begun behind it. */
  #headIsComplete(): boolean {
    return this.#open.length > 1 || this.#open[0]?.ended === true;
  }

  #endTalkspurtWhenDry(): void {
    if (this.#queuedBytes > 0) return;
    const last = this.#open.at(-1);
    // Dry in the middle of an item: the next audio is waited for as at the start.
    if (last !== undefined && !last.ended) this.counters.underruns += 1;
    this.#isTalking = false;
  }

  #itemToAppendTo(itemId: string): Item {
    const last = this.#open.at(-1);
    if (last?.itemId === itemId) return last;
    if (last !== undefined) last.ended = true;
    const item = { itemId, receivedBytes: 0, playedBytes: 0, ended: false };
    this.#open.push(item);
    return item;
  }

  #countPlayed(bytes: number): void {
    const first = this.#open[0];
    if (first !== undefined && first.receivedBytes - first.playedBytes > bytes) {
      first.playedBytes += bytes; // nearly always, and nothing ends by it
      return;
    }
    let left = bytes;
    for (const item of this.#open) {
      const played = Math.min(left, item.receivedBytes - item.playedBytes);
      item.playedBytes += played;
      left -= played;
      if (left === 0) break;
    }
    this.#retirePlayed();
  }

  #retirePlayed(): void {
    let head = this.#open[0];
    while (head !== undefined && head.ended && head.playedBytes === head.receivedBytes) {
      this.#open.shift();
      this.#remember(head);
      head = this.#open[0];
    }
  }

  #remember(item: Item): void {
    item.ended = true;
    this.#done.push(item);
    if (this.#done.length > rememberedItemsMax) this.#done.shift();
  }

  /** In two straight runs, up to the end of the ring and from its beginning. */
  #copyOut(into: Uint8Array, offset: number, bytes: number): void {
    const ring = this.#ring;
    const first = Math.min(bytes, ring.length - this.#readAt);
    into.set(ring.subarray(this.#readAt, this.#readAt + first), offset);
    if (first < bytes) into.set(ring.subarray(0, bytes - first), offset + first);
    this.#readAt += bytes;
    if (this.#readAt >= ring.length) this.#readAt -= ring.length;
    this.#queuedBytes -= bytes;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#queuedBytes + bytes;
    if (needed <= this.#ring.length) return;
    let length = Math.max(initialBytes, this.#ring.length);
    while (length < needed) length *= 2;
    const grown = new Uint8Array(Math.min(length, Math.max(this.#capacityBytes, needed)));
    const queued = this.#queuedBytes;
    this.#copyOut(grown, 0, queued);
    this.#ring = grown;
    this.#readAt = 0;
    this.#queuedBytes = queued;
  }
}

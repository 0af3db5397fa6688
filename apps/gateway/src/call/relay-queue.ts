import {
  type G711Codec,
  PlayoutQueue,
  silenceByte,
  transcodeG711,
  type UplinkSink,
} from "@agentcall/media";
import type { FrameSource } from "../rtp/media-ends.ts";

const prefillMs = 40; // the two legs' packets come at different moments of the 20 ms
const capacityMs = 400; // two clocks drift apart: what is behind by more is left out
const relayed = "relayed";

/** What one party says, on its way to the other. */
export class RelayQueue implements UplinkSink, FrameSource {
  readonly #queue: PlayoutQueue;
  readonly #from: G711Codec;
  readonly #to: G711Codec;
  #room = new Uint8Array(0);

  constructor(from: G711Codec, to: G711Codec) {
    this.#queue = new PlayoutQueue({ codec: to, prefillMs, capacityMs });
    this.#from = from;
    this.#to = to;
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

  audio(source: Uint8Array, offset: number, bytes: number): void {
    if (this.#room.length < bytes) this.#room = new Uint8Array(bytes);
    this.#room.set(source.subarray(offset, offset + bytes));
    transcodeG711(this.#from, this.#to, this.#room, 0, bytes);
    this.#queue.push(relayed, this.#room, 0, bytes);
  }

  silence(samples: number): void {
    this.#queue.push(relayed, new Uint8Array(samples).fill(silenceByte(this.#to)), 0, samples);
  }

  pullFrame(
    into: Uint8Array,
    offset: number,
    bytes: number,
  ): "speech" | "silence" | "talkspurt-start" {
    return this.#queue.pullFrame(into, offset, bytes);
  }
}

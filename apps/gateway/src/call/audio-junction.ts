import type { UplinkSink } from "@agentcall/media";
import type { FrameSource } from "../rtp/media-ends.ts";

/** Where a leg's audio goes to and comes from. It can be led elsewhere while the leg goes on. */
export class AudioJunction implements UplinkSink, FrameSource {
  #sink: UplinkSink;
  #source: FrameSource;

  constructor(sink: UplinkSink, source: FrameSource) {
    this.#sink = sink;
    this.#source = source;
  }

  lead(sink: UplinkSink, source: FrameSource): void {
    this.#sink = sink;
    this.#source = source;
  }

  get isSilent(): boolean {
    return this.#source.isSilent;
  }

  get underruns(): number {
    return this.#source.underruns;
  }

  get overruns(): number {
    return this.#source.overruns;
  }

  audio(source: Uint8Array, offset: number, bytes: number): void {
    this.#sink.audio(source, offset, bytes);
  }

  silence(samples: number): void {
    this.#sink.silence(samples);
  }

  pullFrame(
    into: Uint8Array,
    offset: number,
    bytes: number,
  ): "speech" | "silence" | "talkspurt-start" {
    return this.#source.pullFrame(into, offset, bytes);
  }
}

import { decodeG711, DtmfDetector, type G711Codec, type UplinkSink } from "@agentcall/media";

const samplesMax = 1_500; // no packet of G.711 is longer

/**
 * Hears keys that are pressed as tones, on the way to the sink, where no telephone events were
 * agreed. From when a key is heard its tones are silence to the sink; their first 25 ms have passed.
 */
export class InbandKeys implements UplinkSink {
  readonly #codec: G711Codec;
  readonly #sink: UplinkSink;
  readonly #onDigit: (digit: string) => void;
  readonly #detector = new DtmfDetector();
  readonly #samples = new Int16Array(samplesMax);
  isListening = false;

  constructor(codec: G711Codec, sink: UplinkSink, onDigit: (digit: string) => void) {
    this.#codec = codec;
    this.#sink = sink;
    this.#onDigit = onDigit;
  }

  audio(source: Uint8Array, offset: number, bytes: number): void {
    if (!this.isListening || bytes > samplesMax) {
      this.#sink.audio(source, offset, bytes);
      return;
    }
    const samples = this.#samples.subarray(0, bytes);
    decodeG711(this.#codec, source.subarray(offset, offset + bytes), samples);
    for (const digit of this.#detector.push(samples)) this.#onDigit(digit);
    if (this.#detector.isSounding) this.#sink.silence(bytes);
    else this.#sink.audio(source, offset, bytes);
  }

  silence(samples: number): void {
    this.#sink.silence(samples);
  }
}

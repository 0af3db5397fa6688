import { decodeG711, type G711Codec, type RtpHeader, SequenceUnwrapper } from "@agentcall/media";

const samplesMax = 8_000 * 1_800; // half an hour: no call of a phone for tests and demos is longer
const initialSamples = 8_000 * 10;

/** What the phone heard, laid out by the RTP timestamps: what was lost is silence. */
export class HeardAudio {
  #codec: G711Codec;
  readonly #unwrapper = new SequenceUnwrapper();
  readonly #frame = new Int16Array(1_500);
  #samples = new Int16Array(initialSamples);
  #length = 0;
  #firstTimestamp: number | null = null;
  #firstSequence = 0;
  #highestSequence = 0;
  #packets = 0;
  /** When each packet arrived, by the monotonic clock. */
  readonly arrivalsMs: number[] = [];

  constructor(codec: G711Codec) {
    this.#codec = codec;
  }

  /** From now on the far end speaks this law. */
  changeCodec(codec: G711Codec): void {
    this.#codec = codec;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Packets that the far end sent and that did not arrive. */
  get lostPackets(): number {
    return this.#packets === 0
      ? 0
      : this.#highestSequence - this.#firstSequence + 1 - this.#packets;
  }

  /** 8 kHz, from the first packet on. */
  get samples(): Int16Array {
    return this.#samples.slice(0, this.#length);
  }

  /** The last piece that was heard, at most this long, for judging its level. */
  last(samples: number): Int16Array {
    return this.#samples.subarray(Math.max(0, this.#length - samples), this.#length);
  }

  push(header: RtpHeader, packet: Uint8Array, atMs: number): void {
    const sequence = this.#unwrapper.unwrap(header.sequenceNumber);
    if (this.#firstTimestamp === null) {
      this.#firstTimestamp = header.timestamp;
      this.#firstSequence = sequence;
      this.#highestSequence = sequence;
    }
    this.#highestSequence = Math.max(this.#highestSequence, sequence);
    this.#packets += 1;
    this.arrivalsMs.push(atMs);
    const at = (header.timestamp - this.#firstTimestamp) | 0;
    const end = at + header.payloadBytes;
    if (at < 0 || end > samplesMax) return;
    this.#makeRoom(end);
    const payload = packet.subarray(
      header.payloadOffset,
      header.payloadOffset + header.payloadBytes,
    );
    decodeG711(this.#codec, payload, this.#frame);
    this.#samples.set(this.#frame.subarray(0, payload.length), at);
    this.#length = Math.max(this.#length, end);
  }

  #makeRoom(samples: number): void {
    if (samples <= this.#samples.length) return;
    const grown = new Int16Array(Math.max(samples, this.#samples.length * 2));
    grown.set(this.#samples);
    this.#samples = grown;
  }
}

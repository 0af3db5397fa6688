import { type AudioCodec, bytesPerMs, g711Powers } from "./audio-format.ts";

export type DetectorSettings = {
  /** 0 to 1 as the session says: the higher, the louder speech has to be. */
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceDurationMs: number;
};

export type SpeechEdge =
  | { readonly kind: "started"; readonly audioStartMs: number }
  | { readonly kind: "stopped"; readonly audioEndMs: number };

const frameMs = 20;
const onsetMs = 60; // a click or a tick of the line is shorter
const gateDbAtZero = -57; // threshold 0.5 opens at -42 dBFS: far under telephone speech (-20), over line noise (-60)
const gateDbSpan = 30;
const hysteresisDb = 6; // speech breathes: what has begun may become a little softer

const powers = { pcmu: g711Powers("pcmu"), pcma: g711Powers("pcma") };

/**
 * Finds speech by its level in frames of 20 ms, with an onset of 60 ms and hysteresis. A level
 * gate and not a model of speech: whatever is loud enough counts, a pure tone included, so that
 * tests can be measured and the same audio always gives the same edges. Time is the audio's
 * own: what was appended, not when.
 */
export class SpeechDetector {
  readonly #codec: AudioCodec;
  readonly #frameBytes: number;
  readonly #onEdge: (edge: SpeechEdge) => void;
  #settings: DetectorSettings;
  #openPower = 0;
  #closePower = 0;
  #speaking = false;
  #runMs = 0;
  #receivedBytes = 0;
  #frameFill = 0;
  #framePower = 0;
  #lowByte = 0;

  constructor(
    codec: AudioCodec,
    settings: DetectorSettings,
    onEdge: (edge: SpeechEdge) => void,
    startMs = 0,
  ) {
    this.#codec = codec;
    this.#frameBytes = frameMs * bytesPerMs(codec);
    this.#onEdge = onEdge;
    this.#settings = settings;
    this.#receivedBytes = Math.floor(startMs) * bytesPerMs(codec);
    this.configure(settings);
  }

  configure(settings: DetectorSettings): void {
    this.#settings = settings;
    const openDb = gateDbAtZero + gateDbSpan * settings.threshold;
    this.#openPower = 10 ** (openDb / 10);
    this.#closePower = 10 ** ((openDb - hysteresisDb) / 10);
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  get receivedMs(): number {
    return this.#receivedBytes / bytesPerMs(this.#codec);
  }

  /** Takes appended audio; calls `onEdge` where speech starts or stops. */
  push(audio: Uint8Array): void {
    if (this.#codec === "pcm") this.#pushPcm(audio);
    else this.#pushG711(audio, powers[this.#codec]);
  }

  /** Forgets speech under way: the buffer was committed or cleared by hand. */
  reset(): void {
    this.#speaking = false;
    this.#runMs = 0;
  }

  #pushG711(audio: Uint8Array, powerOf: Float64Array): void {
    for (const byte of audio) {
      this.#framePower += powerOf[byte] ?? 0;
      this.#advance();
    }
  }

  #pushPcm(audio: Uint8Array): void {
    for (const byte of audio) {
      if (this.#frameFill % 2 === 0) this.#lowByte = byte;
      else this.#framePower += ((((byte << 8) | this.#lowByte) << 16) / 2 ** 31) ** 2;
      this.#advance();
    }
  }

  #advance(): void {
    this.#receivedBytes += 1;
    this.#frameFill += 1;
    if (this.#frameFill < this.#frameBytes) return;
    const samples = this.#codec === "pcm" ? this.#frameBytes / 2 : this.#frameBytes;
    const power = this.#framePower / samples;
    this.#frameFill = 0;
    this.#framePower = 0;
    if (this.#speaking) this.#whileSpeaking(power);
    else this.#whileSilent(power);
  }

  #whileSilent(power: number): void {
    this.#runMs = power >= this.#openPower ? this.#runMs + frameMs : 0;
    if (this.#runMs < onsetMs) return;
    const audioStartMs = this.receivedMs - this.#runMs - this.#settings.prefixPaddingMs;
    this.#speaking = true;
    this.#runMs = 0;
    this.#onEdge({ kind: "started", audioStartMs: Math.max(0, Math.round(audioStartMs)) });
  }

  #whileSpeaking(power: number): void {
    this.#runMs = power < this.#closePower ? this.#runMs + frameMs : 0;
    if (this.#runMs < this.#settings.silenceDurationMs) return;
    this.#speaking = false;
    this.#runMs = 0;
    this.#onEdge({ kind: "stopped", audioEndMs: Math.round(this.receivedMs) });
  }
}

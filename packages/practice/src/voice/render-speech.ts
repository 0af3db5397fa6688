import { type Random, seededRandom } from "@agentcall/base";
import { type Phone, phonesOf } from "./phones.ts";

export type SpeechOptions = {
  readonly sampleRateHz: number;
  /** Any name: it decides the pitch. */
  readonly voice?: string;
  /** Where the breath's noise comes from; without it the same text gives the same samples. */
  readonly random?: Random;
};

const peak = 0.5; // of full scale: -6 dBFS, about -20 dBFS of level, as telephone speech has
const charactersMax = 4000; // about five minutes
const stepMs = 5; // the mouth moves slowly: its shape is reckoned this often
const glideMs = 25; // from one sound's shape to the next
const bandwidthsHz = [80, 110, 160] as const;

/**
 * Speaks a text as 16-bit samples: a source-filter synthesiser (a pulse train and noise
 * through three resonators). It sounds like somebody talking, with pitch, syllables and
 * pauses; words are not to be understood. No recorded voice is in it.
 */
export function renderSpeech(text: string, options: SpeechOptions): Int16Array {
  const { sampleRateHz } = options;
  const random = options.random ?? seededRandom(hashOf(text));
  const phones = phonesOf(text.slice(0, charactersMax));
  const voice = new Voice(sampleRateHz, basePitchHz(options.voice ?? "marin"), random);
  const totalMs = phones.reduce((sum, phone) => sum + phone.ms, 0) + 2 * glideMs;
  const samples = new Float64Array(Math.ceil((totalMs * sampleRateHz) / 1000));
  const stepSamples = Math.round((stepMs * sampleRateHz) / 1000);
  const timeline = timelineOf(phones);
  for (let at = 0; at < samples.length; at += stepSamples) {
    const atMs = (at * 1000) / sampleRateHz;
    voice.moveTo(timeline(atMs), atMs / totalMs, atMs);
    voice.speak(samples.subarray(at, at + stepSamples));
  }
  return normalised(samples);
}

function normalised(samples: Float64Array): Int16Array {
  let highest = 0;
  for (const sample of samples) highest = Math.max(highest, Math.abs(sample));
  const gain = highest === 0 ? 0 : (peak * 32_767) / highest;
  return Int16Array.from(samples, (sample) => Math.round(sample * gain));
}

const nobody: Phone = { ms: 1, voiced: 0, breath: 0, formantsHz: [500, 1500, 2500] };

/** Reads the sounds one after another; the times asked for must not go back. */
function timelineOf(phones: readonly Phone[]): (atMs: number) => Phone {
  let index = 0;
  let endsAtMs = phones[0]?.ms ?? 0;
  return (atMs) => {
    while (atMs >= endsAtMs && index < phones.length) {
      index += 1;
      endsAtMs += phones[index]?.ms ?? 0;
    }
    return phones[index] ?? nobody;
  };
}

/** Throat and mouth: what they are doing now, and the sound that comes of it. */
class Voice {
  readonly #sampleRateHz: number;
  readonly #basePitchHz: number;
  readonly #random: Random;
  readonly #resonators: readonly Resonator[];
  #voiced = 0;
  #breath = 0;
  #pitchHz: number;
  #phase = 0;
  #pulse = 0;

  constructor(rateHz: number, pitchHz: number, random: Random) {
    this.#sampleRateHz = rateHz;
    this.#basePitchHz = pitchHz;
    this.#pitchHz = pitchHz;
    this.#random = random;
    this.#resonators = bandwidthsHz.map((bandwidthHz) => new Resonator(rateHz, bandwidthHz));
  }

  moveTo(phone: Phone, progress: number, atMs: number): void {
    const share = stepMs / glideMs;
    this.#voiced += (phone.voiced - this.#voiced) * share;
    this.#breath += (phone.breath - this.#breath) * share;
    // The melody falls over the sentence and moves a little with each syllable.
    this.#pitchHz = this.#basePitchHz * (1.12 - 0.22 * progress + 0.07 * Math.sin(atMs / 170));
    this.#resonators.forEach((resonator, index) => {
      resonator.glideTo(phone.formantsHz[index] ?? 0, share);
    });
  }

  speak(into: Float64Array): void {
    for (let index = 0; index < into.length; index += 1) {
      this.#phase += this.#pitchHz / this.#sampleRateHz;
      if (this.#phase >= 1) this.#phase -= 1;
      // A rounded sawtooth: the throat opens slowly and closes at once.
      const glottis = this.#phase < 0.6 ? Math.sin((Math.PI * this.#phase) / 0.6) ** 2 : 0;
      const flow = glottis - this.#pulse;
      this.#pulse = glottis;
      let sound = flow * this.#voiced + (this.#random.unit() - 0.5) * this.#breath;
      for (const resonator of this.#resonators) sound = resonator.next(sound);
      into[index] = sound;
    }
  }
}

/** A second-order digital resonator with unity gain at 0 Hz. */
class Resonator {
  readonly #sampleRateHz: number;
  readonly #radius: number;
  #frequencyHz = 1000;
  #feedback = 0;
  #gain = 0;
  #last = 0;
  #beforeLast = 0;

  constructor(rateHz: number, bandwidthHz: number) {
    this.#sampleRateHz = rateHz;
    this.#radius = Math.exp((-Math.PI * bandwidthHz) / rateHz);
  }

  glideTo(frequencyHz: number, share: number): void {
    this.#frequencyHz +=
      (Math.min(frequencyHz, this.#sampleRateHz * 0.45) - this.#frequencyHz) * share;
    this.#feedback =
      2 * this.#radius * Math.cos((2 * Math.PI * this.#frequencyHz) / this.#sampleRateHz);
    this.#gain = 1 - this.#feedback + this.#radius ** 2;
  }

  next(input: number): number {
    const output =
      this.#gain * input + this.#feedback * this.#last - this.#radius ** 2 * this.#beforeLast;
    this.#beforeLast = this.#last;
    this.#last = output;
    return output;
  }
}

function basePitchHz(voice: string): number {
  return 105 + (hashOf(voice) % 100);
}

function hashOf(text: string): number {
  let hash = 2166136261; // FNV-1a
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  return hash >>> 0;
}

import type { Clock, Timer } from "@agentcall/base";
import type { AudioLeg } from "./audio-leg.ts";

const frameSamples = 160;
const speechLevel = 300; // of 32768: -40 dBFS, below any speech and above a quiet line
const quietMs = 900; // longer than the pauses between two sentences

/** Follows what the phone hears, to speak in turn as a polite caller does. */
export class SpeechWatch {
  readonly #clock: Clock;
  #lastSpeechAtMs: number | null = null;
  #stopWaiting: (() => void) | null = null;

  constructor(audio: AudioLeg, clock: Clock) {
    this.#clock = clock;
    audio.onPacket((heard) => {
      if (meanLevel(heard.last(frameSamples)) > speechLevel) {
        this.#lastSpeechAtMs = clock.monotonicMs();
      }
    });
  }

  /**
   * Resolves `spoken` when something was said after this moment and then ended, or `silence` when
   * nothing was said within `withinMs`. `ended()` resolves it at once with what is known.
   */
  async untilSaid(withinMs: number): Promise<"spoken" | "silence"> {
    const fromMs = this.#clock.monotonicMs();
    let spoken = false;
    while (!spoken || this.#quietForMs() < quietMs) {
      const last = this.#lastSpeechAtMs;
      spoken ||= last !== null && last >= fromMs;
      if (!spoken && this.#clock.monotonicMs() - fromMs >= withinMs) return "silence";
      if (spoken && this.#quietForMs() >= quietMs) break;
      if (await this.#pause()) break;
    }
    return spoken ? "spoken" : "silence";
  }

  /** The call is over: nobody waits any more. */
  end(): void {
    this.#stopWaiting?.();
  }

  #quietForMs(): number {
    return this.#clock.monotonicMs() - (this.#lastSpeechAtMs ?? Number.NEGATIVE_INFINITY);
  }

  /** One frame's time; true when the call ended meanwhile. */
  #pause(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer: Timer = this.#clock.after(20, () => {
        resolve(false);
      });
      this.#stopWaiting = () => {
        timer.cancel();
        resolve(true);
      };
    });
  }
}

function meanLevel(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += Math.abs(sample);
  return samples.length === 0 ? 0 : sum / samples.length;
}

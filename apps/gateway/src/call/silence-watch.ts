import type { Clock, Timer } from "@agentcall/base";

/**
 * Notices a model that hears a caller and says nothing: the caller has spoken, and nothing audible
 * came within the limit. While a tool is at work, or the caller speaks on, nobody is late.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onMute: () => void;
  #timer: Timer | null = null;

  constructor(clock: Clock, limitMs: number, onMute: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onMute = onMute;
  }

  /** The model is expected to speak: the caller has finished, or a tool has answered. */
  expect(): void {
    this.rest();
    this.#timer = this.#clock.after(this.#limitMs, () => {
      this.#timer = null;
      this.#onMute();
    });
  }

  /** Nothing is expected of the model now. May be called twice. */
  rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

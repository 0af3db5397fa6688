import type { TelephoneEvent } from "@agentcall/media";

const frameSamples = 160; // 20 ms
const pressedFrames = 5; // 100 ms: exchanges want 40 ms
const endPackets = 3; // RFC 4733 section 2.5.1.4
const pauseFrames = 3; // between two presses of the same key
const volume = 10; // dB below full scale, as telephones press
const waitingMax = 64; // more than one number has

/** Keys that are to be pressed at the other end, one frame after another. */
export class KeyPresses {
  #waiting = "";
  #frame = 0;

  /** Keys are still to be pressed, or let go. */
  get isPressing(): boolean {
    return this.#waiting !== "";
  }

  /** What does not fit is left out. */
  add(digits: string): void {
    this.#waiting = (this.#waiting + digits).slice(0, waitingMax);
  }

  /** What takes the place of the next frame; null where the voice goes on. */
  next(): { readonly event: TelephoneEvent; readonly frame: number } | null {
    if (!this.isPressing) return null;
    const digit = this.#waiting.charAt(0);
    const frame = this.#frame;
    this.#frame += 1;
    if (frame >= pressedFrames + endPackets) {
      if (frame + 1 < pressedFrames + endPackets + pauseFrames) return null;
      this.#waiting = this.#waiting.slice(1);
      this.#frame = 0;
      return null;
    }
    // The three last packets say the same: whichever arrives ends the press.
    const frames = Math.min(frame + 1, pressedFrames);
    const ended = frame >= pressedFrames;
    const durationSamples = frames * frameSamples;
    return { event: { digit, ended, volume, durationSamples }, frame };
  }
}

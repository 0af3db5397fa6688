import type { Clock, Timer } from "@agentcall/base";
import type { SessionReport } from "@agentcall/realtime";
import type { ModelHandlers, ModelSession } from "./call-ports.ts";
import type { Downlink } from "./downlink.ts";

type AnnouncerOptions = {
  readonly downlink: Downlink;
  /** G.711 of what is said without a model. */
  readonly phrase: Uint8Array;
  /** Opens a session that says this text; null where the provider would not speak. */
  readonly speak: ((handlers: ModelHandlers) => ModelSession) | null;
  readonly clock: Clock;
  /** Told once, when it has been heard. */
  readonly onDone: () => void;
};

const firstAudioMsMax = 2_500; // the caller has been waiting before this

/**
 * Says the last words of a call: through the model where it can still speak, else the standard
 * phrase. The tones that the network plays for a failed call come first, so that the ear is drawn
 * to it.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #session: ModelSession | null = null;
  #timer: Timer | null = null;
  /** All that will be said is in the queue. */
  #isQueued = false;
  #isDone = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  begin(): void {
    const { speak, clock } = this.#options;
    if (speak === null) {
      this.#sayPhrase();
      return;
    }
    this.#timer = clock.after(firstAudioMsMax, () => {
      this.#sayPhrase();
    });
    this.#session = speak({
      onAudio: (delta) => {
        if (this.#isQueued || this.#options.downlink.play(delta) !== "audible") return;
        this.#timer?.cancel();
      },
      onReport: (report) => {
        this.#onReport(report);
      },
    });
    this.#session.open();
  }

  /** A frame was played. */
  frameSent(): void {
    if (this.#isDone || !this.#isQueued || !this.#options.downlink.isIdle) return;
    this.#isDone = true;
    this.close();
    this.#options.onDone();
  }

  /** Leaves what is queued to be played. May be called twice. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#session?.close();
    this.#session = null;
  }

  #onReport(report: SessionReport): void {
    if (this.#isQueued) return;
    if (report.kind === "item-audio-done") {
      this.#options.downlink.itemDone(report.itemId);
      this.#isQueued = true;
    } else if (report.kind === "failed" || report.kind === "closed") this.#sayPhrase();
  }

  #sayPhrase(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.close();
    this.#options.downlink.playErrorTones();
    this.#options.downlink.playPhrase(this.#options.phrase);
  }
}

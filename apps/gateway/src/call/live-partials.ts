import type { CallId, LiveEvent } from "@agentcall/contract";
import type { SessionReport } from "@agentcall/realtime";

type SpokenPartial = Extract<SessionReport, { kind: "transcript-partial" }>;

/** The words of a conversation as they grow: they come in bursts of many a second, and are told when asked. */
export class LivePartials {
  readonly #callId: CallId;
  readonly #tellLive: (event: LiveEvent) => void;
  /** What is to be told of each item; a newer text takes the older one's place. */
  readonly #partials = new Map<string, SpokenPartial>();
  #sequence = 0;

  constructor(callId: CallId, tellLive: (event: LiveEvent) => void) {
    this.#callId = callId;
    this.#tellLive = tellLive;
  }

  grown(partial: SpokenPartial): void {
    this.#partials.set(partial.itemId, partial);
  }

  /** Tells what has grown since the last time. */
  tell(): void {
    for (const { itemId, speaker, text } of this.#partials.values()) {
      const sequence = this.#sequence;
      this.#sequence += 1;
      this.#tellLive({
        kind: "transcript.partial",
        callId: this.#callId,
        itemId,
        speaker,
        text,
        sequence,
      });
    }
    this.#partials.clear();
  }
}

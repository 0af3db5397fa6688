import type { CallId, LiveEvent } from "@agentcall/contract";
import type { SessionReport } from "@agentcall/realtime";

type SpokenPartial = Extract<SessionReport, { kind: "transcript-partial" }>;

const finishedMax = 64; // the model goes on writing what the caller has cut, for an answer or two

/**
 * The words of a conversation as they grow: they come in bursts of many a second, and are told when
 * asked. Partials and finished turns are counted together, and no partial of a turn comes after it.
 */
export class LivePartials {
  readonly #callId: CallId;
  readonly #tellLive: (event: LiveEvent) => void;
  /** What is to be told of each item; a newer text takes the older one's place. */
  readonly #partials = new Map<string, SpokenPartial>();
  readonly #finished = new Set<string>();
  #sequence = 0;

  constructor(callId: CallId, tellLive: (event: LiveEvent) => void) {
    this.#callId = callId;
    this.#tellLive = tellLive;
  }

  grown(partial: SpokenPartial): void {
    if (!this.#finished.has(partial.itemId)) this.#partials.set(partial.itemId, partial);
  }

  /** The turn is told now, with the sequence that this returns. */
  finished(itemId: string): number {
    this.#partials.delete(itemId);
    this.#finished.add(itemId);
    for (const oldest of this.#finished) {
      if (this.#finished.size <= finishedMax) break;
      this.#finished.delete(oldest);
    }
    return this.#next();
  }

  /** Tells what has grown since the last time. */
  tell(): void {
    if (this.#partials.size === 0) return;
    for (const { itemId, speaker, text } of this.#partials.values()) {
      this.#tellLive({
        kind: "transcript.partial",
        callId: this.#callId,
        itemId,
        speaker,
        text,
        sequence: this.#next(),
      });
    }
    this.#partials.clear();
  }

  #next(): number {
    const sequence = this.#sequence;
    this.#sequence += 1;
    return sequence;
  }
}

import type { Speaker, Turn } from "@agentcall/contract";

/** How much of an item's audio has come from the model, and how much of it the caller has heard. */
export type ItemProgress = {
  readonly receivedMs: number;
  readonly heardMs: number;
  /** All of its audio has come. */
  readonly complete: boolean;
};

export type SpokenText = {
  readonly itemId: string;
  readonly previousItemId: string | null;
  readonly speaker: Speaker;
  /** The whole text so far. */
  readonly text: string;
};

type TranscriptOptions = {
  readonly progressOf: (itemId: string) => ItemProgress | null;
  readonly tell: (turn: Turn) => void;
};

type Answer = {
  readonly spoken: SpokenText;
  /** The model has said all of it. */
  readonly final: boolean;
  readonly startedAtMs: number | null;
};

const speechStartsMax = 16; // noise begins a turn, too, of which no words come

/**
 * Makes turns of what was said. The caller's turns are told as they come. The agent's turns are
 * told when they have been heard to their end, or cut at the place where the caller broke in:
 * the model is seconds ahead of the ear.
 */
export class Transcript {
  readonly #options: TranscriptOptions;
  readonly #answers = new Map<string, Answer>();
  readonly #cut = new Map<string, ItemProgress>();
  readonly #told = new Set<string>();
  /** When each of the caller's turns began: its words come later, and another may have begun by then. */
  readonly #speechStarts = new Map<string, number>();
  #speechStartedAtMs = 0;

  constructor(options: TranscriptOptions) {
    this.#options = options;
  }

  /** Whether an answer waits to be heard to its end. */
  get isWaiting(): boolean {
    return this.#answers.size > 0;
  }

  /** The caller began to speak, in milliseconds since the answer. */
  speechStarted(atMs: number, itemId: string | null): void {
    this.#speechStartedAtMs = atMs;
    if (itemId === null) return;
    this.#speechStarts.set(itemId, atMs);
    for (const oldest of this.#speechStarts.keys()) {
      if (this.#speechStarts.size <= speechStartsMax) break;
      this.#speechStarts.delete(oldest);
    }
  }

  partial(spoken: SpokenText): void {
    if (spoken.speaker === "ai") this.#keep(spoken, false);
  }

  final(spoken: SpokenText): void {
    if (spoken.speaker === "human") {
      this.#tell(spoken, spoken.text, {
        startedAtMs: this.#speechStarts.get(spoken.itemId) ?? this.#speechStartedAtMs,
        heardMs: null,
        interrupted: false,
      });
      return;
    }
    this.#keep(spoken, true);
    const cut = this.#cut.get(spoken.itemId);
    if (cut !== undefined) this.#tellCut(spoken.itemId, cut);
  }

  /** The playout has moved on to `atMs` since the answer: tells what has been heard to its end. */
  heard(atMs: number): void {
    for (const [itemId, answer] of this.#answers) {
      const progress = this.#options.progressOf(itemId);
      if (progress === null || progress.heardMs === 0) continue;
      // A frame counts as heard when it is sent, so that the first one seems to come before the answer.
      const startedAtMs = answer.startedAtMs ?? Math.max(0, Math.round(atMs - progress.heardMs));
      if (answer.startedAtMs === null) this.#answers.set(itemId, { ...answer, startedAtMs });
      if (!answer.final || !progress.complete || progress.heardMs < progress.receivedMs) continue;
      this.#answers.delete(itemId);
      this.#tell(answer.spoken, answer.spoken.text, {
        startedAtMs,
        heardMs: progress.heardMs,
        interrupted: false,
      });
    }
  }

  /** The caller broke in: of this item only so much was heard. */
  interrupted(itemId: string, progress: ItemProgress): void {
    this.#cut.set(itemId, progress);
    if (this.#answers.has(itemId)) this.#tellCut(itemId, progress);
  }

  /** What the agent is saying at this moment, as far as it has been heard. */
  unfinished(): readonly { readonly speaker: Speaker; readonly text: string }[] {
    return [...this.#answers].flatMap(([itemId, { spoken }]) => {
      const progress = this.#options.progressOf(itemId);
      const text = progress === null ? "" : textHeard(spoken.text, progress);
      return text === "" || progress?.heardMs === 0 ? [] : [{ speaker: spoken.speaker, text }];
    });
  }

  /** The call is over: what was half heard is cut there. */
  end(atMs: number): void {
    this.heard(atMs);
    for (const itemId of [...this.#answers.keys()]) {
      const progress = this.#options.progressOf(itemId);
      if (progress !== null) this.#tellCut(itemId, progress);
    }
    this.#answers.clear();
  }

  #keep(spoken: SpokenText, final: boolean): void {
    if (this.#told.has(spoken.itemId)) return;
    const startedAtMs = this.#answers.get(spoken.itemId)?.startedAtMs ?? null;
    this.#answers.set(spoken.itemId, { spoken, final, startedAtMs });
  }

  #tellCut(itemId: string, progress: ItemProgress): void {
    const answer = this.#answers.get(itemId);
    if (answer === undefined) return;
    this.#answers.delete(itemId);
    if (progress.heardMs === 0) return; // queued, and never heard: it was not said
    const text = textHeard(answer.spoken.text, progress);
    const startedAtMs = answer.startedAtMs ?? 0;
    this.#tell(answer.spoken, text, { startedAtMs, heardMs: progress.heardMs, interrupted: true });
  }

  #tell(
    spoken: SpokenText,
    text: string,
    how: Pick<Turn, "startedAtMs" | "heardMs" | "interrupted">,
  ): void {
    this.#told.add(spoken.itemId);
    const { itemId, previousItemId, speaker } = spoken;
    this.#options.tell({ itemId, previousItemId, speaker, text, ...how });
  }
}

/**
 * The part of an answer's text that was heard, at a word's end. The model does not say when each
 * word is spoken, so that the share of the text is taken to be the share of the audio.
 */
export function textHeard(
  text: string,
  progress: { readonly heardMs: number; readonly receivedMs: number },
): string {
  if (progress.receivedMs === 0 || progress.heardMs >= progress.receivedMs) return text;
  const chars = Math.floor((text.length * progress.heardMs) / progress.receivedMs);
  if (/\s/.test(text.charAt(chars))) return text.slice(0, chars).trimEnd();
  const wordEnd = text.slice(0, chars).search(/\s\S*$/);
  return wordEnd === -1 ? "" : text.slice(0, wordEnd).trimEnd();
}

import type { Turn } from "@agentcall/contract";
import type { SpokenLine } from "@agentcall/realtime";

const linesMax = 60; // half an hour of talk: what is older is rarely referred to
const charsMax = 16_000; // about 4,000 tokens, which each later response pays for

/** What was said in a call and heard by the other side, for a session that takes another's place. */
export class ConversationMemory {
  readonly #turns = new Map<string, SpokenLine>();

  /** Remembers a turn; told again, it takes the place of the former. */
  add({ itemId, speaker, text }: Turn): void {
    if (text === "") return;
    this.#turns.set(itemId, { speaker, text });
    for (const oldest of this.#turns.keys()) {
      if (this.#turns.size <= linesMax) break;
      this.#turns.delete(oldest);
    }
  }

  /** The newest lines that fit, the oldest of them first; `unfinished` is being heard at this moment. */
  lines(unfinished: readonly SpokenLine[]): readonly SpokenLine[] {
    const all = [...this.#turns.values(), ...unfinished];
    let chars = 0;
    let from = all.length;
    while (from > 0 && chars + (all[from - 1]?.text.length ?? 0) <= charsMax) {
      from -= 1;
      chars += all[from]?.text.length ?? 0;
    }
    return all.slice(from);
  }
}

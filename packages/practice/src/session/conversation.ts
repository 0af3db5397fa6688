/** An item as it goes over the wire, and what the server alone knows of it. */
export type StoredItem = {
  readonly id: string;
  wire: Readonly<Record<string, unknown>>;
  readonly isAgentAudio: boolean;
  /** Audio of it that has been sent to the client. */
  sentMs: number;
};

const itemsMax = 4000; // an hour of turns of a second each

/** The items of a conversation, in order. */
export class Conversation {
  readonly #items: StoredItem[] = [];

  get isFull(): boolean {
    return this.#items.length >= itemsMax;
  }

  get lastId(): string | null {
    return this.#items.at(-1)?.id ?? null;
  }

  get last(): StoredItem | null {
    return this.#items.at(-1) ?? null;
  }

  find(id: string): StoredItem | null {
    return this.#items.find((item) => item.id === id) ?? null;
  }

  idBefore(id: string): string | null {
    const at = this.#items.findIndex((item) => item.id === id);
    return this.#items[at - 1]?.id ?? null;
  }

  /** Puts an item after another (null: at the end, "root": first); answers the id before it. */
  insert(item: StoredItem, afterId: string | null): string | null {
    const at = afterId === null ? this.#items.length : this.#positionAfter(afterId);
    this.#items.splice(at, 0, item);
    return this.#items[at - 1]?.id ?? null;
  }

  delete(id: string): boolean {
    const at = this.#items.findIndex((item) => item.id === id);
    if (at !== -1) this.#items.splice(at, 1);
    return at !== -1;
  }

  #positionAfter(id: string): number {
    return id === "root" ? 0 : this.#items.findIndex((item) => item.id === id) + 1;
  }
}

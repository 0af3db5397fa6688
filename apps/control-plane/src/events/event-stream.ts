import type { Clock } from "@agentcall/base";
import type { LiveMessage } from "@agentcall/contract";

type Listener = (message: LiveMessage) => void;

const keptMessagesMax = 1_000; // a browser that was away for a minute catches up; more is on disk anyway
export const listenersMax = 100; // consoles and scripts of one company

/** What happens now, told to whoever listens. The last thousand messages are kept for those who return. */
export class EventStream {
  readonly #clock: Clock;
  readonly #kept: { readonly sequence: number; readonly message: LiveMessage }[] = [];
  readonly #listeners = new Set<Listener>();
  /** Ids of another life of this process are not continued: they begin with when it began. */
  readonly #epoch: string;
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#epoch = clock.nowMs().toString(36);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  publish(event: LiveMessage["event"], data: Readonly<Record<string, unknown>>): void {
    this.#sequence += 1;
    const message: LiveMessage = {
      id: `${this.#epoch}-${String(this.#sequence)}`,
      event,
      timestamp: new Date(this.#clock.nowMs()).toISOString(),
      data,
    };
    this.#kept.push({ sequence: this.#sequence, message });
    if (this.#kept.length > keptMessagesMax) this.#kept.shift();
    for (const listener of this.#listeners) listener(message);
  }

  /** The messages after this id; all that are kept where the id is not known any more. */
  since(lastEventId: string): readonly LiveMessage[] {
    const [epoch, sequence] = lastEventId.split("-");
    const after = epoch === this.#epoch ? Number(sequence) : 0;
    return this.#kept.filter((kept) => !(kept.sequence <= after)).map(({ message }) => message);
  }

  /** Calls `listener` with each message until what is returned is called. Null when too many listen. */
  listen(listener: Listener): (() => void) | null {
    if (this.#listeners.size >= listenersMax) return null;
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

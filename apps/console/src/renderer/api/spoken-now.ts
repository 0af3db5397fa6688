import type { LiveMessage } from "@agentcall/contract";
import { useSyncExternalStore } from "react";
import { liveEvents } from "./live-events.ts";
import { type SpokenPart, spokenPartOf } from "./spoken-part.ts";

/** What is being said on a call, by turn, in the order in which it began. */
export type SpokenParts = ReadonlyMap<string, SpokenPart>;

const none: SpokenParts = new Map();
const callsMax = 500; // more than an appliance carries; the call that was silent longest is forgotten

/**
 * What is said on every call, from the moment the page listens. It is kept for the whole page, so
 * that a call which is opened in the middle of an answer shows that answer from its first word.
 */
export class SpokenNow {
  readonly #calls = new Map<string, SpokenParts>();
  readonly #listeners = new Set<() => void>();

  partsOf(callId: string): SpokenParts {
    return this.#calls.get(callId) ?? none;
  }

  take(message: LiveMessage): void {
    const part = spokenPartOf(message);
    if (part === null) return;
    const former = this.partsOf(part.callId);
    this.#calls.delete(part.callId); // and to the end, as the one that spoke last
    this.#calls.set(part.callId, new Map(former).set(part.itemId, part));
    const [silent] = this.#calls.keys();
    if (this.#calls.size > callsMax && silent !== undefined) this.#calls.delete(silent);
    for (const listener of this.#listeners) listener();
  }

  /** Told when something was said; returns what stops it. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const spokenNow = new SpokenNow();

/** Keeps what is spoken from now on, whichever screen is open; returns what ends it. */
export function keepWhatIsSpoken(): () => void {
  return liveEvents.listen((message) => {
    spokenNow.take(message);
  });
}

/** What is being said on a call, with what was said since the page was opened. */
export function useSpokenParts(callId: string): SpokenParts {
  return useSyncExternalStore(
    (changed) => spokenNow.watch(changed),
    () => spokenNow.partsOf(callId),
  );
}

import { type LiveMessage, liveMessageSchema } from "@agentcall/contract";
import { type Clock, systemClock } from "../../shared/time.ts";
import { ApiError, send } from "./api-client.ts";
import { SseReader } from "./sse-reader.ts";

/** How the page stands with the appliance. */
export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** What is on the screen is from before `sinceMs`. */
  | { readonly kind: "stale"; readonly sinceMs: number; readonly sentence: string };

const silenceMsMax = 12_000; // the appliance gives a sign of life every five seconds
const firstRetryMs = 500;
const retryMsMax = 10_000;

/**
 * The appliance's event stream, opened again whenever it ends: at once when the computer wakes or
 * the network is back, otherwise after 0.5 to 10 s. One for the page; nothing is missed, since a
 * new connection names the last event seen.
 */
class LiveEvents {
  readonly #clock: Clock;
  readonly #listeners = new Set<(message: LiveMessage) => void>();
  readonly #stateListeners = new Set<() => void>();
  #state: LiveState = { kind: "connecting" };
  #lastSignMs: number;
  #lastEventId: string | null = null;
  #failures = 0;
  #running: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(clock: Clock = systemClock()) {
    this.#clock = clock;
    this.#lastSignMs = clock.nowMs();
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Told of each message; returns what stops it. */
  listen(listener: (message: LiveMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told when `state` changes; returns what stops it. */
  watch(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Opens the stream and keeps it open; returns what ends it. */
  start(): () => void {
    const running = new AbortController();
    this.#running?.abort();
    this.#running = running;
    const retryNow = (): void => this.#wake?.();
    globalThis.addEventListener("online", retryNow);
    globalThis.addEventListener("focus", retryNow);
    void this.#run(running.signal);
    return () => {
      running.abort();
      globalThis.removeEventListener("online", retryNow);
      globalThis.removeEventListener("focus", retryNow);
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const sentence = await this.#readOnce(signal);
      if (signal.aborted) return;
      this.#failures += 1;
      this.#change({ kind: "stale", sinceMs: this.#lastSignMs, sentence });
      await this.#pause(Math.min(retryMsMax, firstRetryMs * 2 ** (this.#failures - 1)));
    }
  }

  /** Reads one connection to its end, and says in a sentence why it ended. */
  async #readOnce(signal: AbortSignal): Promise<string> {
    const attempt = new AbortController();
    const stop = (): void => {
      attempt.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
    let watchdog = this.#clock.after(silenceMsMax, stop);
    try {
      const answer = await send("GET", "/v1/events", {
        signal: attempt.signal,
        headers: {
          accept: "text/event-stream",
          ...(this.#lastEventId === null ? {} : { "last-event-id": this.#lastEventId }),
        },
      });
      const sse = new SseReader();
      const reader = answer.body?.getReader();
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
        watchdog.cancel();
        watchdog = this.#clock.after(silenceMsMax, stop);
        this.#sign();
        for (const data of sse.take(part.value)) this.#tell(data);
      }
      return "The appliance ended the connection.";
    } catch (error) {
      return error instanceof ApiError ? error.message : "The appliance does not answer.";
    } finally {
      watchdog.cancel();
      signal.removeEventListener("abort", stop);
      attempt.abort();
    }
  }

  #sign(): void {
    this.#failures = 0;
    this.#lastSignMs = this.#clock.nowMs();
    if (this.#state.kind !== "live") this.#change({ kind: "live" });
  }

  #tell(data: string): void {
    const message = liveMessageSchema.safeParse(parseJson(data));
    if (!message.success) return; // an event of a newer appliance
    this.#lastEventId = message.data.id;
    for (const listener of this.#listeners) listener(message.data);
  }

  #pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(forMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #change(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The one stream of this page. */
export const liveEvents = new LiveEvents();

import type { ProviderRefusal } from "./provider-refusal.ts";
import type { ResponseStatus } from "./server-event.ts";
import type { TokenUsage } from "./token-usage.ts";

/** A contribution to the conversation. `text` is all of it so far, as it was spoken, not as far as it was heard. */
export type SpokenItem = {
  readonly itemId: string;
  readonly previousItemId: string | null;
  readonly speaker: "human" | "ai";
  readonly text: string;
};

/** What a session tells its call. `closed` comes once and last, also after `failed`. */
export type SessionReport =
  | { readonly kind: "opened" }
  /** The settings stand: audio may be appended, and the greeting is asked for. */
  | { readonly kind: "ready" }
  | { readonly kind: "response-started"; readonly responseId: string }
  | { readonly kind: "item-started"; readonly responseId: string; readonly itemId: string }
  | { readonly kind: "item-audio-done"; readonly itemId: string }
  /** Generated, not heard: the audio may still be playing for many seconds. */
  | {
      readonly kind: "response-done";
      readonly responseId: string;
      readonly status: ResponseStatus;
      readonly usage: TokenUsage | null;
    }
  /** Milliseconds of appended audio, not of time. The item is the one that the words will become. */
  | {
      readonly kind: "speech-started";
      readonly audioStartMs: number;
      readonly itemId: string | null;
    }
  | { readonly kind: "speech-stopped" }
  | ({ readonly kind: "transcript-partial" } & SpokenItem)
  | ({ readonly kind: "turn" } & SpokenItem)
  | {
      readonly kind: "tool-call";
      readonly itemId: string;
      readonly previousItemId: string | null;
      readonly callId: string;
      readonly name: string;
      readonly argumentsJson: string;
    }
  | ({ readonly kind: "usage" } & TokenUsage)
  | { readonly kind: "failed"; readonly reason: ProviderRefusal; readonly message: string }
  | { readonly kind: "closed" };

import type { ProviderFault } from "./provider-refusal.ts";
import type { TokenUsage } from "./token-usage.ts";

/** What the provider says, as far as a telephone call needs it. Audio goes another way. */
export type ServerEvent =
  | { readonly type: "session.created"; readonly expiresAtSecs: number | null }
  | { readonly type: "session.updated" }
  | { readonly type: "error"; readonly fault: ProviderFault; readonly eventId: string | null }
  | {
      readonly type: "input_audio_buffer.speech_started";
      readonly audioStartMs: number;
      readonly itemId: string | null;
    }
  | { readonly type: "input_audio_buffer.speech_stopped" }
  /** An item has its place in the conversation (`committed` for the caller's, `added` for all). */
  | {
      readonly type: "item-placed";
      readonly itemId: string;
      readonly previousItemId: string | null;
      /** Nobody says it: a text of ours, or what came of a tool call. */
      readonly isWritten: boolean;
    }
  | { readonly type: "caller-transcript.delta"; readonly itemId: string; readonly text: string }
  | {
      readonly type: "caller-transcript.done";
      readonly itemId: string;
      readonly text: string;
      readonly usage: TokenUsage | null;
    }
  | {
      readonly type: "caller-transcript.failed";
      readonly itemId: string;
      readonly fault: ProviderFault;
    }
  | { readonly type: "response.created"; readonly responseId: string }
  | {
      readonly type: "response.output_item.added";
      readonly responseId: string;
      readonly itemId: string;
      readonly isMessage: boolean;
    }
  | {
      readonly type: "response.output_audio.done";
      readonly responseId: string;
      readonly itemId: string;
    }
  | {
      readonly type: "agent-transcript.delta";
      readonly responseId: string;
      readonly itemId: string;
      readonly text: string;
    }
  | {
      readonly type: "agent-transcript.done";
      readonly responseId: string;
      readonly itemId: string;
      readonly text: string;
    }
  | {
      readonly type: "function-call";
      readonly responseId: string;
      readonly itemId: string;
      readonly callId: string;
      readonly name: string;
      readonly argumentsJson: string;
    }
  | {
      readonly type: "response.done";
      readonly responseId: string;
      readonly status: ResponseStatus;
      readonly fault: ProviderFault | null;
      readonly usage: TokenUsage | null;
    }
  /** Known, or new in the protocol, and of no consequence for a call. */
  | { readonly type: "other"; readonly name: string }
  /** A frame that is not the protocol's. */
  | { readonly type: "malformed"; readonly detail: string };

export const responseStatuses = ["completed", "cancelled", "failed", "incomplete"] as const;
export type ResponseStatus = (typeof responseStatuses)[number];

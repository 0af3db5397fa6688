import type { G711Codec } from "@agentcall/media";

/**
 * The model where a number names none. `gpt-realtime` and `gpt-realtime-mini` are switched off
 * on 2027-01-20 (provider's deprecation list): they work when chosen, and only until then. The
 * model stands in the address of the session and nowhere else.
 */
export const defaultRealtimeModel = "gpt-realtime-2.1";

/** A function that the model may call. */
export type ToolDefinition = {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** How one session is to be. Everything is sent: the provider's defaults differ between its models. */
export type SessionConfig = {
  readonly model: string;
  readonly instructions: string;
  readonly voice: string;
  /** ISO 639-1, or `auto`. Tells the transcription what to expect. */
  readonly language: string;
  readonly codec: G711Codec;
  /** What the agent says first, word for word; null lets it greet in its own words. */
  readonly firstMessage: string | null;
  /** Whether the agent speaks as soon as the settings stand. A session that takes another's place does not. */
  readonly greets: boolean;
  readonly tools: readonly ToolDefinition[];
  readonly transcriptionModel: string;
  readonly turnDetection: {
    readonly kind: "server-vad";
    /** 0 to 1: how loud speech must be. */
    readonly threshold: number;
    readonly prefixPaddingMs: number;
    readonly silenceDurationMs: number;
  };
};

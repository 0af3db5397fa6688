import type { SessionUpdateEvent } from "openai/resources/realtime/realtime";
import type { SessionConfig } from "./session-config.ts";

/** The event id of our settings, by which the provider names them should it refuse them. */
export const sessionUpdateEventId = "session-update";

/**
 * The settings of the session. Voice, formats and turn detection are always sent, because the
 * defaults differ between models (200 or 500 ms of silence, another voice). The model is not
 * sent: it cannot be changed after the connection, and stands in the address.
 */
export function sessionUpdate(config: SessionConfig): SessionUpdateEvent {
  const { turnDetection, tools } = config;
  // No `rate`: the service refuses it as an unknown parameter for G.711, which has only one.
  const format =
    config.codec === "pcmu" ? ({ type: "audio/pcmu" } as const) : ({ type: "audio/pcma" } as const);
  return {
    type: "session.update",
    event_id: sessionUpdateEventId,
    session: {
      type: "realtime",
      instructions: config.instructions,
      output_modalities: ["audio"],
      audio: {
        input: {
          format,
          transcription: {
            model: config.transcriptionModel,
            ...(config.language === "auto" ? {} : { language: config.language }),
          },
          turn_detection: {
            type: "server_vad",
            threshold: turnDetection.threshold,
            prefix_padding_ms: turnDetection.prefixPaddingMs,
            silence_duration_ms: turnDetection.silenceDurationMs,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format, voice: config.voice },
      },
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function" as const,
        name,
        description,
        parameters,
      })),
      tool_choice: "auto",
    },
  };
}

import type { EventRefusal } from "./client-event.ts";

// What the real service says to events that have the right shape and come at the wrong time.

export const sessionExpired: EventRefusal = {
  code: "session_expired",
  message: "Your session hit the maximum duration of 60 minutes.",
  param: null,
};

export const tokenExpired: EventRefusal = {
  code: "invalid_api_key",
  message: "Ephemeral token expired",
  param: null,
};

export const binaryFrame: EventRefusal = {
  code: "invalid_event",
  message: "Expected a text WebSocket message.",
  param: null,
};

export const notBase64: EventRefusal = {
  code: "invalid_value",
  message: "Invalid 'audio'. Expected base64-encoded audio bytes.",
  param: "audio",
};

export const onlyOtherTransports: EventRefusal = {
  code: "invalid_value",
  message: "output_audio_buffer.clear is only for WebRTC and SIP connections.",
  param: "type",
};

/** A commit of less than 100 ms. */
export function bufferTooSmall(bufferMs: number): EventRefusal {
  const message = `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${bufferMs.toFixed(2)}ms of audio.`;
  return { code: "input_audio_buffer_commit_empty", message, param: null };
}

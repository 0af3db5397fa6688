import type { AudioDelta } from "./audio-delta.ts";
import type { ClientEvent } from "./client-event.ts";
import type { ServerEvent } from "./server-event.ts";

/** One WebSocket to the provider, opened once and closed once. */
export type RealtimeTransport = {
  open(): void;
  send(event: ClientEvent): void;
  /** Appends G.711 to the model's input. The bytes are read before this returns. */
  sendAudio(audio: Uint8Array, offset: number, bytes: number): void;
  /** May be called at any time and twice. `code` is a WebSocket close code (RFC 6455 §7.4), 1000 if left out. */
  close(code?: number): void;
  /** What is written and not yet taken by the network. */
  readonly bufferedBytes: number;
};

/** The provider answered the upgrade with something else than 101. */
export type UpgradeRefusal = {
  readonly httpStatus: number;
  /** The beginning of the body: enough for a JSON error. */
  readonly body: string;
  readonly retryAfterSecs: number | null;
};

/**
 * What a transport tells. Exactly one of `onRefused`, `onClosed` and `onFailed` ends it, and
 * nothing comes after that.
 */
export type TransportHandlers = {
  onOpen(): void;
  onEvent(event: ServerEvent): void;
  onAudio(delta: AudioDelta): void;
  onRefused(refusal: UpgradeRefusal): void;
  onClosed(close: { readonly code: number; readonly reason: string }): void;
  onFailed(error: Error): void;
};

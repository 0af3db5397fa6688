import type { AudioDelta } from "./audio-delta.ts";
import type { ClientEvent } from "./client-event.ts";
import type { ProviderFault } from "./provider-refusal.ts";
import type { UpgradeRefusal } from "./realtime-transport.ts";
import type { ServerEvent } from "./server-event.ts";
import type { SessionConfig } from "./session-config.ts";
import type { SessionReport } from "./session-report.ts";

/** Where a session stands. */
export type SessionState =
  | { readonly kind: "new"; readonly config: SessionConfig }
  /** The socket is being opened, or the settings are on their way: no audio may be sent yet. */
  | { readonly kind: "opening"; readonly config: SessionConfig; readonly trouble: Trouble }
  | {
      readonly kind: "ready";
      readonly config: SessionConfig;
      readonly trouble: Trouble;
      readonly talk: Talk;
    }
  | { readonly kind: "ended" };

/** What has gone wrong and not ended the session. */
export type Trouble = {
  /** The provider's last error: a close that follows may say less than it. */
  readonly lastFault: ProviderFault | null;
  readonly malformedFrames: number;
};

/** The conversation as the client must know it. Every list in it is bounded. */
export type Talk = {
  readonly response: ResponseSlot;
  /** Asked for while another response is being made: one at a time. */
  readonly waiting: readonly ResponseRequest[];
  /** Whose audio is not wanted any more; the newest last. */
  readonly cancelledResponseIds: readonly string[];
  /** The item whose audio is coming. Apart from the others, because it changes with every delta. */
  readonly current: ItemAudio | null;
  readonly past: readonly ItemAudio[];
  /** The item before it that was spoken, or that called a tool. */
  readonly previousItemIds: ReadonlyMap<string, string | null>;
  /** Items that nobody says, and the one before: whoever names such an item means that one. */
  readonly writtenItemIds: ReadonlyMap<string, string | null>;
  /** Texts that are not complete yet. */
  readonly texts: ReadonlyMap<string, OpenText>;
  /** The server answers by itself when the caller has finished: nothing is asked for meanwhile. */
  readonly isCallerSpeaking: boolean;
  readonly requestCount: number;
};

export type ResponseRequest = {
  readonly kind: "greeting" | "resume" | "continue";
  /** A failed response is asked for a second time, not a third. */
  readonly isRetry: boolean;
};

export type ResponseSlot =
  | { readonly kind: "idle" }
  /** Asked for, and not there yet. `unwanted`: the caller speaks meanwhile; it is cancelled when it comes. */
  | {
      readonly kind: "requested";
      readonly request: ResponseRequest;
      readonly eventId: string;
      readonly unwanted: boolean;
    }
  /** `eventId` is that of our request, null where the server made the response by itself. */
  | {
      readonly kind: "active";
      readonly responseId: string;
      readonly request: ResponseRequest;
      readonly eventId: string | null;
    }
  /** A response failed; it is asked for again when the timer rings. */
  | { readonly kind: "retrying"; readonly request: ResponseRequest };

export type ItemAudio = {
  readonly responseId: string;
  readonly itemId: string;
  readonly receivedBytes: number;
  readonly complete: boolean;
};

export type OpenText = {
  readonly speaker: "human" | "ai";
  readonly responseId: string | null;
  readonly text: string;
};

/** How much of an item was played when the caller broke in, both in milliseconds. */
export type HeardItem = {
  readonly itemId: string;
  readonly heardMs: number;
  readonly receivedMs: number;
};

/** What was said in a conversation before this session: the agent's part as far as it was heard. */
export type SpokenLine = { readonly speaker: "human" | "ai"; readonly text: string };

export type SessionTimer = "ready" | "retry";

/** What can happen to a session. */
export type SessionInput =
  | { readonly kind: "open" }
  | { readonly kind: "opened" }
  | { readonly kind: "event"; readonly event: ServerEvent }
  | { readonly kind: "audio"; readonly delta: AudioDelta }
  | { readonly kind: "refused"; readonly refusal: UpgradeRefusal }
  | { readonly kind: "lost"; readonly code: number; readonly reason: string }
  | { readonly kind: "broken"; readonly error: Error }
  | { readonly kind: "timer"; readonly timer: SessionTimer }
  | { readonly kind: "interrupted"; readonly heard: readonly HeardItem[] }
  | { readonly kind: "tool-output"; readonly callId: string; readonly output: string }
  | { readonly kind: "user-text"; readonly text: string }
  | { readonly kind: "recall"; readonly lines: readonly SpokenLine[]; readonly speak: boolean }
  | { readonly kind: "close" };

/** What a session does. */
export type SessionAction =
  | { readonly kind: "open-transport" }
  | { readonly kind: "send"; readonly event: ClientEvent }
  | { readonly kind: "report"; readonly report: SessionReport }
  /** The delta of the input may be played. */
  | { readonly kind: "pass-audio" }
  | { readonly kind: "start-timer"; readonly timer: SessionTimer; readonly afterMs: number }
  | { readonly kind: "stop-timer"; readonly timer: SessionTimer }
  | { readonly kind: "close-transport"; readonly code: number }
  | {
      readonly kind: "log";
      readonly level: "debug" | "warn";
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export type SessionStep = {
  readonly state: SessionState;
  readonly actions: readonly SessionAction[];
};

import type { Clock, Log, Random } from "@agentcall/base";
import type {
  CallEvent,
  CallId,
  CallPlan,
  EndCause,
  LiveEvent,
  PlanOutcome,
} from "@agentcall/contract";
import type { G711Codec } from "@agentcall/media";
import type { AudioDelta, SessionReport } from "@agentcall/realtime";
import type { CallOffer } from "../control/control-link.ts";
import type { Pacer } from "../rtp/pacer.ts";
import type { OpenRtp } from "../rtp/rtp-endpoint.ts";

/** What a call needs of the control plane. */
export type CallControl = {
  offer(offer: CallOffer): Promise<PlanOutcome>;
  withdraw(callId: CallId): void;
  /** Resolves when the event is on disk. */
  record(event: CallEvent): Promise<void>;
  keepDraft(event: CallEvent): Promise<void>;
  live(event: LiveEvent): void;
};

/** What a call needs of its session with the model. */
export type ModelSession = {
  open(): void;
  appendAudio(bytes: Uint8Array, offset: number, length: number): void;
  interrupted(heard: readonly { itemId: string; heardMs: number; receivedMs: number }[]): void;
  sendUserText(text: string): void;
  /** May be called twice. */
  close(): void;
};

export type ModelHandlers = {
  readonly onReport: (report: SessionReport) => void;
  readonly onAudio: (delta: AudioDelta) => void;
};

export type MakeModelSession = (
  plan: CallPlan,
  codec: G711Codec,
  callId: CallId,
  handlers: ModelHandlers,
) => ModelSession;

/** The world of a call. Tests give another one. */
export type CallPorts = {
  readonly openRtp: OpenRtp;
  readonly pacer: Pacer;
  readonly control: CallControl;
  readonly makeModelSession: MakeModelSession;
  /** Why no call is taken at this moment, or null. */
  readonly refusalNow: () => EndCause | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

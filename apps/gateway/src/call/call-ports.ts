import type { Clock, Log, Random } from "@agentcall/base";
import type {
  CallEvent,
  CallId,
  CallPlan,
  EndCause,
  LiveEvent,
  PlanOutcome,
  ToolOutcome,
} from "@agentcall/contract";
import type { G711Codec } from "@agentcall/media";
import type { AudioDelta, SessionReport, SpokenLine } from "@agentcall/realtime";
import type { CallOffer, ToolCall } from "../control/control-link.ts";
import type { Invite } from "../sip/sip-leg.ts";
import type { RecordingPorts } from "./call-recording.ts";
import type { Phrases } from "./phrases.ts";
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
  /** Has a tool of the customer's carried out. Rejects when nobody could be asked. */
  callTool(callId: CallId, call: ToolCall): Promise<ToolOutcome>;
};

/** What a call needs of its session with the model. */
export type ModelSession = {
  open(): void;
  appendAudio(bytes: Uint8Array, offset: number, length: number): void;
  interrupted(heard: readonly { itemId: string; heardMs: number; receivedMs: number }[]): void;
  sendUserText(text: string): void;
  sendToolOutput(toolCallId: string, output: string): void;
  /** Tells a session that takes another's place what was said before. */
  recall(lines: readonly SpokenLine[], speak: boolean): void;
  /** May be called twice. */
  close(): void;
};

export type ModelHandlers = {
  readonly onReport: (report: SessionReport) => void;
  readonly onAudio: (delta: AudioDelta) => void;
};

export type SessionRequest = {
  /** Its ticket is for the key that the session is opened with. */
  readonly plan: CallPlan;
  readonly codec: G711Codec;
  readonly callId: CallId;
  /** Whether the agent speaks as soon as the session is ready. */
  readonly greets: boolean;
};

export type MakeModelSession = (request: SessionRequest, handlers: ModelHandlers) => ModelSession;

/** Times of a call that are settings of the gateway. */
export type CallTiming = {
  /** The caller has spoken, and the model says nothing that can be heard. */
  readonly muteAfterMs: number;
  /** The first words of the agent are not broken into: a "hello?" at the answer is no interruption. */
  readonly greetingProtectedMs: number;
  /** When another session is opened ahead of the provider's limit of an hour. */
  readonly replaceSessionAfterMs: number;
};

/** Our leg to another party, to whom a caller is handed over. */
export type FarLeg = {
  /** BYE, or CANCEL where it still rings. May be called twice. */
  hangUp(): void;
};

export type FarLegHandlers = {
  onAnswered(sdp: string): void;
  onFailed(sipStatus: number): void;
  onHungUp(): void;
};

export type DialRequest = {
  readonly callId: CallId;
  readonly to: string;
  /** The caller's leg: a number is dialled where the call came from. */
  readonly invite: Invite;
  readonly sdp: string;
};

/** The world of a call. Tests give another one. */
export type CallPorts = {
  readonly openRtp: OpenRtp;
  readonly pacer: Pacer;
  readonly control: CallControl;
  readonly makeModelSession: MakeModelSession;
  readonly recordings: RecordingPorts;
  readonly phrases: Phrases;
  readonly timing: CallTiming;
  readonly dial: (request: DialRequest, handlers: FarLegHandlers) => FarLeg;
  /** Why no call is taken at this moment, or null. */
  readonly refusalNow: () => EndCause | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

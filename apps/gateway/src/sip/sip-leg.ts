import type { CallId, EndCause, TrunkId } from "@agentcall/contract";
import type { G711Codec, SrtpPolicy } from "@agentcall/media";

/** What of its trunk's settings a call goes by. */
export type CallTrunk = {
  readonly trunkId: TrunkId;
  /** What our session descriptions name in place of our own address. */
  readonly publicAddress: string | null;
  /** The codecs spoken, the preferred one first; null takes the caller's order. */
  readonly codecs: readonly G711Codec[] | null;
  readonly srtp: SrtpPolicy;
};

/** What an INVITE says, read once at the border. */
export type Invite = {
  readonly callId: CallId;
  readonly sipCallId: string;
  /** As presented by the caller, in E.164 where it can be told. */
  readonly from: string;
  /** As dialled, in E.164 where it can be told. */
  readonly to: string;
  /** Where the INVITE came from. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** The offer; empty where the caller wants ours, and answers it with the ACK (RFC 3264 section 4). */
  readonly sdp: string;
  readonly trunk: CallTrunk;
  /** What else the caller's side said, such as `divertedFrom`. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** A final answer other than 200. */
export type SipRefusal = {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSecs: number | null;
  /** One sentence for whoever reads the trace on the other side (RFC 3261 section 20.43). */
  readonly warning?: string;
};

/** Our side of one SIP dialog. No method throws, and each may be called at any time. */
export type SipLeg = {
  /** 180 Ringing. */
  ring(): void;
  /** The final answer of a call that is not taken. */
  refuse(refusal: SipRefusal): void;
  /** 200 OK with our session description; `onAnswered` or `onAnswerFailed` follows. */
  answer(sdp: string): void;
  /** Asks the caller's side to call this party itself; `onRefer` tells what came of it. */
  refer(to: string): void;
  /** BYE, at once or as soon as the dialog stands. */
  hangUp(cause: EndCause): void;
};

/** The answer to a re-INVITE. */
export type Reoffer = {
  readonly sdp: string;
  accept(sdp: string): void;
  refuse(refusal: SipRefusal): void;
};

/** What may happen to a leg. */
export type SipLegHandlers = {
  onCancelled(): void;
  onAnswered(): void;
  onAnswerFailed(error: unknown): void;
  /** The ACK came; `sdp` is what it answers to an offer of ours, or empty. */
  onConfirmed(sdp: string): void;
  onBye(): void;
  onAckTimeout(): void;
  /** Nobody on the caller's side answered the refresh of the session, or made it (RFC 4028). */
  onSignallingLost(): void;
  onReoffer(reoffer: Reoffer): void;
  onRefer(result: "accepted" | "done" | "refused"): void;
};

/** Takes a new call; what it returns is told what happens to the leg from then on. */
export type TakeInvite = (invite: Invite, leg: SipLeg) => SipLegHandlers;

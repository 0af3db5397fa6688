import type { CallId, Direction, EndCause, TrunkId } from "@agentcall/contract";
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

/** What the INVITE of a call says: theirs, read once at the border, or ours. */
export type Invite = {
  readonly callId: CallId;
  readonly direction: Direction;
  readonly sipCallId: string;
  /** As presented by the caller, in E.164 where it can be told. */
  readonly from: string;
  /** As dialled, in E.164 where it can be told. */
  readonly to: string;
  /** Where the INVITE came from; empty of one of ours, as is its SIP Call-ID until it is sent. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** The offer; empty where it is ours, to be answered with the ACK or the 200 (RFC 3264 section 4). */
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
  /**
   * 200 OK with our session description; `onAnswered` or `onAnswerFailed` follows. Of a call that we
   * place: the INVITE with it, and `onRinging`, `onAnswered` or `onRefused` follow.
   */
  answer(sdp: string): void;
  /** Asks the other side to call this number or SIP URI itself; `onRefer` tells what came of it. */
  refer(to: string): void;
  /** BYE, at once or as soon as the dialog stands; CANCEL where it rings at the other side. */
  hangUp(cause: EndCause): void;
};

/** The answer to a re-INVITE. */
export type Reoffer = {
  readonly sdp: string;
  accept(sdp: string): void;
  refuse(refusal: SipRefusal): void;
};

/** The last word of the other side to our INVITE. */
export type LegRefusal = {
  readonly sipStatus: number;
  /** In the words of Q.850, where it told them. */
  readonly q850Cause: number | null;
  /** Nobody has refused: no server could be reached, or each had trouble of its own. */
  readonly isUnreached: boolean;
};

/** What may happen to a leg. */
export type SipLegHandlers = {
  /** Our INVITE is out, by this SIP Call-ID. Told for each server that is tried. */
  onInvited(sipCallId: string): void;
  /** It rings at the called party's. May be told often. */
  onRinging(): void;
  onRefused(refusal: LegRefusal): void;
  onCancelled(): void;
  onAnswered(): void;
  onAnswerFailed(error: unknown): void;
  /** The ACK came, or was sent; `sdp` is what answers an offer of ours, or empty. */
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

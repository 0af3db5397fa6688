/** The base timers of RFC 3261 §17.1.1.1; all others are reckoned from them. */
export type SipTiming = {
  /** Estimate of a round trip. */
  readonly t1Ms: number;
  /** The longest wait between two retransmissions of a non-INVITE request or a response. */
  readonly t2Ms: number;
  /** How long a message may live in the network. */
  readonly t4Ms: number;
};

export const defaultTiming: SipTiming = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 };

/** 64*T1: timers B, F, H, J, L and M, and the wait for an ACK. */
export function giveUpMs({ t1Ms }: SipTiming): number {
  return 64 * t1Ms;
}

import type { Clock, Timer } from "@agentcall/base";
import type { SipRequest, SipResponse } from "@agentcall/sip-engine";
import type { SipLink } from "./sip-link.ts";

const t1Ms = 500; // RFC 3261 section 17.1.1.1: the estimate of a round trip
const t2Ms = 4_000; // the longest pause between repetitions
const timeoutMs = 64 * t1Ms;

/**
 * One request until its final answer (RFC 3261 section 17.1). Over UDP it is repeated until
 * something is heard; after 32 s without a final answer to anything but an INVITE, and 32 s of
 * silence for an INVITE, it is given up.
 */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly branch: string;
  readonly #link: SipLink;
  readonly #clock: Clock;
  readonly #onResponse: (response: SipResponse | null) => void;
  #repetition: Timer | null = null;
  #giveUp: Timer | null = null;

  /** `onResponse` is told every response, and null once when the time is over. */
  constructor(
    made: { request: SipRequest; branch: string; link: SipLink; clock: Clock },
    onResponse: (response: SipResponse | null) => void,
  ) {
    this.request = made.request;
    this.branch = made.branch;
    this.#link = made.link;
    this.#clock = made.clock;
    this.#onResponse = onResponse;
    this.#link.send(this.request);
    if (made.link.transport === "udp") this.#repeatAfter(t1Ms);
    this.#giveUp = made.clock.after(timeoutMs, () => {
      this.close();
      this.#onResponse(null);
    });
  }

  receive(response: SipResponse): void {
    const isInvite = this.request.method === "INVITE";
    if (isInvite || response.status >= 200) this.#repetition?.cancel();
    if (isInvite || response.status >= 200) this.#giveUp?.cancel(); // it may ring as long as it likes
    this.#onResponse(response);
  }

  /** Stops repeating. May be called twice. */
  close(): void {
    this.#repetition?.cancel();
    this.#giveUp?.cancel();
  }

  #repeatAfter(pauseMs: number): void {
    this.#repetition = this.#clock.after(pauseMs, () => {
      this.#link.send(this.request);
      this.#repeatAfter(Math.min(2 * pauseMs, t2Ms));
    });
  }
}

import type { Clock, Timer } from "@agentcall/base";
import { parseRAck } from "../message/rack.ts";
import { headerValue, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { writeSipMessage } from "../message/write-message.ts";
import { Retransmitter } from "../transaction/retransmitter.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { giveUpMs, type SipTiming } from "../transaction/sip-timing.ts";

export type ReliableResponsesOptions = {
  /** Of the INVITE that they answer. */
  readonly transaction: ServerTransaction;
  readonly clock: Clock;
  readonly timing: SipTiming;
  /** RFC 3262 §3 wants it chosen by chance, from 1 on. */
  readonly firstRseq: number;
  /** No PRACK came within 64*T1. */
  onTimeout(): void;
};

type Numbered = { readonly rseq: number; readonly response: SipResponse };

/**
 * The provisional responses to one INVITE that want a PRACK (RFC 3262 §3): each is sent again
 * until its own comes, also over TCP, because a proxy on the way may be on UDP; the next one waits.
 */
export class ReliableResponses {
  readonly #options: ReliableResponsesOptions;
  /** The first is under way. */
  readonly #unacknowledged: Numbered[] = [];
  #nextRseq: number;
  #retransmitter: Retransmitter | null = null;
  #timer: Timer | null = null;

  constructor(options: ReliableResponsesOptions) {
    this.#options = options;
    this.#nextRseq = options.firstRseq;
  }

  /** Whether each has its PRACK. */
  get isSettled(): boolean {
    return this.#unacknowledged.length === 0;
  }

  /** Sends the response when its turn comes; answers it as it goes out, with its number. */
  add(given: SipResponse): SipResponse {
    const rseq = this.#nextRseq;
    this.#nextRseq += 1;
    const headers = [...given.headers, { name: "RSeq", value: String(rseq) }];
    const response = { ...given, headers };
    this.#unacknowledged.push({ rseq, response });
    if (this.#unacknowledged.length === 1) this.#send();
    return response;
  }

  /** Whether this PRACK is the one that is awaited. */
  acknowledge(prack: SipRequest): boolean {
    const { facts } = this.#options.transaction;
    const rack = parseRAck(headerValue(prack, "RAck") ?? "");
    const [awaited] = this.#unacknowledged;
    if (rack === null || rack.rseq !== awaited?.rseq) return false;
    if (rack.cseq.number !== facts.cseq.number || rack.cseq.method !== facts.cseq.method) {
      return false;
    }
    this.#rest();
    this.#unacknowledged.shift();
    this.#send();
    return true;
  }

  /** Nothing is sent any more. May be called twice. */
  stop(): void {
    this.#rest();
    this.#unacknowledged.length = 0;
  }

  #send(): void {
    const [next] = this.#unacknowledged;
    if (next === undefined) return;
    const { transaction, clock, timing } = this.#options;
    transaction.respond(next.response);
    const bytes = writeSipMessage(next.response);
    this.#retransmitter = new Retransmitter(clock, timing.t1Ms, Number.POSITIVE_INFINITY, () => {
      transaction.flow.send(bytes);
    });
    this.#retransmitter.start();
    this.#timer = clock.after(giveUpMs(timing), () => {
      this.#options.onTimeout();
    });
  }

  #rest(): void {
    this.#retransmitter?.stop();
    this.#timer?.cancel();
  }
}

import type { Clock, Log, Timer } from "@agentcall/base";
import type { SipFacts } from "../message/sip-facts.ts";
import { parseNameAddr } from "../message/name-addr.ts";
import { headerValue, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { sentBy } from "../message/via.ts";
import { writeSipMessage } from "../message/write-message.ts";
import type { Flow } from "../transport/flow.ts";
import { Retransmitter } from "./retransmitter.ts";
import { giveUpMs, type SipTiming } from "./sip-timing.ts";

/**
 * `proceeding`: no final response yet. `completed`: a refusal to an INVITE waits for its ACK, or
 * a final response to another method is kept for retransmissions. `accepted`: a 2xx to an INVITE,
 * whose own retransmission is the dialog's affair (RFC 6026 §7.1). `confirmed`: the ACK came.
 */
type ServerState = "proceeding" | "completed" | "accepted" | "confirmed" | "ended";

export type ServerTransactionOptions = {
  /** The id that the application knows it by. */
  readonly id: string;
  readonly request: SipRequest;
  readonly facts: SipFacts;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly timing: SipTiming;
  readonly log: Log;
  /** It will take and send nothing more. */
  onEnd(transaction: ServerTransaction): void;
};

/** One request from the network and its responses (RFC 3261 §17.2, RFC 6026). */
export class ServerTransaction {
  readonly #options: ServerTransactionOptions;
  readonly key: string;
  #state: ServerState = "proceeding";
  #last: Buffer | null = null;
  #sentTag: string | null = null;
  #retransmitter: Retransmitter | null = null;
  #timer: Timer | null = null;

  constructor(options: ServerTransactionOptions) {
    this.#options = options;
    this.key = serverKey(options.facts, options.request.method);
  }

  get id(): string {
    return this.#options.id;
  }
  get request(): SipRequest {
    return this.#options.request;
  }
  get facts(): SipFacts {
    return this.#options.facts;
  }
  get flow(): Flow {
    return this.#options.flow;
  }
  get isInvite(): boolean {
    return this.request.method === "INVITE";
  }
  /** Whether a final response may still be given. */
  get isOpen(): boolean {
    return this.#state === "proceeding";
  }

  /** Whether it was answered with a 2xx to an INVITE, whose ACK belongs to the dialog. */
  get isAccepted(): boolean {
    return this.#state === "accepted";
  }

  /** The tag in the To of what was answered last: the answer to a CANCEL has the same. */
  get sentTag(): string | null {
    return this.#sentTag;
  }

  /** The request came again: so does the last response to it. */
  receiveAgain(): void {
    if (this.#state !== "accepted" && this.#last !== null) this.flow.send(this.#last);
  }

  /** The ACK to a refusal. */
  receiveAck(): void {
    if (this.#state !== "completed" || !this.isInvite) return;
    this.#state = "confirmed";
    this.#retransmitter?.stop();
    this.#endAfter(this.flow.protocol === "udp" ? this.#options.timing.t4Ms : 0); // timer I
  }

  /** Sends a response. Final ones only once, and none after it. */
  respond(response: SipResponse): void {
    if (!this.isOpen) return;
    this.#last = writeSipMessage(response);
    this.#sentTag = parseNameAddr(headerValue(response, "To") ?? "")?.params.get("tag") ?? null;
    this.flow.send(this.#last);
    if (response.status < 200) return;
    this.#logAnswer(response.status);
    if (!this.isInvite) {
      this.#state = "completed";
      this.#endAfter(this.flow.protocol === "udp" ? giveUpMs(this.#options.timing) : 0); // timer J
    } else if (response.status < 300) {
      this.#state = "accepted";
      this.#endAfter(giveUpMs(this.#options.timing)); // timer L
    } else {
      this.#state = "completed";
      this.#retransmitUntilAck(this.#last);
    }
  }

  /** Ends it at once, when all is being closed. */
  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#retransmitter?.stop();
    this.#timer?.cancel();
    this.#options.onEnd(this);
  }

  #logAnswer(status: number): void {
    const { log, facts, request } = this.#options;
    const fields = { sipCallId: facts.callId, method: request.method, status };
    log[this.isInvite ? "info" : "debug"](fields, "request from the network answered");
  }

  #retransmitUntilAck(bytes: Buffer): void {
    const { clock, timing } = this.#options;
    if (this.flow.protocol === "udp") {
      this.#retransmitter = new Retransmitter(clock, timing.t1Ms, timing.t2Ms, () => {
        this.flow.send(bytes); // timer G
      });
      this.#retransmitter.start();
    }
    this.#endAfter(giveUpMs(timing)); // timer H
  }

  #endAfter(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.end();
    });
  }
}

/**
 * Names the transaction of a request (RFC 3261 §17.2.3). ACK and CANCEL are looked up under the
 * method of what they belong to.
 */
export function serverKey(facts: SipFacts, method: string): string {
  const branch = facts.via.params.get("branch") ?? `${facts.callId} ${facts.fromTag}`;
  return `${branch} ${sentBy(facts.via)} ${String(facts.cseq.number)} ${method}`;
}

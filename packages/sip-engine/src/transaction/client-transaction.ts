import type { Clock, Log, Timer } from "@agentcall/base";
import { headerValue, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { writeSipMessage } from "../message/write-message.ts";
import type { Flow } from "../transport/flow.ts";
import { Retransmitter } from "./retransmitter.ts";
import { giveUpMs, type SipTiming } from "./sip-timing.ts";

/**
 * `calling`: nothing came yet. `proceeding`: a provisional response did. `completed`: a final one
 * did, and repetitions of it are absorbed. `accepted`: a 2xx to an INVITE, each repetition of
 * which wants its ACK again (RFC 6026 §7.2).
 */
type ClientState = "calling" | "proceeding" | "completed" | "accepted" | "ended";

export type ClientTransactionOptions = {
  readonly id: string;
  readonly request: SipRequest;
  readonly branch: string;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly timing: SipTiming;
  readonly log: Log;
  /** A response to pass on: provisional ones, and the first final one. `repeated` is a 2xx again. */
  onResponse(response: SipResponse, how: "network" | "local" | "repeated"): void;
  onEnd(transaction: ClientTransaction): void;
};

/** One request to the network and its responses (RFC 3261 §17.1, RFC 6026). */
export class ClientTransaction {
  readonly #options: ClientTransactionOptions;
  #state: ClientState = "calling";
  #retransmitter: Retransmitter | null = null;
  #timer: Timer | null = null;

  constructor(options: ClientTransactionOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#options.id;
  }
  get request(): SipRequest {
    return this.#options.request;
  }
  get branch(): string {
    return this.#options.branch;
  }
  get flow(): Flow {
    return this.#options.flow;
  }
  get isInvite(): boolean {
    return this.request.method === "INVITE";
  }
  get state(): ClientState {
    return this.#state;
  }
  /** Whether a final response is still awaited. */
  get isPending(): boolean {
    return this.#state === "calling" || this.#state === "proceeding";
  }

  start(): void {
    const { clock, timing, flow, request } = this.#options;
    const bytes = writeSipMessage(request);
    flow.send(bytes);
    this.#logState({}, "request sent");
    if (flow.protocol === "udp") {
      const longestMs = this.isInvite ? Number.POSITIVE_INFINITY : timing.t2Ms;
      this.#retransmitter = new Retransmitter(clock, timing.t1Ms, longestMs, () => {
        flow.send(bytes); // timers A and E
      });
      this.#retransmitter.start();
    }
    this.#after(giveUpMs(timing), () => {
      this.fail(408, "Request Timeout"); // timers B and F
    });
  }

  receive(response: SipResponse): void {
    if (this.#state === "accepted") {
      if (response.status >= 200 && response.status < 300) {
        this.#options.onResponse(response, "repeated");
      }
      return;
    }
    if (this.#state === "completed") {
      if (this.isInvite && response.status >= 300) this.#acknowledge(response);
      return;
    }
    if (!this.isPending) return;
    if (response.status < 200) this.#proceed(response);
    else this.#complete(response);
  }

  /** A final response of our own: no answer came, or nothing could be sent. */
  fail(status: number, reason: string): void {
    if (!this.isPending) return;
    const { headers } = this.request;
    const kept = headers.filter(({ name }) => echoedHeaders.has(name));
    this.#stopTimers();
    this.#state = "completed";
    this.#logState({ status }, "request given up");
    this.#options.onResponse(
      { kind: "response", status, reason, headers: kept, body: Buffer.alloc(0) },
      "local",
    );
    this.end();
  }

  /** After a CANCEL the 487 has its time; when it does not come either, the request is over. */
  awaitCancelled(): void {
    this.#after(giveUpMs(this.#options.timing), () => {
      this.fail(487, "Request Terminated");
    });
  }

  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#stopTimers();
    this.#options.onEnd(this);
  }

  #proceed(response: SipResponse): void {
    if (this.#state === "calling") {
      this.#state = "proceeding";
      if (this.isInvite) this.#stopTimers(); // the caller of an INVITE decides how long it may ring
    }
    this.#options.onResponse(response, "network");
  }

  #complete(response: SipResponse): void {
    const { timing, flow } = this.#options;
    this.#stopTimers();
    const isAccepted = this.isInvite && response.status < 300;
    this.#state = isAccepted ? "accepted" : "completed";
    this.#logState({ status: response.status }, "request answered by the network");
    if (this.isInvite && !isAccepted) this.#acknowledge(response);
    this.#options.onResponse(response, "network");
    const lingerMs = this.isInvite ? giveUpMs(timing) : timing.t4Ms; // timers D, M and K
    this.#after(isAccepted || flow.protocol === "udp" ? lingerMs : 0, () => {
      this.end();
    });
  }

  /** The ACK to a refusal is the transaction's own (RFC 3261 §17.1.1.3). */
  #acknowledge(response: SipResponse): void {
    const { request, flow } = this.#options;
    const headers = request.headers.flatMap((header) => {
      if (header.name === "To") return [{ name: "To", value: headerValue(response, "To") ?? "" }];
      if (header.name === "CSeq")
        return [{ name: "CSeq", value: header.value.replace(/\S+$/, "ACK") }];
      return ackHeaders.has(header.name) ? [header] : [];
    });
    flow.send(writeSipMessage({ ...request, method: "ACK", headers, body: Buffer.alloc(0) }));
  }

  #logState(fields: { readonly status?: number }, message: string): void {
    const { log, request } = this.#options;
    const sipCallId = headerValue(request, "Call-ID");
    log[this.isInvite ? "info" : "debug"](
      { sipCallId, method: request.method, ...fields },
      message,
    );
  }

  #after(delayMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, run);
  }

  #stopTimers(): void {
    this.#retransmitter?.stop();
    this.#timer?.cancel();
  }
}

const echoedHeaders: ReadonlySet<string> = new Set(["Via", "From", "To", "Call-ID", "CSeq"]);
const ackHeaders: ReadonlySet<string> = new Set([
  "Via",
  "From",
  "Call-ID",
  "Max-Forwards",
  "Route",
]);

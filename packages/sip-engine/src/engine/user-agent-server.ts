import type { Application } from "../control/application.ts";
import type { ControlMessage } from "../control/control-message.ts";
import { contactUri, type Dialog } from "../dialog/dialog.ts";
import { readSipFacts, type SipFacts } from "../message/sip-facts.ts";
import { newTag, newUuid } from "../message/sip-ids.ts";
import type { SipHeader, SipRequest, SipResponse } from "../message/sip-message.ts";
import { writeSipMessage } from "../message/write-message.ts";
import { serverKey, ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { type AnswerHandlers, ApplicationAnswers } from "./application-answers.ts";
import type { Asked } from "./asked-requests.ts";
import { buildCancel } from "./build-request.ts";
import { ownResponse, retryAfter } from "./build-response.ts";
import { type EngineParts, transactionsMax } from "./engine-parts.ts";
import { networkMeta } from "./message-meta.ts";
import { concernsSession, isTooShort, minimumHeader } from "./session-interval.ts";
import { withReceived } from "./via-received.ts";

/** What the other half of the engine does and knows about dialogs. */
export type ClientSide = AnswerHandlers & {
  /** Whether an INVITE of ours in this dialog has no final response yet. */
  isInviting(dialog: Dialog): boolean;
};

/** Methods that begin something outside of a dialog; without an application they are turned away. */
const initialMethods: ReadonlySet<string> = new Set([
  "INVITE",
  "OPTIONS",
  "REGISTER",
  "MESSAGE",
  "INFO",
  "NOTIFY",
  "SUBSCRIBE",
  "PUBLISH",
]);
const dialogMethods: ReadonlySet<string> = new Set(["BYE", "UPDATE", "REFER", "PRACK"]);
const overlapRetrySecsMax = 10; // RFC 3261 §14.2
/** What OPTIONS are told of us (RFC 3261 §11.2). */
const capabilities: readonly SipHeader[] = [
  { name: "Allow", value: "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY, PRACK" },
  { name: "Accept", value: "application/sdp" },
];

/** Requests from the network, and the applications' responses to them (RFC 3261 §8.2, §12.2.2, §13.3). */
export class UserAgentServer {
  readonly #parts: EngineParts;
  readonly #client: ClientSide;
  readonly #transactions = new Map<string, ServerTransaction>();
  readonly #answers: ApplicationAnswers;

  constructor(parts: EngineParts, client: ClientSide) {
    this.#parts = parts;
    this.#client = client;
    this.#answers = new ApplicationAnswers(parts, client);
  }

  get state(): { transactions: number; open: number; unacknowledged: number } {
    return { transactions: this.#transactions.size, ...this.#answers.state };
  }

  close(): void {
    for (const transaction of this.#transactions.values()) transaction.end();
    this.#answers.close();
  }

  /** An application's response to a request that it was given. */
  respond(app: Application, frame: SipFrame, given: SipResponse): void {
    this.#answers.respond(app, frame, given);
  }

  appGone(app: Application): void {
    this.#answers.appGone(app);
  }

  /** Whether an INVITE of theirs in this dialog has no final response yet. */
  isInvited(dialog: Dialog): boolean {
    return this.#answers.inviteIn(dialog) !== null;
  }

  receive(received: SipRequest, flow: Flow): void {
    const request = withReceived(received, flow);
    const facts = readSipFacts(request);
    if (typeof facts === "string") {
      this.#refuseMalformed(request, flow, facts);
      return;
    }
    if (request.method === "ACK") {
      this.#receiveAck(request, facts, flow);
      return;
    }
    const present = this.#transactions.get(serverKey(facts, request.method));
    if (present !== undefined) {
      present.receiveAgain();
      return;
    }
    const transaction = this.#open(request, facts, flow);
    if (transaction === null) return;
    if (request.method === "CANCEL") this.#receiveCancel(transaction);
    else if (facts.toTag === null) this.#receiveInitial(transaction);
    else this.#receiveInDialog(transaction);
  }

  #open(request: SipRequest, facts: SipFacts, flow: Flow): ServerTransaction | null {
    const { clock, timing, random, log } = this.#parts;
    if (this.#transactions.size >= transactionsMax) {
      log.warn({ transactions: this.#transactions.size }, "too many transactions");
      flow.send(
        writeSipMessage(ownResponse(request, 503, "Service Unavailable", null, [retryAfter])),
      );
      return null;
    }
    const transaction = new ServerTransaction({
      id: newUuid(random),
      request,
      facts,
      flow,
      clock,
      timing,
      log,
      onEnd: ({ key, id }) => {
        this.#transactions.delete(key);
        this.#answers.settle(id);
      },
    });
    this.#transactions.set(transaction.key, transaction);
    return transaction;
  }

  #receiveInitial(transaction: ServerTransaction): void {
    const { method } = transaction.request;
    if (dialogMethods.has(method)) {
      this.#reply(transaction, 481, "Call/Transaction Does Not Exist");
      return;
    }
    if (!initialMethods.has(method)) {
      this.#reply(transaction, 501, "Not Implemented");
      return;
    }
    if (this.#refuseShortSession(transaction)) return;
    const app = this.#parts.control.next(method);
    if (app !== null) this.#answers.ask(transaction, app, null);
    else if (method === "OPTIONS") this.#reply(transaction, 200, "OK", capabilities);
    else this.#reply(transaction, 503, "Service Unavailable", [retryAfter]);
  }

  #receiveInDialog(transaction: ServerTransaction): void {
    const { dialogs } = this.#parts;
    const { facts, request, flow } = transaction;
    const dialog = dialogs.ofRequest(facts);
    if (dialog === null) {
      this.#reply(transaction, 481, "Call/Transaction Does Not Exist");
      return;
    }
    if (dialog.remoteCseq !== null && facts.cseq.number <= dialog.remoteCseq) {
      this.#reply(transaction, 500, "CSeq Out Of Order"); // RFC 3261 §12.2.2
      return;
    }
    dialog.remoteCseq = facts.cseq.number;
    dialog.flow = flow;
    const invite = this.#answers.inviteIn(dialog);
    if (request.method === "BYE") {
      dialogs.delete(dialog);
      if (invite !== null && this.#endEarly(transaction, invite)) return;
    }
    if (!dialog.owner.isOpen) {
      // As drachtio-server does; it is no reason to keep what the other side has ended.
      this.#reply(transaction, 481, "Call/Transaction Does Not Exist");
      return;
    }
    if (request.method === "INVITE" && this.#refuseOverlap(transaction, dialog)) return;
    if (request.method === "PRACK" && invite?.reliable?.acknowledge(request) !== true) {
      this.#reply(transaction, 481, "Call/Transaction Does Not Exist"); // RFC 3262 §3
      return;
    }
    if (this.#refuseShortSession(transaction)) return;
    if (concernsSession(request)) dialog.remoteTarget = contactUri(request) ?? dialog.remoteTarget;
    this.#answers.ask(transaction, dialog.owner, dialog);
  }

  /** One INVITE at a time in a dialog, whoever sent the first (RFC 3261 §14.2). */
  #refuseOverlap(transaction: ServerTransaction, dialog: Dialog): boolean {
    if (this.#client.isInviting(dialog)) {
      this.#reply(transaction, 491, "Request Pending");
      return true;
    }
    if (!this.isInvited(dialog)) return false;
    const seconds = this.#parts.random.below(overlapRetrySecsMax + 1);
    this.#reply(transaction, 500, "Overlapping Requests", [
      { name: "Retry-After", value: String(seconds) },
    ]);
    return true;
  }

  #refuseShortSession(transaction: ServerTransaction): boolean {
    if (!isTooShort(transaction.request)) return false;
    this.#reply(transaction, 422, "Session Interval Too Small", [minimumHeader]);
    return true;
  }

  /**
   * A BYE may end a call that is not answered yet (RFC 3261 §15.1.2). The library knows no dialog
   * then: its application is told what means the same, a CANCEL. Answers whether that was all.
   */
  #endEarly(bye: ServerTransaction, invite: Asked): boolean {
    if (invite.isInDialog) return false;
    const isTakenForAnswered = invite.held !== null;
    invite.held = null;
    this.#answers.answer(invite, 487, "Request Terminated");
    if (isTakenForAnswered) return false;
    bye.respond(ownResponse(bye.request, 200, "OK", invite.localTag));
    const { transaction, app, dialogId } = invite;
    const cancel = buildCancel(transaction.request, bye.request);
    app.push(cancel, networkMeta(bye.flow, transaction.id, dialogId));
    return true;
  }

  /** The ACK to a refusal ends its transaction; the ACK to a 2xx is told to the application. */
  #receiveAck(request: SipRequest, facts: SipFacts, flow: Flow): void {
    const invite = this.#transactions.get(serverKey(facts, "INVITE"));
    // The ACK to a 2xx has a branch of its own, except from stacks of RFC 2543.
    if (invite !== undefined && !invite.isAccepted) {
      invite.receiveAck();
      return;
    }
    const dialog = this.#parts.dialogs.ofRequest(facts);
    if (dialog === null) return; // of a dialog that is over: nobody waits for it
    const answered = this.#answers.acknowledge(dialog, facts.cseq.number);
    if (answered === null) return;
    dialog.owner.push(request, {
      ...networkMeta(flow, answered.inviteId ?? newUuid(this.#parts.random), dialog.id),
      protocol: "",
    });
  }

  /** RFC 3261 §9.2: the CANCEL is answered 200, and the INVITE 487 unless it is answered already. */
  #receiveCancel(cancel: ServerTransaction): void {
    const { facts, request, flow } = cancel;
    const invite = this.#transactions.get(serverKey(facts, "INVITE"));
    if (invite === undefined) {
      this.#reply(cancel, 481, "Call/Transaction Does Not Exist");
      return;
    }
    const asked = this.#answers.get(invite.id);
    const tag = invite.sentTag ?? asked?.localTag ?? newTag(this.#parts.random);
    cancel.respond(ownResponse(request, 200, "OK", tag));
    if (asked === null || !invite.isOpen) return; // too late: the final response stands
    this.#answers.answer(asked, 487, "Request Terminated");
    asked.app.push(request, networkMeta(flow, invite.id, asked.dialogId));
  }

  /** A response of the engine's own to a request that no application hears of. */
  #reply(
    transaction: ServerTransaction,
    status: number,
    reason: string,
    more: readonly SipHeader[] = [],
  ): void {
    const tag = newTag(this.#parts.random);
    transaction.respond(ownResponse(transaction.request, status, reason, tag, more));
  }

  /** What lacks a header it must have is told so where that is possible, and else dropped. */
  #refuseMalformed(request: SipRequest, flow: Flow, fault: string): void {
    this.#parts.log.debug({ fault, protocol: flow.protocol }, "malformed request");
    if (fault === "bad-via" || request.method === "ACK") return;
    flow.send(writeSipMessage(ownResponse(request, 400, `Bad Request (${fault})`, null)));
  }
}

type SipFrame = Pick<Extract<ControlMessage, { verb: "sip" }>, "id" | "transactionId">;

import type { Timer } from "@agentcall/base";
import type { Application } from "../control/application.ts";
import type { ControlMessage } from "../control/control-message.ts";
import { contactUri, type Dialog, dialogIdOf, dialogOfInvite } from "../dialog/dialog.ts";
import { isTag, readSipFacts, type SipFacts } from "../message/sip-facts.ts";
import { newTag, newUuid } from "../message/sip-ids.ts";
import {
  headerValue,
  listsOption,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from "../message/sip-message.ts";
import { parseNameAddr } from "../message/name-addr.ts";
import { writeSipMessage } from "../message/write-message.ts";
import { serverKey, ServerTransaction } from "../transaction/server-transaction.ts";
import { giveUpMs } from "../transaction/sip-timing.ts";
import type { Flow } from "../transport/flow.ts";
import { buildResponse, ownResponse } from "./build-response.ts";
import { type EngineParts, transactionsMax } from "./engine-parts.ts";
import { networkMeta, unsolicitedMeta } from "./message-meta.ts";
import { PendingAnswers } from "./pending-answers.ts";
import { withReceived } from "./via-received.ts";

/** What the other half of the engine does and knows about dialogs. */
export type ClientSide = {
  /** Sends a BYE of the engine's own into a dialog, and answers it as it went out. */
  bye(dialog: Dialog, reason: string): SipRequest;
  /** Whether an INVITE of ours in this dialog has no final response yet. */
  isInviting(dialog: Dialog): boolean;
};

/** A request that an application is to answer. */
type Asked = {
  readonly transaction: ServerTransaction;
  readonly app: Application;
  /** Ours in every response; an application may choose it with its first one. */
  localTag: string;
  dialogId: string;
  /** The dialog that the request came in; null outside of one. */
  readonly dialog: Dialog | null;
  /** Runs out when it is not answered at all. */
  readonly timer: Timer;
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
const retryAfter: SipHeader = { name: "Retry-After", value: "5" }; // a gateway restarts within seconds
const overlapRetrySecsMax = 10; // RFC 3261 §14.2
/** What OPTIONS are told of us (RFC 3261 §11.2). */
const capabilities: readonly SipHeader[] = [
  { name: "Allow", value: "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY" },
  { name: "Accept", value: "application/sdp" },
];
const answerMsMax = 180_000; // timer C of RFC 3261 §16.6: nobody lets it ring for longer

/** Requests from the network, and the applications' responses to them (RFC 3261 §8.2, §12.2.2, §13.3). */
export class UserAgentServer {
  readonly #parts: EngineParts;
  readonly #client: ClientSide;
  readonly #transactions = new Map<string, ServerTransaction>();
  /** By the transaction's id. */
  readonly #asked = new Map<string, Asked>();
  readonly #answers: PendingAnswers;

  constructor(parts: EngineParts, client: ClientSide) {
    this.#parts = parts;
    this.#client = client;
    this.#answers = new PendingAnswers(parts.clock, parts.timing);
  }

  get state(): { transactions: number; open: number; unacknowledged: number } {
    return {
      transactions: this.#transactions.size,
      open: this.#asked.size,
      unacknowledged: this.#answers.count,
    };
  }

  close(): void {
    for (const transaction of this.#transactions.values()) transaction.end();
    this.#answers.clear();
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

  /** An application's response to a request that it was given. */
  respond(app: Application, { id, transactionId }: SipFrame, given: SipResponse): void {
    const asked = this.#asked.get(transactionId);
    if (asked?.app !== app || !asked.transaction.isOpen) {
      app.refuse(id, "Response not sent due to unknown transaction");
      return;
    }
    const { transaction } = asked;
    if (!transaction.flow.isOpen) {
      app.refuse(id, "Response not sent because the transport for response has been closed");
      return;
    }
    if (given.status < 200 && listsOption(given, "Require", "100rel")) {
      app.refuse(id, "Remote endpoint does not support 100rel");
      return;
    }
    this.#chooseTag(asked, given);
    const { request, flow } = transaction;
    const hostPort = this.#parts.transport.hostPort;
    const response = buildResponse(request, given, asked.localTag, flow, hostPort);
    transaction.respond(response);
    app.echoResponse(id, response, {
      source: "application",
      protocol: flow.protocol,
      address: flow.address,
      port: flow.port,
      transactionId,
      dialogId: asked.dialogId,
      local: null,
    });
    if (response.status < 200) return;
    this.#settle(transactionId);
    if (transaction.isInvite && response.status < 300) this.#awaitAck(asked, response);
  }

  /** What an application left unanswered is answered for it; its dialogs are the engine's affair. */
  appGone(app: Application): void {
    for (const asked of [...this.#asked.values()]) {
      if (asked.app === app) this.#answer(asked, 503, "Service Unavailable", [retryAfter]);
    }
  }

  /** Nothing of this dialog is sent again. */
  dialogEnded(dialog: Dialog): void {
    this.#answers.dropDialog(dialog.id);
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
        this.#settle(id);
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
    const app = this.#parts.control.next(method);
    if (app !== null) this.#ask(transaction, app, null);
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
    if (request.method === "BYE") {
      dialogs.delete(dialog);
      this.dialogEnded(dialog);
    }
    if (!dialog.owner.isOpen) {
      // As drachtio-server does; it is no reason to keep what the other side has ended.
      this.#reply(transaction, 481, "Call/Transaction Does Not Exist");
      return;
    }
    if (request.method === "INVITE" && this.#refuseOverlap(transaction, dialog)) return;
    if (request.method === "INVITE" || request.method === "UPDATE") {
      dialog.remoteTarget = contactUri(request) ?? dialog.remoteTarget;
    }
    this.#ask(transaction, dialog.owner, dialog);
  }

  /** One INVITE at a time in a dialog, whoever sent the first (RFC 3261 §14.2). */
  #refuseOverlap(transaction: ServerTransaction, dialog: Dialog): boolean {
    if (this.#client.isInviting(dialog)) {
      this.#reply(transaction, 491, "Request Pending");
      return true;
    }
    const isAsked = [...this.#asked.values()].some(
      (asked) => asked.dialog === dialog && asked.transaction.isInvite,
    );
    if (!isAsked) return false;
    const seconds = this.#parts.random.below(overlapRetrySecsMax + 1);
    this.#reply(transaction, 500, "Overlapping Requests", [
      { name: "Retry-After", value: String(seconds) },
    ]);
    return true;
  }

  #ask(transaction: ServerTransaction, app: Application, dialog: Dialog | null): void {
    const { random, clock, transport, timing, log } = this.#parts;
    const { request, facts, flow } = transaction;
    const asked: Asked = {
      transaction,
      app,
      localTag: dialog?.localTag ?? newTag(random),
      dialogId: dialog?.id ?? "",
      dialog,
      timer: clock.after(transaction.isInvite ? answerMsMax : giveUpMs(timing), () => {
        log.warn({ sipCallId: facts.callId, method: request.method }, "request not answered");
        if (transaction.isInvite) this.#answer(asked, 408, "Request Timeout");
        else transaction.end(); // RFC 4320 §4.2: the asker has given up, and a 408 would mislead
      }),
    };
    this.#asked.set(transaction.id, asked);
    if (transaction.isInvite) transaction.respond(ownResponse(request, 100, "Trying", null));
    const fields = { sipCallId: facts.callId, method: request.method };
    log[transaction.isInvite ? "info" : "debug"](fields, "request passed on");
    app.push(request, {
      ...networkMeta(flow, transaction.id, asked.dialogId),
      local: dialog === null ? { address: transport.host, port: transport.port } : null,
    });
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
    const answered = this.#answers.acknowledge(dialog.id, facts.cseq.number);
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
    const asked = this.#asked.get(invite.id);
    cancel.respond(ownResponse(request, 200, "OK", asked?.localTag ?? newTag(this.#parts.random)));
    if (asked === undefined || !invite.isOpen) return; // too late: the final response stands
    this.#answer(asked, 487, "Request Terminated");
    asked.app.push(request, networkMeta(flow, invite.id, asked.dialogId));
  }

  /** The first response of an application with a tag settles ours, and names the dialog. */
  #chooseTag(asked: Asked, given: SipResponse): void {
    const { request, facts } = asked.transaction;
    if (asked.dialog !== null || asked.dialogId !== "") return;
    const tag = parseNameAddr(headerValue(given, "To") ?? "")?.params.get("tag");
    if (typeof tag === "string" && isTag(tag)) asked.localTag = tag;
    if (request.method === "INVITE" || request.method === "SUBSCRIBE") {
      asked.dialogId = dialogIdOf(facts.callId, facts.fromTag);
    }
  }

  #awaitAck(asked: Asked, response: SipResponse): void {
    const { dialogs, log } = this.#parts;
    const { transaction, app, localTag } = asked;
    const { request, facts, flow } = transaction;
    const dialog = asked.dialog ?? dialogOfInvite(request, facts, localTag, flow, app);
    if (asked.dialog === null) dialogs.add(dialog);
    const answer = {
      bytes: writeSipMessage(response),
      flow,
      inviteId: asked.dialog === null ? transaction.id : null,
    };
    this.#answers.add(dialog.id, facts.cseq.number, answer, () => {
      log.info({ sipCallId: dialog.callId }, "no ACK came");
      if (dialogs.get(dialog.id) !== dialog) return;
      const bye = this.#client.bye(dialog, 'SIP;cause=200;text="ACK timeout"');
      dialog.owner.push(bye, unsolicitedMeta(dialog, this.#parts.transport));
    });
  }

  /** A response of the engine's own in the application's place. */
  #answer(
    { transaction, localTag }: Asked,
    status: number,
    reason: string,
    more: readonly SipHeader[] = [],
  ): void {
    transaction.respond(ownResponse(transaction.request, status, reason, localTag, more));
    this.#settle(transaction.id);
  }

  /** The application owes no answer any more. */
  #settle(transactionId: string): void {
    this.#asked.get(transactionId)?.timer.cancel();
    this.#asked.delete(transactionId);
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

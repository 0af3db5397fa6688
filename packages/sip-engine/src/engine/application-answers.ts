import type { Application } from "../control/application.ts";
import type { ControlMessage } from "../control/control-message.ts";
import { descriptionIn, type Dialog, dialogIdOf, dialogOfInvite } from "../dialog/dialog.ts";
import { isTag } from "../message/sip-facts.ts";
import { newTag } from "../message/sip-ids.ts";
import { listsOption, type SipHeader, type SipResponse } from "../message/sip-message.ts";
import { writeSipMessage } from "../message/write-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { giveUpMs } from "../transaction/sip-timing.ts";
import { type Asked, AskedRequests } from "./asked-requests.ts";
import { buildResponse, ownResponse, retryAfter } from "./build-response.ts";
import type { EngineParts } from "./engine-parts.ts";
import { networkMeta } from "./message-meta.ts";
import { PendingAnswers } from "./pending-answers.ts";
import { isReliable } from "./reliable-order.ts";
import { ReliableResponses } from "./reliable-responses.ts";
import { toTagOf } from "./response-tag.ts";
import {
  type AgreedSession,
  concernsSession,
  sessionOfOurAnswer,
  withSession,
} from "./session-interval.ts";

export type AnswerHandlers = {
  /** A 2xx to a request that may say how long the session lives has been sent. */
  onAnswered(dialog: Dialog, session: AgreedSession | null): void;
  /** Ends a dialog that its application takes for confirmed, and tells it why. */
  endUnsolicited(dialog: Dialog, reason: string): void;
};

type SipFrame = Pick<Extract<ControlMessage, { verb: "sip" }>, "id" | "transactionId">;

const answerMsMax = 180_000; // timer C of RFC 3261 §16.6: nobody lets it ring for longer
const firstRseqMax = 2 ** 31 - 1; // RFC 3262 §3

/** Requests that applications are asked, and what they answer (RFC 3261 §8.2.6, §13.3; RFC 3262 §3). */
export class ApplicationAnswers {
  readonly #parts: EngineParts;
  readonly #handlers: AnswerHandlers;
  readonly #asked = new AskedRequests();
  /** 2xx responses to INVITEs that wait for their ACK. */
  readonly #unacknowledged: PendingAnswers;

  constructor(parts: EngineParts, handlers: AnswerHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#unacknowledged = new PendingAnswers(parts.clock, parts.timing);
    parts.dialogs.onEnded((dialog) => {
      this.#unacknowledged.dropDialog(dialog.id);
    });
  }

  get state(): { open: number; unacknowledged: number } {
    return { open: this.#asked.count, unacknowledged: this.#unacknowledged.count };
  }

  close(): void {
    this.#unacknowledged.clear();
  }

  /** Passes a request on; a dialog where it came in one. */
  ask(transaction: ServerTransaction, app: Application, dialog: Dialog | null): void {
    const { random, clock, transport, timing, log } = this.#parts;
    const { request, facts, flow } = transaction;
    const asked: Asked = {
      transaction,
      app,
      localTag: dialog?.localTag ?? newTag(random),
      isInDialog: dialog !== null,
      dialogId: dialog?.id ?? "",
      dialog,
      reliable: null,
      held: null,
      timer: clock.after(transaction.isInvite ? answerMsMax : giveUpMs(timing), () => {
        log.warn({ sipCallId: facts.callId, method: request.method }, "request not answered");
        if (transaction.isInvite) this.answer(asked, 408, "Request Timeout");
        else transaction.end(); // RFC 4320 §4.2: the asker has given up, and a 408 would mislead
      }),
    };
    this.#asked.add(asked);
    if (transaction.isInvite) transaction.respond(ownResponse(request, 100, "Trying", null));
    const fields = { sipCallId: facts.callId, method: request.method };
    log[transaction.isInvite ? "info" : "debug"](fields, "request passed on");
    app.push(request, {
      ...networkMeta(flow, transaction.id, asked.dialogId),
      local: dialog === null ? { address: transport.host, port: transport.port } : null,
    });
  }

  /** What is asked by this transaction and not answered yet, or null. */
  get(transactionId: string): Asked | null {
    return this.#asked.get(transactionId);
  }

  /** The INVITE that waits in this dialog, or that is about to make it, or null. */
  inviteIn(dialog: Dialog): Asked | null {
    return this.#asked.inviteIn(dialog);
  }

  /** An application's response to a request that it was given. */
  respond(app: Application, { id, transactionId }: SipFrame, given: SipResponse): void {
    const asked = this.#asked.get(transactionId);
    if (asked?.app !== app || !asked.transaction.isOpen || asked.held !== null) {
      app.refuse(id, "Response not sent due to unknown transaction");
      return;
    }
    const { transaction } = asked;
    if (!transaction.flow.isOpen) {
      app.refuse(id, "Response not sent because the transport for response has been closed");
      return;
    }
    if (isReliable(given) && !takesReliable(transaction)) {
      app.refuse(id, "Remote endpoint does not support 100rel");
      return;
    }
    this.#chooseTag(asked, given);
    const { response, isSent } = this.#send(asked, given);
    const { protocol, address, port } = transaction.flow;
    app.echoResponse(id, response, {
      source: "application",
      protocol,
      address,
      port,
      transactionId,
      dialogId: asked.dialogId,
      local: null,
    });
    if (response.status >= 200 && isSent) this.#finish(asked, response);
  }

  /** A response of the engine's own in the application's place. */
  answer(asked: Asked, status: number, reason: string, more: readonly SipHeader[] = []): void {
    const { transaction, localTag, isInDialog, dialog, held } = asked;
    transaction.respond(ownResponse(transaction.request, status, reason, localTag, more));
    this.settle(transaction.id);
    if (isInDialog || dialog === null) return;
    if (held === null) this.#parts.dialogs.delete(dialog);
    else this.#handlers.endUnsolicited(dialog, `SIP;cause=${String(status)};text="${reason}"`);
  }

  /** The application owes no answer any more. */
  settle(transactionId: string): void {
    this.#asked.settle(transactionId);
  }

  /** What an application left unanswered is answered for it; its dialogs are the engine's affair. */
  appGone(app: Application): void {
    for (const asked of this.#asked.of(app)) {
      this.answer(asked, 503, "Service Unavailable", [retryAfter]);
    }
  }

  /**
   * The ACK to a 2xx came. Answers the id of the INVITE's transaction, null for that of a
   * re-INVITE; or null altogether when no ACK was awaited.
   */
  acknowledge(dialog: Dialog, cseqNumber: number): { readonly inviteId: string | null } | null {
    return this.#unacknowledged.acknowledge(dialog.id, cseqNumber);
  }

  /** The first response of an application with a tag settles ours, and names the dialog. */
  #chooseTag(asked: Asked, given: SipResponse): void {
    const { request, facts } = asked.transaction;
    if (asked.isInDialog || asked.dialogId !== "") return;
    const tag = toTagOf(given);
    if (tag !== null && isTag(tag)) asked.localTag = tag;
    if (request.method === "INVITE" || request.method === "SUBSCRIBE") {
      asked.dialogId = dialogIdOf(facts.callId, facts.fromTag);
    }
  }

  /** Makes an application's response complete, and sends it as soon as it may go (RFC 3262 §3). */
  #send(
    asked: Asked,
    given: SipResponse,
  ): { readonly response: SipResponse; readonly isSent: boolean } {
    const { transaction, localTag } = asked;
    const { request, flow } = transaction;
    const isSuccess = given.status >= 200 && given.status < 300;
    const session =
      isSuccess && concernsSession(request) ? sessionOfOurAnswer(request, given) : null;
    const whole = withSession(given, session);
    const hostPort = this.#parts.transport.hostPortOf(flow.protocol);
    const response = buildResponse(request, whole, localTag, flow, hostPort);
    if (given.status > 100 && given.status < 300) this.#keepDialog(asked, response);
    if (isReliable(response)) {
      return { response: this.#reliableOf(asked).add(response), isSent: true };
    }
    if (isSuccess && asked.reliable?.isSettled === false) {
      asked.held = response;
      return { response, isSent: false };
    }
    transaction.respond(response);
    return { response, isSent: true };
  }

  /** The dialog that a response to an INVITE makes, or goes on with. */
  #keepDialog(asked: Asked, response: SipResponse): void {
    const { request, facts, flow, isInvite } = asked.transaction;
    if (isInvite && asked.dialog === null) {
      asked.dialog = dialogOfInvite(request, facts, asked.localTag, flow, asked.app);
      this.#parts.dialogs.add(asked.dialog);
    }
    if (asked.dialog === null || !concernsSession(request)) return;
    asked.dialog.localDescription = descriptionIn(response) ?? asked.dialog.localDescription;
  }

  #reliableOf(asked: Asked): ReliableResponses {
    const { clock, timing, random, log } = this.#parts;
    const { transaction } = asked;
    asked.reliable ??= new ReliableResponses({
      transaction,
      clock,
      timing,
      firstRseq: 1 + random.below(firstRseqMax),
      onTimeout: () => {
        log.info({ sipCallId: transaction.facts.callId }, "no PRACK came");
        this.answer(asked, 504, "Server Time-out");
      },
    });
    return asked.reliable;
  }

  /** An application's final response has been sent. */
  #finish(asked: Asked, response: SipResponse): void {
    const { transaction, dialog, isInDialog } = asked;
    this.settle(transaction.id);
    if (response.status >= 300) {
      if (!isInDialog && dialog !== null) this.#parts.dialogs.delete(dialog);
      return;
    }
    if (dialog === null) return;
    const { request } = transaction;
    if (transaction.isInvite) this.#awaitAck(asked, dialog, response);
    if (concernsSession(request))
      this.#handlers.onAnswered(dialog, sessionOfOurAnswer(request, response));
    if (request.method === "PRACK") this.#release(dialog);
  }

  /** The PRACK of the last reliable response has been answered: the 2xx behind it may go. */
  #release(dialog: Dialog): void {
    const asked = this.#asked.inviteIn(dialog);
    if (asked?.reliable?.isSettled !== true || asked.held === null) return;
    asked.transaction.respond(asked.held);
    this.#finish(asked, asked.held);
  }

  #awaitAck(asked: Asked, dialog: Dialog, response: SipResponse): void {
    const { dialogs, log } = this.#parts;
    const { transaction, isInDialog } = asked;
    const answer = {
      bytes: writeSipMessage(response),
      flow: transaction.flow,
      inviteId: isInDialog ? null : transaction.id,
    };
    this.#unacknowledged.add(dialog.id, transaction.facts.cseq.number, answer, () => {
      log.info({ sipCallId: dialog.callId }, "no ACK came");
      if (dialogs.get(dialog.id) !== dialog) return;
      this.#handlers.endUnsolicited(dialog, 'SIP;cause=200;text="ACK timeout"');
    });
  }
}

/** RFC 3262 §3: only where the caller said that it understands them. */
function takesReliable({ isInvite, request }: ServerTransaction): boolean {
  return isInvite && reliableHeaders.some((name) => listsOption(request, name, "100rel"));
}

const reliableHeaders = ["Supported", "Require"] as const;

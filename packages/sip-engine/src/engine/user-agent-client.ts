import { invariant } from "@agentcall/base";
import type { Application } from "../control/application.ts";
import type { ControlMessage } from "../control/control-message.ts";
import {
  contactUri,
  descriptionIn,
  type Dialog,
  dialogIdOf,
  dialogOfResponse,
} from "../dialog/dialog.ts";
import { readSipFacts, type SipFacts, topVia } from "../message/sip-facts.ts";
import { newBranch, newUuid } from "../message/sip-ids.ts";
import type { SipHeader, SipRequest, SipResponse } from "../message/sip-message.ts";
import { ClientTransaction } from "../transaction/client-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { buildCancel, buildRequest } from "./build-request.ts";
import { type Built, DialogRequests, ownRequest } from "./dialog-requests.ts";
import { type EngineParts, transactionsMax } from "./engine-parts.ts";
import { localMeta, networkMeta, sentMeta, unsolicitedMeta } from "./message-meta.ts";
import { hopOf } from "./next-hop.ts";
import { ReliableOrder } from "./reliable-order.ts";
import { toTagOf, withOwnTag } from "./response-tag.ts";
import { SentAcks } from "./sent-acks.ts";
import { concernsSession } from "./session-interval.ts";

/** A request that is under way for an application; null where the engine sent it for itself. */
type Sent = {
  readonly transaction: ClientTransaction;
  readonly app: Application | null;
  readonly facts: SipFacts;
  readonly dialogId: string;
  /** The dialog that the request was sent in, or that its responses have made. */
  dialog: Dialog | null;
  /** Whether the dialog was there before the request. */
  readonly isInDialog: boolean;
  /** Hears the final response to a request that the engine sent for itself. */
  readonly onFinal: ((response: SipResponse) => void) | null;
  readonly reliable: ReliableOrder;
  /** A CANCEL waits here for a provisional response to the INVITE. */
  cancel: "none" | { readonly request: SipRequest; isSent: boolean };
};

type SipFrame = Extract<ControlMessage, { verb: "sip" }>;

const lostReason: SipHeader = { name: "Reason", value: 'SIP;cause=503;text="Application lost"' };

/** Applications' requests to the network, and the responses to them (RFC 3261 §8.1, §9.1, §12.2.1, §13.2). */
export class UserAgentClient {
  readonly #parts: EngineParts;
  readonly #sent = new Map<string, Sent>();
  readonly #byBranch = new Map<string, Sent>();
  readonly #acks = new SentAcks();
  readonly #requests: DialogRequests;
  /** Told of a 2xx to an application's request that may say how long the session lives. */
  onAnswered: (dialog: Dialog, response: SipResponse) => void = () => undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#requests = new DialogRequests(parts.transport, parts.random);
  }

  get state(): { transactions: number; open: number } {
    const all = [...this.#sent.values()];
    return {
      transactions: all.length,
      open: all.filter(({ transaction }) => transaction.isPending).length,
    };
  }

  close(): void {
    for (const { transaction } of this.#sent.values()) transaction.end();
  }

  /** An application's request: new, in a dialog, or the CANCEL of one. */
  send(app: Application, frame: SipFrame, given: SipRequest): void {
    if (given.method === "CANCEL") this.#sendCancel(app, frame, given);
    else if (given.method === "ACK") this.#sendAck(app, frame, given);
    else if (frame.dialogId !== "") this.#sendInDialog(app, frame, given);
    else this.#sendInitial(app, frame, given);
  }

  receive(response: SipResponse): void {
    const via = topVia(response);
    const branch = via?.params.get("branch");
    const facts = readSipFacts(response);
    if (typeof branch !== "string" || typeof facts === "string") return;
    this.#byBranch.get(`${branch} ${facts.cseq.method}`)?.transaction.receive(response);
  }

  /** What was sent there has failed (RFC 3261 §8.1.3.1). */
  flowLost(flow: Flow): void {
    for (const { transaction } of [...this.#sent.values()]) {
      if (transaction.flow === flow) transaction.fail(503, "Service Unavailable");
    }
  }

  /** Nobody's telephone is to ring for an application that is gone. */
  appGone(app: Application): void {
    for (const sent of [...this.#sent.values()]) {
      const { isInvite, isPending, request } = sent.transaction;
      if (sent.app !== app || !isInvite || !isPending || sent.cancel !== "none") continue;
      this.#cancel(sent, buildCancel(request, { ...request, headers: [lostReason] }));
    }
  }

  /** Whether an INVITE in this dialog has no final response yet. */
  isInviting(dialog: Dialog): boolean {
    return [...this.#sent.values()].some(
      ({ dialog: its, transaction }) =>
        its === dialog && transaction.isInvite && transaction.isPending,
    );
  }

  /** A request of the engine's own; `onFinal` hears its final response. */
  ask(dialog: Dialog, given: SipRequest, onFinal: (response: SipResponse) => void): void {
    const built = this.#requests.next(dialog, given);
    if (built !== null) this.#start(null, built, dialog, { onFinal });
  }

  /** Ends a dialog on the engine's own account. Answers the BYE as it went out. */
  bye(dialog: Dialog, reason: string): SipRequest {
    const given = ownRequest("BYE", dialog, [{ name: "Reason", value: reason }]);
    const built = this.#requests.next(dialog, given);
    this.#parts.dialogs.delete(dialog);
    if (built === null) return given;
    this.#start(null, built, dialog);
    return built.request;
  }

  /** The same, and its application is told (drachtio's "unsolicited" BYE). */
  endUnsolicited(dialog: Dialog, reason: string): void {
    const bye = this.bye(dialog, reason);
    dialog.owner.push(bye, unsolicitedMeta(dialog, this.#parts.transport));
  }

  #sendInitial(app: Application, { id, routeUrl }: SipFrame, given: SipRequest): void {
    const { transport, random } = this.#parts;
    // A route is given as a URI, whose parameters are its own: that of a Route header has brackets.
    const hop = hopOf(routeUrl === "" ? given.uri : routeUrl, given.uri);
    if (hop === null) {
      app.refuse(id, "requested protocol/transport not available");
      return;
    }
    if (hop.port === transport.port && hop.address === transport.host) {
      app.refuse(id, "can not send request to myself");
      return;
    }
    if (this.#sent.size >= transactionsMax) {
      app.refuse(id, "too many requests are under way");
      return;
    }
    const flow = transport.flowTo(hop.protocol, hop.address, hop.port, hop.name);
    if (flow === null) {
      app.refuse(id, "requested protocol/transport not available");
      return;
    }
    const branch = newBranch(random);
    const hostPort = transport.hostPortOf(flow.protocol);
    const request = buildRequest(given, { hostPort, branch, flow, random });
    if (request === null) {
      app.refuse(id, "invalid From, To or CSeq");
      return;
    }
    this.#echoAndStart(app, id, { request, flow, branch }, null);
  }

  #sendInDialog(app: Application, frame: SipFrame, given: SipRequest): void {
    const dialog = this.#parts.dialogs.get(frame.dialogId);
    if (dialog === null) {
      app.refuse(frame.id, "Server error: unable to find dialog for dialog id provided");
      return;
    }
    // A new connection of an application may take up the dialogs of its former life.
    dialog.owner = app;
    const built = this.#requests.next(dialog, given);
    if (built === null) {
      app.refuse(frame.id, "requested protocol/transport not available");
      return;
    }
    if (given.method === "BYE") this.#parts.dialogs.delete(dialog);
    if (concernsSession(given)) this.#keepDescription(dialog, given);
    this.#echoAndStart(app, frame.id, built, dialog);
  }

  /** RFC 3261 §13.2.2.4: outside of any transaction, and again for each repetition of the 2xx. */
  #sendAck(app: Application, { id, dialogId }: SipFrame, given: SipRequest): void {
    const dialog = this.#parts.dialogs.get(dialogId);
    if (dialog === null) {
      app.refuse(
        id,
        "Server error: ACK for non-success final response is automatically generated by server",
      );
      return;
    }
    const built = this.#requests.ack(dialog, given);
    if (built === null) {
      app.refuse(id, "requested protocol/transport not available");
      return;
    }
    this.#keepDescription(dialog, given);
    this.#acks.send(dialog, built);
    this.#echo(app, id, built.request, built.flow);
  }

  #keepDescription(dialog: Dialog, message: SipRequest): void {
    dialog.localDescription = descriptionIn(message) ?? dialog.localDescription;
  }

  /** RFC 3261 §9.1: not before a provisional response has come. */
  #sendCancel(app: Application, { id, transactionId }: SipFrame, given: SipRequest): void {
    const invite = this.#sent.get(transactionId);
    if (invite?.transaction.isInvite !== true || !invite.transaction.isPending) {
      app.refuse(id, `unable to cancel unknown transaction id: ${transactionId}`);
      return;
    }
    const { transaction } = invite;
    const cancel = buildCancel(transaction.request, given);
    this.#echo(app, id, cancel, transaction.flow);
    this.#cancel(invite, cancel);
  }

  #cancel(invite: Sent, request: SipRequest): void {
    const { transaction } = invite;
    invite.cancel = { request, isSent: false };
    if (transaction.state === "proceeding") this.#startCancel(invite);
    else transaction.awaitCancelled();
  }

  #startCancel({ cancel, transaction }: Sent): void {
    if (cancel === "none" || cancel.isSent) return;
    cancel.isSent = true;
    const { flow, branch } = transaction;
    this.#start(null, { request: cancel.request, flow, branch }, null);
    transaction.awaitCancelled();
  }

  #echoAndStart(app: Application, id: string, built: Built, dialog: Dialog | null): void {
    const transactionId = newUuid(this.#parts.random);
    this.#echo(app, id, built.request, built.flow, transactionId);
    this.#start(app, built, dialog, { id: transactionId });
  }

  #start(
    app: Application | null,
    { request, flow, branch }: Built,
    dialog: Dialog | null,
    more: { readonly id?: string; readonly onFinal?: Sent["onFinal"] } = {},
  ): void {
    const { clock, timing, random, log } = this.#parts;
    const id = more.id ?? newUuid(random);
    const facts = readSipFacts(request);
    invariant(typeof facts !== "string", "a request that we built can be read");
    const transaction = new ClientTransaction({
      id,
      request,
      branch,
      flow,
      clock,
      timing,
      log,
      onResponse: (response, how) => {
        this.#onResponse(sent, response, how);
      },
      onEnd: () => {
        this.#sent.delete(id);
        this.#byBranch.delete(`${branch} ${request.method}`);
      },
    });
    const sent: Sent = {
      transaction,
      app,
      facts,
      dialogId: dialog?.id ?? (transaction.isInvite ? dialogIdOf(facts.callId, facts.fromTag) : ""),
      dialog,
      isInDialog: dialog !== null,
      onFinal: more.onFinal ?? null,
      reliable: new ReliableOrder(),
      cancel: "none",
    };
    this.#sent.set(id, sent);
    this.#byBranch.set(`${branch} ${request.method}`, sent);
    transaction.start();
  }

  #onResponse(sent: Sent, response: SipResponse, how: "network" | "local" | "repeated"): void {
    if (how === "repeated") {
      if (sent.dialog !== null) this.#acks.sendAgain(sent.dialog, sent.facts.cseq.number);
      return;
    }
    if (response.status === 100) {
      this.#startCancel(sent);
      return;
    }
    if (!sent.reliable.admits(response)) return;
    if (sent.onFinal !== null) {
      if (response.status >= 200) this.#settleOwn(sent, sent.onFinal, response, how);
      return;
    }
    if (sent.transaction.isInvite) {
      const replaced = this.#followInvite(sent, response, how);
      if (replaced !== null) {
        this.#pass(sent, replaced, "local");
        return;
      }
    }
    this.#pass(sent, response, how);
    if (response.status < 200) this.#startCancel(sent);
    else if (response.status < 300) this.#tellSession(sent, response);
  }

  /** The engine's own INVITE in a dialog: it is confirmed here. */
  #settleOwn(
    { dialog, transaction }: Sent,
    onFinal: (response: SipResponse) => void,
    response: SipResponse,
    how: "network" | "local",
  ): void {
    if (dialog !== null && transaction.isInvite && how === "network" && response.status < 300) {
      dialog.remoteTarget = contactUri(response) ?? dialog.remoteTarget;
      const ack = this.#requests.ack(dialog);
      if (ack !== null) this.#acks.send(dialog, ack);
    }
    onFinal(response);
  }

  #tellSession({ dialog, transaction }: Sent, response: SipResponse): void {
    if (dialog !== null && concernsSession(transaction.request)) this.onAnswered(dialog, response);
  }

  /** Keeps the dialog of an INVITE. Answers what the application is to hear instead, if anything. */
  #followInvite(sent: Sent, response: SipResponse, how: "network" | "local"): SipResponse | null {
    const { dialogs } = this.#parts;
    if (response.status >= 300) {
      if (!sent.isInDialog && sent.dialog !== null) dialogs.delete(sent.dialog);
      return null;
    }
    if (how === "local") return null;
    this.#makeDialog(sent, response);
    if (response.status < 200 || sent.dialog === null) return null;
    if (sent.cancel !== "none") {
      // The answer crossed the CANCEL: it is confirmed and ended here (RFC 3261 §9.1).
      this.#acknowledgeAndBye(sent.dialog);
      return { ...response, status: 487, reason: "Request Terminated", body: Buffer.alloc(0) };
    }
    if (contactUri(response) === null) {
      this.#acknowledgeAndBye(sent.dialog);
      return { ...response, status: 502, reason: "Answer Without Contact", body: Buffer.alloc(0) };
    }
    return null;
  }

  #makeDialog(sent: Sent, response: SipResponse): void {
    const { dialogs } = this.#parts;
    const remoteTag = toTagOf(response);
    if (remoteTag === null || sent.app === null) return;
    if (sent.isInDialog && sent.dialog !== null) {
      sent.dialog.remoteTarget = contactUri(response) ?? sent.dialog.remoteTarget;
      return;
    }
    const { request } = sent.transaction;
    const made = dialogOfResponse(request, sent.facts, response, remoteTag, sent.app);
    made.localCseq = Math.max(made.localCseq, sent.dialog?.localCseq ?? 0); // a PRACK may have counted
    made.flow = sent.transaction.flow;
    sent.dialog = made;
    dialogs.add(made);
  }

  #acknowledgeAndBye(dialog: Dialog): void {
    const ack = this.#requests.ack(dialog);
    if (ack !== null) this.#acks.send(dialog, ack);
    this.bye(dialog, 'SIP;cause=200;text="ACK-BYE"');
  }

  #pass(sent: Sent, response: SipResponse, how: "network" | "local"): void {
    const { transaction, app, dialogId } = sent;
    const { flow, id } = transaction;
    if (how === "network") app?.push(response, networkMeta(flow, id, dialogId));
    else app?.push(withOwnTag(response, this.#parts.random), localMeta(flow, id, dialogId));
  }

  #echo(
    app: Application,
    id: string,
    request: SipRequest,
    flow: Flow,
    transactionId?: string,
  ): void {
    const { transport, random } = this.#parts;
    const meta = sentMeta(flow, transport, transactionId ?? newUuid(random));
    app.echoRequest(id, request, meta);
  }
}

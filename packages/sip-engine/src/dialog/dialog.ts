import type { Application } from "../control/application.ts";
import { splitList } from "../message/header-params.ts";
import { parseNameAddr, withTag, writeNameAddr } from "../message/name-addr.ts";
import type { SipFacts } from "../message/sip-facts.ts";
import {
  headerValue,
  headerValues,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "../message/sip-message.ts";
import type { Flow } from "../transport/flow.ts";

/** A body that describes a session. */
export type Description = { readonly contentType: string; readonly body: Buffer };

/** A dialog (RFC 3261 §12): what a later request between the same two needs. */
export type Dialog = {
  /** drachtio's name of it: the Call-ID and the tag of whoever sent the INVITE. */
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  /** Empty while a caller of ours has no answer with a tag. */
  remoteTag: string;
  /** From of what we send, and To of it, as they stand in the headers. */
  readonly localHeader: string;
  remoteHeader: string;
  /** Of the last request we sent, and of the last INVITE among them. */
  localCseq: number;
  lastInviteCseq: number;
  /** Of the last request they sent; null when they sent none. */
  remoteCseq: number | null;
  routeSet: readonly string[];
  /** Where they want requests: the URI of their Contact. */
  remoteTarget: string;
  /** The session description that we last sent, by which a session is refreshed. */
  localDescription: Description | null;
  /** The way their requests come, which is the way back where no proxy recorded itself. */
  flow: Flow | null;
  owner: Application;
};

export function dialogIdOf(callId: string, inviterTag: string): string {
  return `${callId};from-tag=${inviterTag}`;
}

/** The dialog that our 2xx to this INVITE makes (RFC 3261 §12.1.1). */
export function dialogOfInvite(
  request: SipRequest,
  facts: SipFacts,
  localTag: string,
  flow: Flow,
  owner: Application,
): Dialog {
  return {
    id: dialogIdOf(facts.callId, facts.fromTag),
    callId: facts.callId,
    localTag,
    remoteTag: facts.fromTag,
    localHeader: writeNameAddr(withTag(facts.to, localTag)),
    remoteHeader: headerValue(request, "From") ?? "",
    localCseq: 0,
    lastInviteCseq: 0,
    remoteCseq: facts.cseq.number,
    routeSet: recordRoutes(request),
    remoteTarget: contactUri(request) ?? facts.from.uri,
    localDescription: null,
    flow,
    owner,
  };
}

/** The dialog that a response with a tag to our INVITE makes (RFC 3261 §12.1.2). */
export function dialogOfResponse(
  request: SipRequest,
  requestFacts: SipFacts,
  response: SipResponse,
  remoteTag: string,
  owner: Application,
): Dialog {
  return {
    id: dialogIdOf(requestFacts.callId, requestFacts.fromTag),
    callId: requestFacts.callId,
    localTag: requestFacts.fromTag,
    remoteTag,
    localHeader: headerValue(request, "From") ?? "",
    remoteHeader: headerValue(response, "To") ?? "",
    localCseq: requestFacts.cseq.number,
    lastInviteCseq: requestFacts.cseq.number,
    remoteCseq: null,
    routeSet: [...recordRoutes(response)].reverse(),
    remoteTarget: contactUri(response) ?? request.uri,
    localDescription: descriptionIn(request),
    flow: null,
    owner,
  };
}

/** The URI of the Contact header, or null where there is none that can be read. */
export function contactUri(message: SipMessage): string | null {
  const contact = headerValue(message, "Contact");
  return contact === null ? null : (parseNameAddr(splitList(contact)[0] ?? "")?.uri ?? null);
}

/** The body of a message, which may be a session description, or null where there is none. */
export function descriptionIn(message: SipMessage): Description | null {
  if (message.body.length === 0) return null;
  return { contentType: headerValue(message, "Content-Type") ?? sdpType, body: message.body };
}

const sdpType = "application/sdp";

function recordRoutes(message: SipMessage): readonly string[] {
  return headerValues(message, "Record-Route").flatMap(splitList);
}

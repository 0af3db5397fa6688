import type { Random } from "@agentcall/base";
import type { Dialog } from "../dialog/dialog.ts";
import { parseCSeq } from "../message/cseq.ts";
import { parseNameAddr, withTag, writeNameAddr } from "../message/name-addr.ts";
import { isCallId, readSipFacts } from "../message/sip-facts.ts";
import { newTag, newUuid } from "../message/sip-ids.ts";
import { headerValue, type SipHeader, type SipRequest } from "../message/sip-message.ts";
import { parseSipUri } from "../message/sip-uri.ts";
import type { Flow } from "../transport/flow.ts";
import { ownContact, withOwnAddress } from "./local-address.ts";

/** What an application may not say about its own request. */
const ours: ReadonlySet<string> = new Set([
  "Via",
  "Route",
  "RSeq",
  "Record-Route",
  "Content-Length",
]);
const dialogHeaders: ReadonlySet<string> = new Set(["From", "To", "Call-ID", "CSeq"]);
const contactMethods: ReadonlySet<string> = new Set(["INVITE", "SUBSCRIBE"]);
const contactMethodsInDialog: ReadonlySet<string> = new Set(["INVITE", "UPDATE", "REFER"]);
const maxForwards = "70"; // RFC 3261 §8.1.1.6
const firstCseq = 1;
/** A million requests below the limit of RFC 3261 §8.1.1.5: a dialog counts on from here. */
const firstCseqMax = 2 ** 31 - 2 ** 20;

type Sender = {
  readonly hostPort: string;
  readonly branch: string;
  readonly flow: Flow;
  readonly random: Random;
};

/**
 * An application's request outside of any dialog, made complete (RFC 3261 §8.1.1). What it says
 * of Call-ID, From tag and CSeq is kept: a second try with credentials is the same call. Null when
 * From or To cannot be read, or the number leaves no room.
 */
export function buildRequest(given: SipRequest, sender: Sender): SipRequest | null {
  const { hostPort, random, flow } = sender;
  const addressed = given.headers.map((header) => withOwnAddress(header, hostPort));
  const from = parseNameAddr(headerValue({ headers: addressed }, "From") ?? `<sip:${hostPort}>`);
  const to = parseNameAddr(headerValue({ headers: addressed }, "To") ?? `<${given.uri}>`);
  if (from === null || to === null) return null;
  const callId = headerValue(given, "Call-ID") ?? "";
  const cseqNumber = parseCSeq(headerValue(given, "CSeq") ?? "")?.number ?? firstCseq;
  if (cseqNumber > firstCseqMax) return null;
  const headers: SipHeader[] = [
    ...head(given, sender),
    {
      name: "From",
      value: writeNameAddr(from.params.has("tag") ? from : withTag(from, newTag(random))),
    },
    { name: "To", value: writeNameAddr(to) },
    { name: "Call-ID", value: isCallId(callId) && callId !== "" ? callId : newUuid(random) },
    { name: "CSeq", value: `${String(cseqNumber)} ${given.method}` },
  ];
  if (contactMethods.has(given.method) && headerValue(given, "Contact") === null) {
    headers.push(ownContact(hostPort, flow.protocol));
  }
  headers.push(...rest({ ...given, headers: addressed }));
  const request = { ...given, headers };
  return typeof readSipFacts(request) === "string" ? null : request; // a tag that is no token
}

/**
 * An application's request inside a dialog (RFC 3261 §12.2.1.1). A first route without `lr` is a
 * strict router: it takes the place of the URI. The dialog's CSeq is counted by the caller.
 */
export function buildRequestInDialog(
  given: SipRequest,
  dialog: Dialog,
  cseqNumber: number,
  sender: Sender,
): SipRequest {
  const { hostPort, flow } = sender;
  const { uri, routes } = targetOf(dialog);
  const headers: SipHeader[] = [
    ...head(given, sender),
    ...routes.map((value) => ({ name: "Route", value })),
    { name: "From", value: dialog.localHeader },
    { name: "To", value: dialog.remoteHeader },
    { name: "Call-ID", value: dialog.callId },
    { name: "CSeq", value: `${String(cseqNumber)} ${given.method}` },
  ];
  if (contactMethodsInDialog.has(given.method) && headerValue(given, "Contact") === null) {
    headers.push(ownContact(hostPort, flow.protocol));
  }
  headers.push(
    ...rest({ ...given, headers: given.headers.map((each) => withOwnAddress(each, hostPort)) }),
  );
  return { ...given, uri, headers };
}

function targetOf({ remoteTarget, routeSet }: Dialog): {
  uri: string;
  routes: readonly string[];
} {
  const first = parseNameAddr(routeSet[0] ?? "")?.uri;
  if (first === undefined || parseSipUri(first)?.params.has("lr") !== false) {
    return { uri: remoteTarget, routes: routeSet };
  }
  return { uri: first, routes: [...routeSet.slice(1), `<${remoteTarget}>`] };
}

/** The CANCEL of a request (RFC 3261 §9.1): the same request with another method. */
export function buildCancel(invite: SipRequest, given: SipRequest): SipRequest {
  const kept = invite.headers.flatMap((header) => {
    if (header.name === "CSeq") {
      return [{ name: "CSeq", value: header.value.replace(/\S+$/, "CANCEL") }];
    }
    return cancelHeaders.has(header.name) ? [header] : [];
  });
  const reasons = given.headers.filter(({ name }) => name === "Reason");
  return { ...invite, method: "CANCEL", headers: [...kept, ...reasons], body: Buffer.alloc(0) };
}

const cancelHeaders: ReadonlySet<string> = new Set([
  "Via",
  "Route",
  "Max-Forwards",
  "From",
  "To",
  "Call-ID",
]);

function head(given: SipRequest, { hostPort, branch, flow }: Sender): readonly SipHeader[] {
  const protocol = flow.protocol.toUpperCase();
  return [
    { name: "Via", value: `SIP/2.0/${protocol} ${hostPort};rport;branch=${branch}` },
    { name: "Max-Forwards", value: headerValue(given, "Max-Forwards") ?? maxForwards },
  ];
}

function rest(given: SipRequest): readonly SipHeader[] {
  const kept = given.headers.filter(
    ({ name }) => !ours.has(name) && !dialogHeaders.has(name) && name !== "Max-Forwards",
  );
  if (given.body.length === 0 || headerValue(given, "Content-Type") !== null) return kept;
  return [{ name: "Content-Type", value: "application/sdp" }, ...kept];
}

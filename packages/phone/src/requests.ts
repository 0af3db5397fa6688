import {
  headerValue,
  type SipHeader,
  type SipRequest,
  type SipResponse,
  emptyBody,
} from "@agentcall/sip-engine";
import type { SipAddress, SipLink } from "./sip-link.ts";

/** What all requests of one call have in common (RFC 3261 section 12.1.2). */
export type Dialog = {
  readonly callId: string;
  readonly from: string;
  to: string;
  /** Where requests inside the dialog go: the number at first, then the answer's Contact. */
  target: string;
  route: readonly string[];
  cseq: number;
};

type RequestParts = {
  readonly method: string;
  readonly cseq: number;
  readonly branch: string;
  readonly sdp?: string;
};

/** Writes one request of a dialog. */
export function dialogRequest(dialog: Dialog, link: SipLink, parts: RequestParts): SipRequest {
  const { local, transport } = link;
  const headers: SipHeader[] = [
    {
      name: "Via",
      value: `SIP/2.0/${transport.toUpperCase()} ${hostPort(local)};branch=${parts.branch};rport`,
    },
    { name: "Max-Forwards", value: "70" },
    ...dialog.route.map((value) => ({ name: "Route", value })),
    { name: "From", value: dialog.from },
    { name: "To", value: dialog.to },
    { name: "Call-ID", value: dialog.callId },
    { name: "CSeq", value: `${String(parts.cseq)} ${parts.method}` },
    { name: "Contact", value: `<sip:phone@${hostPort(local)};transport=${transport}>` },
    { name: "Allow", value: "INVITE, ACK, CANCEL, BYE, OPTIONS" },
  ];
  if (parts.method === "NOTIFY") headers.push(...referHeaders);
  else if (parts.sdp !== undefined) {
    headers.push({ name: "Content-Type", value: "application/sdp" });
  }
  return {
    kind: "request",
    method: parts.method,
    uri: dialog.target,
    headers,
    body: parts.sdp === undefined ? emptyBody : Buffer.from(parts.sdp),
  };
}

/** What a NOTIFY says beside what became of a REFER (RFC 3515 section 2.4.5). */
const referHeaders: readonly SipHeader[] = [
  { name: "Event", value: "refer" },
  { name: "Subscription-State", value: "active;expires=60" },
  { name: "Content-Type", value: "message/sipfrag;version=2.0" },
];

/** Answers a request of the far end. */
export function responseTo(request: SipRequest, status: number, reason: string): SipResponse {
  const copied = request.headers.filter(({ name }) =>
    ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"].includes(name),
  );
  return { kind: "response", status, reason, headers: copied, body: emptyBody };
}

/** The URI in a Contact, or null. */
export function contactUri(response: SipResponse): string | null {
  return /<([^>]+)>/.exec(headerValue(response, "Contact") ?? "")?.[1] ?? null;
}

function hostPort({ host, port }: SipAddress): string {
  return `${host}:${String(port)}`;
}

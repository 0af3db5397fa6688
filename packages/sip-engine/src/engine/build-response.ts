import { parseNameAddr, withTag, writeNameAddr } from "../message/name-addr.ts";
import {
  headerValue,
  headerValues,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from "../message/sip-message.ts";
import type { Flow } from "../transport/flow.ts";
import { ownContact, withOwnAddress } from "./local-address.ts";
import { isReliable } from "./reliable-order.ts";

/** Headers that come from the request, or that the engine alone may write. */
const ours: ReadonlySet<string> = new Set([
  "Via",
  "From",
  "To",
  "Call-ID",
  "CSeq",
  "Route",
  "RSeq",
  "Record-Route",
  "Content-Length",
]);
/** A gateway restarts within seconds. */
export const retryAfter: SipHeader = { name: "Retry-After", value: "5" };

const contactMethods: ReadonlySet<string> = new Set(["INVITE", "SUBSCRIBE"]);

/**
 * An application's response, made complete (RFC 3261 §8.2.6.2): Via, From, Call-ID, CSeq and
 * Record-Route from the request, the tag that all responses of this request share, a Contact in a
 * 2xx that makes a dialog and where a PRACK is to go, and the type of a body that is a session description.
 */
export function buildResponse(
  request: SipRequest,
  given: SipResponse,
  localTag: string,
  flow: Flow,
  hostPort: string,
): SipResponse {
  const headers = responseHead(request, given.status > 100 ? localTag : null);
  if (given.status > 100 && given.status < 300) headers.push(...named(request, "Record-Route"));
  const isReached = (given.status >= 200 && given.status < 300) || isReliable(given);
  if (isReached && contactMethods.has(request.method) && headerValue(given, "Contact") === null) {
    headers.push(ownContact(hostPort, flow.protocol));
  }
  if (given.body.length > 0 && headerValue(given, "Content-Type") === null) {
    headers.push({ name: "Content-Type", value: "application/sdp" });
  }
  for (const header of given.headers) {
    if (!ours.has(header.name)) headers.push(withOwnAddress(header, hostPort));
  }
  return { ...given, headers };
}

/** A response of the engine's own. */
export function ownResponse(
  request: SipRequest,
  status: number,
  reason: string,
  localTag: string | null,
  more: readonly SipHeader[] = [],
): SipResponse {
  const headers = [...responseHead(request, localTag), ...more];
  return { kind: "response", status, reason, headers, body: Buffer.alloc(0) };
}

function responseHead(request: SipRequest, localTag: string | null): SipHeader[] {
  return [
    ...named(request, "Via"),
    ...named(request, "From"),
    { name: "To", value: toWithTag(headerValue(request, "To") ?? "", localTag) },
    ...named(request, "Call-ID"),
    ...named(request, "CSeq"),
  ];
}

/** A To that has a tag keeps it. */
function toWithTag(to: string, localTag: string | null): string {
  const address = parseNameAddr(to);
  if (address === null || localTag === null || address.params.has("tag")) return to;
  return writeNameAddr(withTag(address, localTag));
}

function named(request: SipRequest, name: string): readonly SipHeader[] {
  return headerValues(request, name).map((value) => ({ name, value }));
}

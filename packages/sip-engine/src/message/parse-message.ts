import { isUtf8 } from "node:buffer";
import { canonicalHeaderName } from "./header-names.ts";
import {
  bodyBytesMax,
  datagramBytesMax,
  headerBytesMax,
  headerCountMax,
  startLineBytesMax,
  tokenBytesMax,
} from "./sip-limits.ts";
import {
  emptyBody,
  headerValue,
  type SipHeader,
  type SipMessage,
  type SipRefusal,
  type SipRefusalReason,
} from "./sip-message.ts";

/** Headers of which a second one makes the meaning a matter of who reads (RFC 4475 §3.3.8). */
const singleHeaders: ReadonlySet<string> = new Set([
  "Call-ID",
  "Content-Length",
  "Content-Type",
  "CSeq",
  "From",
  "Max-Forwards",
  "RAck",
  "RSeq",
  "Session-Expires",
  "To",
]);

/**
 * Where the body ends: at Content-Length, or at the end of the bytes where there is none
 * (`datagram`, RFC 3261 §18.3); or always at the end of the bytes, because something else has
 * framed them already (`rest`, the control protocol).
 */
export type BodyFraming = "datagram" | "rest";

/**
 * Reads one SIP message (RFC 3261 §7 and §25). Leading line breaks are skipped. Lines end in
 * CRLF and nothing else, text is UTF-8, and no control character but the tab is taken: what two
 * readers could understand in two ways is refused. Never throws, whatever the bytes.
 */
export function parseSipMessage(
  bytes: Uint8Array,
  framing: BodyFraming = "datagram",
): SipMessage | SipRefusal {
  if (bytes.length > datagramBytesMax) return refusal("too-long");
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = skipLineBreaks(all);
  if (start === all.length) return refusal("empty");

  const headEnd = all.indexOf("\r\n\r\n", start, "latin1");
  if (headEnd < 0) return refusal("headers-not-ended");
  const startLineEnd = all.indexOf("\r\n", start, "latin1");
  if (startLineEnd - start > startLineBytesMax) return refusal("start-line-too-long");
  if (headEnd - startLineEnd > headerBytesMax) return refusal("headers-too-long");
  const head = all.subarray(start, headEnd);
  if (!isUtf8(head)) return refusal("not-utf8");

  const lines = head.toString("utf8").split("\r\n");
  const headers = parseHeaders(lines);
  if (typeof headers === "string") return refusal(headers);
  const body = sliceBody(all, headEnd + 4, headers, framing);
  if (typeof body === "string") return refusal(body);
  return parseStartLine(lines[0] ?? "", headers, body);
}

export function refusal(reason: SipRefusalReason): SipRefusal {
  return { kind: "refusal", reason };
}

/** RFC 3261 §7.5: line breaks before a start line are keep-alives of older stacks. */
function skipLineBreaks(all: Buffer): number {
  let at = 0;
  while (all[at] === 0x0d || all[at] === 0x0a) at += 1;
  return at;
}

// Everything below 0x20 but the tab, DEL, and the line breaks that splitting at CRLF has left over.
const plainText = /^[\t\u0020-\u007e\u0080-\u{10ffff}]*$/u;
const headerStart = /^([A-Za-z0-9!%*_+`'~.-]+)[ \t]*:/;

function parseHeaders(lines: readonly string[]): readonly SipHeader[] | SipRefusalReason {
  const headers: SipHeader[] = [];
  const seen = new Set<string>();
  for (const unfolded of unfold(lines)) {
    if (!plainText.test(unfolded)) return "control-character";
    const found = headerStart.exec(unfolded);
    const name = found?.[1];
    if (found === null || name === undefined || name.length > tokenBytesMax)
      return "header-malformed";
    if (headers.length === headerCountMax) return "too-many-headers";
    const canonical = canonicalHeaderName(name);
    if (singleHeaders.has(canonical)) {
      if (seen.has(canonical)) return "header-repeated";
      seen.add(canonical);
    }
    headers.push({ name: canonical, value: unfolded.slice(found[0].length).trim() });
  }
  return headers;
}

/** Joins continuation lines to the line they continue (RFC 3261 §7.3.1). A start line has none. */
function unfold(lines: readonly string[]): readonly string[] {
  const unfolded: string[] = [];
  for (const line of lines.slice(1)) {
    const isContinuation = line.startsWith(" ") || line.startsWith("\t");
    const last = unfolded.length - 1;
    if (isContinuation && last >= 0) unfolded[last] = `${unfolded[last] ?? ""} ${line.trim()}`;
    else unfolded.push(line);
  }
  return unfolded;
}

function sliceBody(
  all: Buffer,
  from: number,
  headers: readonly SipHeader[],
  framing: BodyFraming,
): Buffer | SipRefusalReason {
  const available = all.length - from;
  let bodyBytes = available;
  if (framing === "datagram") {
    const contentLength = parseContentLength(headers);
    if (contentLength === "malformed") return "content-length-malformed";
    if (contentLength !== null) {
      if (contentLength > available) return "body-truncated";
      bodyBytes = contentLength; // what follows in the datagram is to be discarded
    }
  }
  if (bodyBytes > bodyBytesMax) return "body-too-long";
  return bodyBytes === 0 ? emptyBody : all.subarray(from, from + bodyBytes);
}

/** Content-Length in bytes, null where there is none. */
export function parseContentLength(headers: readonly SipHeader[]): number | null | "malformed" {
  const text = headerValue({ headers }, "Content-Length");
  if (text === null) return null;
  return /^\d{1,9}$/.test(text) ? Number(text) : "malformed";
}

const requestLine = /^([A-Za-z0-9!%*_+`'~.-]+) ([^\s<>"]+) SIP\/(\d+\.\d+)$/i;
const statusLine = /^SIP\/(\d+\.\d+) ([1-6]\d\d)(?: (.*))?$/i;

function parseStartLine(
  line: string,
  headers: readonly SipHeader[],
  body: Buffer,
): SipMessage | SipRefusal {
  if (!plainText.test(line)) return refusal("control-character");
  const response = statusLine.exec(line);
  if (response !== null) {
    if (response[1] !== "2.0") return refusal("wrong-version");
    return {
      kind: "response",
      status: Number(response[2]),
      reason: response[3] ?? "",
      headers,
      body,
    };
  }
  const request = requestLine.exec(line);
  const method = request?.[1];
  const uri = request?.[2];
  if (method === undefined || uri === undefined || method.length > tokenBytesMax) {
    return refusal("malformed-start-line");
  }
  if (request?.[3] !== "2.0") return refusal("wrong-version");
  return { kind: "request", method, uri, headers, body };
}

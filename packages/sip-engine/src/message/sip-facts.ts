import { type CSeq, parseCSeq } from "./cseq.ts";
import { splitList } from "./header-params.ts";
import { type NameAddr, parseNameAddr } from "./name-addr.ts";
import { callIdBytesMax, tagBytesMax } from "./sip-limits.ts";
import { headerValue, type SipMessage } from "./sip-message.ts";
import { parseVia, type Via } from "./via.ts";

/** What every message must have (RFC 3261 §8.1.1), read once. */
export type SipFacts = {
  readonly via: Via;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly cseq: CSeq;
  readonly fromTag: string;
  /** Null in a request that is to begin a dialog. */
  readonly toTag: string | null;
};

export type SipFault =
  "bad-via" | "bad-from" | "bad-to" | "bad-call-id" | "bad-cseq" | "cseq-method-mismatch";

/** Reads what every message must have, or says which of it is missing or malformed. */
export function readSipFacts(message: SipMessage): SipFacts | SipFault {
  const via = topVia(message);
  if (via === null) return "bad-via";
  const from = parseNameAddr(headerValue(message, "From") ?? "");
  const fromTag = from?.params.get("tag");
  if (from === null || typeof fromTag !== "string" || !isTag(fromTag)) return "bad-from";
  const to = parseNameAddr(headerValue(message, "To") ?? "");
  const toTag = to?.params.get("tag");
  if (to === null || toTag === null || (toTag !== undefined && !isTag(toTag))) return "bad-to";
  const callId = headerValue(message, "Call-ID") ?? "";
  if (!isCallId(callId)) return "bad-call-id";
  const cseq = parseCSeq(headerValue(message, "CSeq") ?? "");
  if (cseq === null) return "bad-cseq";
  if (message.kind === "request" && cseq.method !== message.method) return "cseq-method-mismatch";
  return { via, from, to, callId, cseq, fromTag, toTag: toTag ?? null };
}

/** The Via of whoever sent this message to us: the first value of the first Via header. */
export function topVia(message: SipMessage): Via | null {
  const first = headerValue(message, "Via");
  return first === null ? null : parseVia(splitList(first)[0] ?? "");
}

/**
 * RFC 3261 lets a Call-ID be words of many signs. A bar is not among them, and it would divide
 * the tokens of the control protocol; nor is anything outside printable ASCII.
 */
export function isCallId(text: string): boolean {
  return text.length <= callIdBytesMax && /^[!-{}~]+$/.test(text);
}

/** A tag is a token (RFC 3261 §25.1). */
export function isTag(text: string): boolean {
  return text.length <= tagBytesMax && /^[A-Za-z0-9!%*_+`'~.-]+$/.test(text);
}

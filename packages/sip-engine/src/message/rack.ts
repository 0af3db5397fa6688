import { type CSeq, parseCSeq } from "./cseq.ts";

/** What a PRACK acknowledges (RFC 3262 §7.2): the RSeq of a response, and the CSeq of its request. */
export type RAck = { readonly rseq: number; readonly cseq: CSeq };

/** Reads a RAck, or answers null. */
export function parseRAck(text: string): RAck | null {
  const found = /^(\S+)[ \t]+(.+)$/.exec(text);
  const rseq = parseRSeq(found?.[1] ?? "");
  const cseq = parseCSeq(found?.[2] ?? "");
  return rseq === null || cseq === null ? null : { rseq, cseq };
}

/** Reads an RSeq, or answers null: RFC 3262 §3 begins at 1 and stays below 2^32. */
export function parseRSeq(text: string): number | null {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number < 2 ** 32 ? number : null;
}

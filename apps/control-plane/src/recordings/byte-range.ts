/** Bytes of something, both ends included. */
export type ByteRange = { readonly from: number; readonly to: number };

/**
 * What a `Range` header asks of something with `totalBytes` (RFC 9110 section 14). `whole`: there
 * is none, or one that may be ignored, for its form, its unit or because it asks for several.
 */
export function parseByteRange(
  header: string | undefined,
  totalBytes: number,
): ByteRange | "whole" | "not-satisfiable" {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  const [, first = "", last = ""] = found ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const suffixBytes = Math.min(Number(last), totalBytes);
    if (suffixBytes === 0) return "not-satisfiable";
    return { from: totalBytes - suffixBytes, to: totalBytes - 1 };
  }
  const from = Number(first);
  const to = last === "" ? totalBytes - 1 : Math.min(Number(last), totalBytes - 1);
  if (last !== "" && Number(last) < from) return "whole"; // RFC 9110 section 14.1.1: not valid
  return from < totalBytes ? { from, to } : "not-satisfiable";
}

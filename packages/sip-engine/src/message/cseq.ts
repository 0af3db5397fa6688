/** The sequence number of a request and its method (RFC 3261 §20.16). */
export type CSeq = { readonly number: number; readonly method: string };

/** Reads a CSeq, or answers null: RFC 3261 §8.1.1.5 keeps the number below 2^31. */
export function parseCSeq(text: string): CSeq | null {
  const found = /^(\d{1,10})[ \t]+([A-Za-z0-9!%*_+`'~.-]{1,64})$/.exec(text);
  const method = found?.[2];
  if (method === undefined) return null;
  const number = Number(found?.[1]);
  return number < 2 ** 31 ? { number, method } : null;
}

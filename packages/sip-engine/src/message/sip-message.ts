import { canonicalHeaderName } from "./header-names.ts";

/** One header field line: its name in canonical spelling, its value unfolded and trimmed. */
export type SipHeader = { readonly name: string; readonly value: string };

export type SipRequest = {
  readonly kind: "request";
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
};

export type SipResponse = {
  readonly kind: "response";
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
};

/** A SIP message (RFC 3261 §7). Headers stand in their order, repeated ones as often as they came. */
export type SipMessage = SipRequest | SipResponse;

/** Why bytes are no SIP message. */
export type SipRefusalReason =
  | "empty"
  | "too-long"
  | "start-line-too-long"
  | "malformed-start-line"
  | "wrong-version"
  | "headers-too-long"
  | "too-many-headers"
  | "headers-not-ended"
  | "header-malformed"
  | "header-repeated"
  | "control-character"
  | "not-utf8"
  | "content-length-malformed"
  | "content-length-missing"
  | "body-too-long"
  | "body-truncated";

/** The outcome for bytes that are no SIP message: no error, strangers send such things all day. */
export type SipRefusal = { readonly kind: "refusal"; readonly reason: SipRefusalReason };

export const emptyBody = Buffer.alloc(0);

/** The value of the first header of that name, or null. Any case, compact or long. */
export function headerValue(
  message: { headers: readonly SipHeader[] },
  name: string,
): string | null {
  const wanted = canonicalHeaderName(name);
  for (const header of message.headers) {
    if (isNamed(header, wanted)) return header.value;
  }
  return null;
}

/** The values of all headers of that name, in order. */
export function headerValues(
  message: { headers: readonly SipHeader[] },
  name: string,
): readonly string[] {
  const wanted = canonicalHeaderName(name);
  return message.headers.filter((header) => isNamed(header, wanted)).map((header) => header.value);
}

/** The headers with the first of that name replaced and its repetitions removed; appended where there was none. */
export function withHeader(
  headers: readonly SipHeader[],
  name: string,
  value: string,
): readonly SipHeader[] {
  const canonical = canonicalHeaderName(name);
  const header = { name: canonical, value };
  const at = headers.findIndex((each) => isNamed(each, canonical));
  if (at < 0) return [...headers, header];
  return headers.flatMap((each, index) => {
    if (index === at) return [header];
    return isNamed(each, canonical) ? [] : [each];
  });
}

/** The headers without any of these names. */
export function withoutHeaders(
  headers: readonly SipHeader[],
  ...names: readonly string[]
): readonly SipHeader[] {
  const canonical = names.map(canonicalHeaderName);
  return headers.filter((header) => !canonical.some((name) => isNamed(header, name)));
}

/** Whether a comma-separated list header such as Supported names this option, in any of its lines. */
export function listsOption(
  message: { headers: readonly SipHeader[] },
  name: string,
  option: string,
): boolean {
  return headerValues(message, name).some((value) =>
    value.split(",").some((each) => each.trim().toLowerCase() === option),
  );
}

function isNamed(header: SipHeader, canonical: string): boolean {
  return (
    header.name === canonical ||
    (header.name.length === canonical.length &&
      header.name.toLowerCase() === canonical.toLowerCase())
  );
}

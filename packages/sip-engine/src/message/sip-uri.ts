import { type Params, parseParams, writeParams } from "./header-params.ts";

/** A `sip:` or `sips:` URI (RFC 3261 §19.1). `port` is null where the URI names none. */
export type SipUri = {
  readonly scheme: "sip" | "sips";
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
  /** What follows the question mark, unread, or null. */
  readonly headers: string | null;
};

const sipUri =
  /^(sips?):(?:([^\s@<>"]+)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?(;[^\s?<>"]*)?(?:\?([^\s<>"]*))?$/i;

/** Reads a SIP URI, or answers null: another scheme, or malformed. */
export function parseSipUri(text: string): SipUri | null {
  const found = sipUri.exec(text);
  const host = found?.[3];
  if (found === null || host === undefined) return null;
  const port = found[4] === undefined ? null : Number(found[4]);
  if (port !== null && (port === 0 || port > 65_535)) return null;
  const params = parseParams(found[5] ?? "");
  if (params === null) return null;
  return {
    scheme: found[1]?.toLowerCase() === "sips" ? "sips" : "sip",
    user: found[2] ?? null,
    host: host.toLowerCase(),
    port,
    params,
    headers: found[6] ?? null,
  };
}

export function writeSipUri(uri: SipUri): string {
  const user = uri.user === null ? "" : `${uri.user}@`;
  const port = uri.port === null ? "" : `:${String(uri.port)}`;
  const headers = uri.headers === null ? "" : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${writeParams(uri.params)}${headers}`;
}

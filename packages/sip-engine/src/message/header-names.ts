/** Header names as the RFCs write them, in the order of no importance. */
const knownNames = [
  "Accept",
  "Allow",
  "Alert-Info",
  "Authorization",
  "Call-ID",
  "Contact",
  "Content-Disposition",
  "Content-Encoding",
  "Content-Length",
  "Content-Type",
  "CSeq",
  "Event",
  "Expires",
  "From",
  "Max-Forwards",
  "MIME-Version",
  "Min-SE",
  "P-Asserted-Identity",
  "Proxy-Authenticate",
  "Proxy-Authorization",
  "RAck",
  "Reason",
  "Record-Route",
  "Refer-To",
  "Referred-By",
  "Replaces",
  "Require",
  "Retry-After",
  "Route",
  "RSeq",
  "Server",
  "Session-Expires",
  "Subject",
  "Subscription-State",
  "Supported",
  "To",
  "Unsupported",
  "User-Agent",
  "Via",
  "Warning",
  "WWW-Authenticate",
] as const;

/** One-letter forms: RFC 3261 §7.3.3, RFC 3515, RFC 3892, RFC 4028, RFC 6665, RFC 3841. */
const compactNames: Readonly<Record<string, string>> = {
  a: "Accept-Contact",
  b: "Referred-By",
  c: "Content-Type",
  d: "Request-Disposition",
  e: "Content-Encoding",
  f: "From",
  i: "Call-ID",
  j: "Reject-Contact",
  k: "Supported",
  l: "Content-Length",
  m: "Contact",
  o: "Event",
  r: "Refer-To",
  s: "Subject",
  t: "To",
  u: "Allow-Events",
  v: "Via",
  x: "Session-Expires",
};

const canonicalNames = new Map<string, string>([
  ...knownNames.map((name) => [name.toLowerCase(), name] as const),
  ...Object.entries(compactNames),
]);

/**
 * The one spelling under which a header is kept: compact forms written out, registered names
 * as the RFCs write them, all others capitalised after each dash, save those that begin with `X-`.
 */
export function canonicalHeaderName(name: string): string {
  const known = canonicalNames.get(name) ?? canonicalNames.get(name.toLowerCase());
  if (known !== undefined) return known;
  if (name.startsWith("X-")) return name;
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}

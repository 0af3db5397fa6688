import { createHash } from "node:crypto";

/** A challenge of the other side (RFC 7616 section 3.3). */
export type DigestChallenge = {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  /** Null for the older form of RFC 2069, without counter. */
  readonly qop: "auth" | null;
  readonly stale: boolean;
};

/** MD5 of RFC 3261, and the stronger one of RFC 8760. */
export type DigestAlgorithm = "MD5" | "SHA-256";

export type DigestAnswer = {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly counted: { readonly nc: string; readonly cnonce: string } | null;
};

const hashNames = { MD5: "md5", "SHA-256": "sha256" } as const;

/** The `response` of RFC 7616 section 3.4.1. */
export function digestResponse(answer: DigestAnswer): string {
  const { username, realm, password, method, uri, nonce, counted } = answer;
  const hash = (text: string): string =>
    createHash(hashNames[answer.algorithm]).update(text).digest("hex");
  const secret = hash(`${username}:${realm}:${password}`);
  const request = hash(`${method}:${uri}`);
  const middle = counted === null ? nonce : `${nonce}:${counted.nc}:${counted.cnonce}:auth`;
  return hash(`${secret}:${middle}:${request}`);
}

/**
 * Every challenge of a header that we can answer, strongest first. Several may stand in one text:
 * drachtio-srf joins repeated headers by commas.
 */
export function parseChallenges(text: string): readonly DigestChallenge[] {
  const found = splitChallenges(text).flatMap((params) => {
    const challenge = challengeOf(params);
    return challenge === null ? [] : [challenge];
  });
  const strength = { "SHA-256": 0, MD5: 1 } as const;
  return found.toSorted((one, other) => strength[one.algorithm] - strength[other.algorithm]);
}

/** The value of Authorization or Proxy-Authorization for the first use of a nonce. */
export function authorizationFor(
  challenge: DigestChallenge,
  credentials: { readonly username: string; readonly password: string },
  request: { readonly method: string; readonly uri: string },
  cnonce: string,
): string {
  const { realm, nonce, algorithm, opaque, qop } = challenge;
  const counted = qop === null ? null : { nc: "00000001", cnonce };
  const response = digestResponse({
    ...request,
    ...credentials,
    realm,
    nonce,
    algorithm,
    counted,
  });
  const params = [
    `username="${quoted(credentials.username)}"`,
    `realm="${quoted(realm)}"`,
    `nonce="${quoted(nonce)}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(opaque === null ? [] : [`opaque="${quoted(opaque)}"`]),
    ...(counted === null ? [] : ["qop=auth", `nc=${counted.nc}`, `cnonce="${counted.cnonce}"`]),
  ];
  return `Digest ${params.join(", ")}`;
}

/** The parameters of one Digest header, names in lower case, or null where it is none. */
export function parseDigest(text: string): ReadonlyMap<string, string> | null {
  return splitChallenges(text)[0] ?? null;
}

/** `name=value` or `name="value"`; in quotes a backslash quotes what follows (RFC 3261 section 25.1). */
const parameter = /(?:(digest)\s+)?([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*,?\s*/giy;
const textCharsMax = 4_096; // some carriers' nonces have a few hundred

function splitChallenges(text: string): readonly ReadonlyMap<string, string>[] {
  const challenges: Map<string, string>[] = [];
  const read = new RegExp(parameter);
  const trimmed = text.slice(0, textCharsMax).trimStart();
  for (let found = read.exec(trimmed); found !== null; found = read.exec(trimmed)) {
    const [, scheme, name = "", inQuotes, plain = ""] = found;
    if (scheme !== undefined) challenges.push(new Map());
    const value = inQuotes === undefined ? plain : inQuotes.replace(/\\(.)/g, "$1");
    challenges.at(-1)?.set(name.toLowerCase(), value);
  }
  return challenges;
}

function challengeOf(params: ReadonlyMap<string, string>): DigestChallenge | null {
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  const algorithm = parseAlgorithm(params.get("algorithm") ?? "MD5");
  if (realm === undefined || nonce === undefined || algorithm === null) return null;
  const offered = params.get("qop");
  const words = (offered ?? "").split(",").map((word) => word.trim().toLowerCase());
  if (offered !== undefined && !words.includes("auth")) return null; // auth-int alone: not spoken
  return {
    realm,
    nonce,
    algorithm,
    opaque: params.get("opaque") ?? null,
    qop: offered === undefined ? null : "auth",
    stale: params.get("stale")?.toLowerCase() === "true",
  };
}

export function parseAlgorithm(text: string): DigestAlgorithm | null {
  const name = text.toUpperCase();
  return name === "MD5" || name === "SHA-256" ? name : null;
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, Random } from "@agentcall/base";
import { digestResponse, parseAlgorithm, parseDigest } from "./digest.ts";

/** What the credentials of a request are worth. */
export type DigestVerdict =
  | { readonly kind: "known"; readonly username: string }
  /** The nonce is not ours, too old or used up: asked again it may know the password. */
  | { readonly kind: "stale" }
  | { readonly kind: "wrong" };

type Asked = {
  readonly header: string;
  readonly method: string;
  readonly sourceAddress: string;
  /** Null for a name that is not known. */
  readonly passwordOf: (username: string) => string | null;
};

const realm = "agentcall";
const nonceMsMax = 60_000; // an answer comes within seconds; whoever recorded one has no longer to use it
const clockSkewMsMax = 5_000; // between two machines that issue nonces with one key
const macBytes = 16;
const saltBytes = 8;
const usedNoncesMax = 10_000; // a thousand calls a minute, ten times over
const unknownPassword = "nobody's";

/**
 * Challenges requests and checks the answers (RFC 7616). A nonce carries its time and a keyed hash
 * over it and the address it was given to, so nothing is kept for a stranger; of those that were
 * answered rightly the counter is kept, and no answer is good twice. Gateways that share a key take
 * each other's nonces; each keeps its own counters.
 */
export class DigestGuard {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #key: Buffer;
  /** The highest counter by nonce, oldest first. */
  readonly #used = new Map<string, number>();

  constructor(key: Buffer, clock: Clock, random: Random) {
    this.#key = key;
    this.#clock = clock;
    this.#random = random;
  }

  /** The value of WWW-Authenticate. MD5: the one algorithm that every carrier's equipment knows. */
  challenge(sourceAddress: string, stale: boolean): string {
    const issued = this.#clock.nowMs().toString(36);
    const salt = Buffer.from(this.#random.bytes(saltBytes)).toString("hex");
    const nonce = `${issued}.${salt}.${this.#mac(issued, salt, sourceAddress)}`;
    const again = stale ? ", stale=true" : "";
    return `Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"${again}`;
  }

  check({ header, method, sourceAddress, passwordOf }: Asked): DigestVerdict {
    const params = parseDigest(header);
    const nonce = params?.get("nonce") ?? "";
    if (params?.get("realm") !== realm || !this.#isOurs(nonce, sourceAddress)) {
      return { kind: "stale" };
    }
    const username = params.get("username") ?? "";
    const password = passwordOf(username);
    const algorithm = parseAlgorithm(params.get("algorithm") ?? "MD5");
    const counted = countedOf(params);
    if (algorithm === null || counted === null) return { kind: "wrong" };
    // The URI is the one that the caller reckoned with: proxies on the way may have changed ours.
    const expected = digestResponse({
      algorithm,
      username,
      realm,
      password: password ?? unknownPassword,
      method,
      uri: params.get("uri") ?? "",
      nonce,
      counted,
    });
    const isRight = isSameText(expected, params.get("response") ?? "");
    if (!isRight || password === null) return { kind: "wrong" };
    return this.#use(nonce, Number.parseInt(counted.nc, 16))
      ? { kind: "known", username }
      : { kind: "stale" };
  }

  #isOurs(nonce: string, sourceAddress: string): boolean {
    const [issued = "", salt = "", mac = ""] = nonce.split(".");
    const ageMs = this.#clock.nowMs() - Number.parseInt(issued, 36);
    if (!(ageMs >= -clockSkewMsMax && ageMs <= nonceMsMax)) return false;
    return isSameText(this.#mac(issued, salt, sourceAddress), mac);
  }

  /** Each counter of a nonce is good once, and never after a higher one. */
  #use(nonce: string, count: number): boolean {
    if (count <= (this.#used.get(nonce) ?? 0)) return false;
    this.#used.delete(nonce);
    this.#used.set(nonce, count);
    const [oldest] = this.#used.keys();
    if (this.#used.size > usedNoncesMax && oldest !== undefined) this.#used.delete(oldest);
    return true;
  }

  #mac(issued: string, salt: string, sourceAddress: string): string {
    return createHmac("sha256", this.#key)
      .update(`${issued}.${salt}.${sourceAddress}`)
      .digest()
      .subarray(0, macBytes)
      .toString("hex");
  }
}

/** We ask for `qop="auth"`: an answer without counter could be replayed, and is none. */
function countedOf(params: ReadonlyMap<string, string>): { nc: string; cnonce: string } | null {
  const nc = params.get("nc") ?? "";
  const cnonce = params.get("cnonce") ?? "";
  if (params.get("qop")?.toLowerCase() !== "auth") return null;
  return /^[\da-f]{8}$/i.test(nc) && cnonce !== "" ? { nc, cnonce } : null;
}

function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

import { createHash, X509Certificate } from "node:crypto";
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { Readable } from "node:stream";
import { AppError, type Clock } from "@agentcall/base";
import type { ApplianceAddress } from "./appliance-address.ts";

/**
 * The certificate that an appliance is known by: its own authority's, so that its certificates may
 * be renewed, or the very certificate it shows where no authority of its own stands above it.
 */
export type TrustAnchor = {
  readonly pem: string;
  /** SHA-256 of its DER, hexadecimal. */
  readonly fingerprint: string;
};

export type ApiRequest = {
  readonly method: string;
  /** Path and query, such as `/v1/numbers?limit=20`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly signal?: AbortSignal;
};

const handshakeMsMax = 10_000;
const socketsMax = 8; // a screen asks for several things at once; the appliance counts requests anyway
const chainLengthMax = 8; // a chain that is longer is no chain
const silenceMsMax = 60_000; // the event stream gives a sign of life every 5 s, a key test answers within 30 s

/**
 * Looks who is there: a TLS handshake and nothing else, not one byte of application data. Resolves
 * with what the chain that was shown is to be known by. Rejects with `unreachable`.
 */
export async function probeCertificate(
  address: ApplianceAddress,
  clock: Clock,
): Promise<TrustAnchor> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: address.host,
      port: address.port,
      // Nothing is trusted yet: the certificate is looked at, compared by the admin, then pinned.
      rejectUnauthorized: false,
      ...serverNameOf(address),
    });
    const fail = (cause: unknown): void => {
      timer.cancel();
      socket.destroy();
      reject(new AppError("unreachable", `Nothing answers at ${address.text}.`, { cause }));
    };
    const timer = clock.after(handshakeMsMax, () => {
      fail(new Error("no handshake in time"));
    });
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      timer.cancel();
      const anchor = anchorOf(chainOf(socket));
      socket.destroy();
      if (anchor === null) fail(new Error("no certificate was shown"));
      else resolve(anchor);
    });
  });
}

/** HTTP to one appliance, pinned to the certificate that was compared when it was paired. */
export class ApplianceClient {
  readonly #address: ApplianceAddress;
  readonly #agent: http.Agent;

  /** `anchor` is null only for plain HTTP on this machine. */
  constructor(address: ApplianceAddress, anchor: TrustAnchor | null) {
    this.#address = address;
    const limits = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: socketsMax };
    this.#agent =
      address.kind === "plain-loopback"
        ? new http.Agent(limits)
        : new https.Agent({
            ...limits,
            // The appliance's own authority, or nothing: the system's authorities do not count.
            ca: anchor === null ? [] : [anchor.pem],
            rejectUnauthorized: true,
            // The pinned certificate ends every chain, also where it has not signed itself.
            allowPartialTrustChain: true,
            // The authority signs for this appliance alone, whatever address it is reached at.
            checkServerIdentity: () => undefined,
            minVersion: "TLSv1.2",
          });
  }

  /**
   * Resolves with the appliance's answer as it streams in. A question that changes nothing is asked
   * once more where the appliance has meanwhile closed a connection that was kept. Rejects with `pin_mismatch` when
   * another certificate is shown (before a byte of the request is sent), else with `unreachable`.
   */
  send(request: ApiRequest): Promise<Response> {
    return new Promise((resolve, reject) => {
      const outgoing = this.#open(request, (incoming) => {
        const answer = answerOf(incoming);
        if (answer !== null) resolve(answer);
        else outgoing.destroy(new Error("no answer of HTTP"));
      });
      outgoing.on("error", (cause: NodeJS.ErrnoException) => {
        const isStale = outgoing.reusedSocket && cause.code === "ECONNRESET";
        if (isStale && asksOnly.has(request.method)) resolve(this.send(request));
        else reject(problemOf(cause, this.#address));
      });
      outgoing.once("timeout", () => outgoing.destroy(new Error("silence")));
      outgoing.end(request.body ?? undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(
    { method, path, headers, signal }: ApiRequest,
    onAnswer: (incoming: http.IncomingMessage) => void,
  ): http.ClientRequest {
    const options: https.RequestOptions = {
      agent: this.#agent,
      host: this.#address.host,
      port: this.#address.port,
      method,
      path,
      headers,
      timeout: silenceMsMax,
      ...(signal === undefined ? {} : { signal }),
    };
    return this.#address.kind === "plain-loopback"
      ? http.request(options, onAnswer)
      : https.request({ ...options, ...serverNameOf(this.#address) }, onAnswer);
  }
}

/** RFC 6066 section 3: an address is no server name. */
function serverNameOf({ host }: ApplianceAddress): { servername?: string } {
  return /[a-z]/i.test(host) && !host.includes(":") ? { servername: host } : {};
}

/** The certificates that were shown, the leaf first. */
function chainOf(socket: tls.TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < chainLengthMax) {
    chain.push(next);
    const issuer: X509Certificate | undefined = next.issuerCertificate;
    next = issuer?.fingerprint256 === next.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

/**
 * What to know an appliance by, of the chain that it shows (the leaf first); null without one.
 * An authority counts only where it has signed itself and is nobody's but the appliance's: below
 * an authority of the public, or one that is not shown, anybody's certificate would pass.
 */
export function anchorOf(
  chain: readonly X509Certificate[],
  isPublic: (authority: X509Certificate) => boolean = isPublicAuthority,
): TrustAnchor | null {
  const leaf = chain[0];
  const top = chain.at(-1);
  if (leaf === undefined || top === undefined) return null;
  const isOwnAuthority = top.verify(top.publicKey) && !isPublic(top);
  const anchor = isOwnAuthority ? top : leaf;
  const fingerprint = createHash("sha256").update(anchor.raw).digest("hex");
  return { pem: anchor.toString(), fingerprint };
}

/** Those that Node and this computer trust for all the web. */
function isPublicAuthority(authority: X509Certificate): boolean {
  return [...tls.rootCertificates, ...tls.getCACertificates("system")].some(
    (pem) => new X509Certificate(pem).fingerprint256 === authority.fingerprint256,
  );
}

const asksOnly = new Set(["GET", "HEAD"]);
const noBody = new Set([204, 205, 304]);

/** Null for a status that HTTP has not: `Response` knows those of 200 to 599. */
function answerOf(incoming: http.IncomingMessage): Response | null {
  const status = incoming.statusCode ?? 0;
  if (status < 200 || status > 599) return null;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  if (noBody.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  // Node's stream of the answer is the web's stream of bytes; the two types do not know each other.
  const body = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>;
  return new Response(body, { status, headers });
}

/** OpenSSL's words for a chain that does not lead to the pinned certificate. */
const pinCodes = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
]);

function problemOf(cause: NodeJS.ErrnoException, address: ApplianceAddress): AppError {
  if (pinCodes.has(cause.code ?? "")) {
    return new AppError(
      "pin_mismatch",
      `${address.text} shows another certificate than the one it was paired with.`,
      { cause },
    );
  }
  if (cause.code === "CERT_HAS_EXPIRED") {
    return new AppError("certificate_expired", `The certificate of ${address.text} has expired.`, {
      cause,
    });
  }
  return new AppError("unreachable", `Nothing answers at ${address.text}.`, { cause });
}

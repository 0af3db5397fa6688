import { createHash, type X509Certificate } from "node:crypto";
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { Readable } from "node:stream";
import { AppError, type Clock } from "@agentcall/base";
import type { ApplianceAddress } from "./appliance-address.ts";

/** The certificate that signs for an appliance: its own authority's, or its leaf where that is all it shows. */
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

/**
 * Looks who is there: a TLS handshake and nothing else, not one byte of application data. Resolves
 * with the top of the chain that was shown. Rejects with `unreachable`.
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
      const anchor = anchorOf(socket);
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
            // The authority signs for this appliance alone, whatever address it is reached at.
            checkServerIdentity: () => undefined,
            minVersion: "TLSv1.2",
          });
  }

  /**
   * Resolves with the appliance's answer as it streams in. Rejects with `pin_mismatch` when
   * another certificate is shown (before a byte of the request is sent), else with `unreachable`.
   */
  send(request: ApiRequest): Promise<Response> {
    return new Promise((resolve, reject) => {
      const outgoing = this.#open(request, (incoming) => {
        resolve(answerOf(incoming));
      });
      outgoing.once("error", (error: NodeJS.ErrnoException) => {
        reject(problemOf(error, this.#address));
      });
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

function anchorOf(socket: tls.TLSSocket): TrustAnchor | null {
  let certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
  for (let length = 0; length < chainLengthMax; length += 1) {
    const issuer: X509Certificate | undefined = certificate?.issuerCertificate;
    if (
      certificate === undefined ||
      issuer === undefined ||
      issuer.fingerprint256 === certificate.fingerprint256
    )
      break;
    certificate = issuer;
  }
  if (certificate === undefined) return null;
  const fingerprint = createHash("sha256").update(certificate.raw).digest("hex");
  return { pem: certificate.toString(), fingerprint };
}

const noBody = new Set([204, 205, 304]);

function answerOf(incoming: http.IncomingMessage): Response {
  const status = incoming.statusCode ?? 502;
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

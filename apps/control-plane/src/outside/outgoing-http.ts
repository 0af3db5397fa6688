import { lookup as systemLookup } from "node:dns/promises";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { type Clock, invariant } from "@agentcall/base";
import { isPublicAddress } from "./address-rule.ts";
import { type AllowedHosts, bareHost, parseOutgoingUrl, type UrlProblem } from "./outgoing-url.ts";

export type OutgoingRequest = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** From now to the end of the answer, name lookup included. */
  readonly timeoutMs: number;
  /** More of the answer than this is not read. */
  readonly bodyBytesMax?: number;
  readonly signal?: AbortSignal;
};

export type OutgoingOutcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly body: Buffer;
      /** The answer was longer than `bodyBytesMax`. */
      readonly isCut: boolean;
      /** What `Retry-After` asks for (RFC 9110 section 10.2.3). */
      readonly retryAfterMs: number | null;
    }
  /** We do not go there. */
  | { readonly kind: "refused"; readonly reason: UrlProblem }
  | { readonly kind: "failed"; readonly reason: OutgoingFailure };

export type OutgoingFailure =
  "name_not_found" | "unreachable" | "tls_failed" | "timeout" | "interrupted";

/** The addresses of a host name. Rejects when there are none. */
export type NameLookup = (host: string) => Promise<readonly string[]>;

export type OutgoingHttpOptions = {
  readonly allowedHosts: AllowedHosts;
  readonly clock: Clock;
  readonly lookup?: NameLookup;
  /** Trust anchors beside the platform's, in PEM. */
  readonly trustAnchors?: readonly string[];
};

const answerBytesMax = 65_536; // nobody reads more of an acknowledgement
const retryAfterMsMax = 24 * 3_600_000; // longer waits are our own schedule's business

/**
 * The one way out to addresses that customers give us. Goes to https on the public internet and to
 * what the admin has named. A literal address is checked as it stands; a name is looked up once,
 * each of its addresses is checked, and the connection goes to one of those and no other, so that
 * a second answer of the name server changes nothing. Redirects are not followed: they are answers.
 */
export class OutgoingHttp {
  readonly #options: OutgoingHttpOptions;

  constructor(options: OutgoingHttpOptions) {
    this.#options = options;
  }

  /** What is wrong with an address, as far as it can be seen without a name lookup; null: nothing. */
  problemOf(url: string): UrlProblem | null {
    const parsed = parseOutgoingUrl(url, this.#options.allowedHosts);
    return parsed.kind === "refused" ? parsed.reason : null;
  }

  /** Never rejects. */
  async send(request: OutgoingRequest): Promise<OutgoingOutcome> {
    const target = parseOutgoingUrl(request.url, this.#options.allowedHosts);
    if (target.kind === "refused") return target;
    const ending = new AbortController();
    const timer = this.#options.clock.after(request.timeoutMs, () => {
      ending.abort("timeout");
    });
    const interrupt = (): void => {
      ending.abort("interrupted");
    };
    if (request.signal?.aborted === true) interrupt();
    request.signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await this.#sendTo(target, request, ending.signal);
    } finally {
      timer.cancel();
      request.signal?.removeEventListener("abort", interrupt);
    }
  }

  async #sendTo(
    { url, isAllowListed }: { readonly url: URL; readonly isAllowListed: boolean },
    request: OutgoingRequest,
    signal: AbortSignal,
  ): Promise<OutgoingOutcome> {
    const addresses = await this.#addressesOf(bareHost(url), signal);
    if (addresses === "given-up") return failed(endingOf(signal));
    if (addresses.length === 0) return failed("name_not_found");
    if (!isAllowListed && !addresses.every(isPublicAddress)) {
      return { kind: "refused", reason: "address_not_allowed" };
    }
    return exchange(url, addresses, request, signal, this.#options.trustAnchors ?? []);
  }

  async #addressesOf(host: string, signal: AbortSignal): Promise<readonly string[] | "given-up"> {
    if (signal.aborted) return "given-up";
    if (isIP(host) !== 0) return [host];
    const givenUp = new Promise<"given-up">((resolve) => {
      signal.addEventListener(
        "abort",
        () => {
          resolve("given-up");
        },
        { once: true },
      );
    });
    const found = (this.#options.lookup ?? lookupBySystem)(host).catch(() => []);
    return Promise.race([found, givenUp]);
  }
}

async function lookupBySystem(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
}

/** One request and its answer, on a connection of its own to one of these addresses. */
function exchange(
  url: URL,
  addresses: readonly string[],
  request: OutgoingRequest,
  signal: AbortSignal,
  trustAnchors: readonly string[],
): Promise<OutgoingOutcome> {
  const { method, headers, body, bodyBytesMax = answerBytesMax } = request;
  return new Promise((resolve) => {
    const sent = (url.protocol === "https:" ? https : http).request(url, {
      method,
      headers: {
        ...headers,
        ...(body === null ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      },
      agent: false, // no connection is kept: the next one is checked again
      lookup: pinnedTo(addresses),
      signal,
      ...(trustAnchors.length === 0 ? {} : { ca: [...trustAnchors] }),
    });
    sent.on("response", (response) => {
      void readAnswer(response, bodyBytesMax).then((answer) => {
        resolve(signal.aborted && answer.kind === "failed" ? failed(endingOf(signal)) : answer);
        sent.destroy();
      });
    });
    sent.on("error", (error) => {
      resolve(failed(signal.aborted ? endingOf(signal) : failureOf(error)));
    });
    sent.end(body ?? undefined);
  });
}

/** A name server that changes its mind is not asked again. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = entries;
    invariant(first !== undefined, "there is an address to go to");
    if (options.all === true) callback(null, [...entries]);
    else callback(null, first.address, first.family);
  };
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<OutgoingOutcome> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > bytesMax) break;
    }
  } catch {
    return failed("unreachable");
  }
  return {
    kind: "answered",
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).subarray(0, bytesMax),
    isCut: bytes > bytesMax,
    retryAfterMs: parseRetryAfter(response.headers["retry-after"]),
  };
}

/** Only the form in seconds: a date would be read by a clock that may differ from ours. */
function parseRetryAfter(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null;
  return Math.min(Number(text) * 1_000, retryAfterMsMax);
}

function failed(reason: OutgoingFailure): OutgoingOutcome {
  return { kind: "failed", reason };
}

function endingOf(signal: AbortSignal): OutgoingFailure {
  return signal.reason === "timeout" ? "timeout" : "interrupted";
}

const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

function failureOf(error: Error): OutgoingFailure {
  const code = "code" in error ? String(error.code) : "";
  return tlsCodes.test(code) ? "tls_failed" : "unreachable";
}

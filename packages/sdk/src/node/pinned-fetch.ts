import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import tls from "node:tls";

/**
 * What an appliance is known by: the SHA-256 fingerprint of its authority's certificate (64
 * hexadecimal digits, with or without colons), as the console and the appliance's panel show it.
 */
export type Pin = { readonly fingerprint: string };

/** Another certificate was shown. Not one byte of the request was sent. */
export class PinMismatchError extends Error {
  override readonly name = "PinMismatchError";
}

const handshakeMsMax = 10_000;
const chainLengthMax = 8; // a chain that is longer is no chain
const withoutBody = new Set([204, 205, 304]); // Fetch Standard, "null body status"

/**
 * A `fetch` for one appliance that believes its own authority and no other: neither the system's
 * authorities nor host names count. The first request looks for the pinned certificate in the chain.
 */
export function pinnedFetch({ fingerprint }: Pin): typeof fetch {
  const wanted = fingerprint.replaceAll(":", "").toLowerCase();
  const agents = new Map<string, Promise<https.Agent>>();
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const agent = agents.get(url.host) ?? agentFor(url, wanted);
    agents.set(url.host, agent);
    agent.catch(() => agents.delete(url.host)); // the next request looks again
    return send(request, url, await agent);
  };
}

async function agentFor(url: URL, fingerprint: string): Promise<https.Agent> {
  const chain = await chainAt(url);
  const anchor = chain.find(
    ({ fingerprint256 }) => fingerprint256.replaceAll(":", "").toLowerCase() === fingerprint,
  );
  if (anchor === undefined) {
    throw new PinMismatchError(`The certificate at ${url.host} is not the pinned appliance's.`);
  }
  return new https.Agent({
    keepAlive: true,
    ca: [anchor.toString()],
    rejectUnauthorized: true,
    // The pinned certificate ends every chain, also where it has not signed itself.
    allowPartialTrustChain: true,
    // The authority signs for this appliance alone, whatever address it is reached at.
    checkServerIdentity: () => undefined,
    minVersion: "TLSv1.2",
  });
}

/** The certificates that are shown, the leaf first: a handshake and not one byte more. */
function chainAt(url: URL): Promise<readonly X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port === "" ? 443 : url.port),
      rejectUnauthorized: false, // nothing is sent here: what is shown is compared with the pin
      ...serverNameOf(url),
    });
    socket.setTimeout(handshakeMsMax, () => {
      socket.destroy(new Error("no handshake in time"));
    });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(chainOf(socket));
      socket.destroy();
    });
  });
}

function chainOf(socket: tls.TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < chainLengthMax) {
    chain.push(next);
    const issuer: X509Certificate | undefined = next.issuerCertificate;
    next = issuer?.fingerprint256 === next.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

/** RFC 6066 section 3: an address is no server name. */
function serverNameOf({ hostname }: URL): { readonly servername?: string } {
  return /[a-z]/i.test(hostname) && !hostname.includes(":") ? { servername: hostname } : {};
}

async function send(request: Request, url: URL, agent: https.Agent): Promise<Response> {
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    const outgoing = https.request(
      url,
      {
        agent,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        signal: request.signal,
        ...serverNameOf(url),
      },
      (incoming) => {
        resolve(responseOf(incoming));
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body.length === 0 ? undefined : body);
  });
}

function responseOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const each of value ?? []) headers.append(name, each);
  }
  if (withoutBody.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(incoming), { status, headers });
}

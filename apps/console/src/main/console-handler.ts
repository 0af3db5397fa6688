import { AppError, type Random } from "@agentcall/base";
import type { Connection } from "./paired-appliances.ts";
import type { RendererBundle } from "./renderer-bundle.ts";

/** What stands behind the page: its own files, and the selected appliance's API under `api/`. */
export type ConsoleHandler = (request: Request) => Promise<Response>;

export type ConsoleHandlerParts = {
  readonly bundle: RendererBundle;
  /** The way to the selected appliance; null when the console is not paired. */
  readonly selected: () => Connection | null;
  /** The path under which the page lies, with a slash at its end: `/` or `/console/`. */
  readonly basePath: string;
  readonly random: Random;
};

const nonceBytes = 16; // CSP Level 3 section 7.1 wants 128 bits of chance
const bodyBytesMax = 1_048_576; // what the appliance takes

/** Headers of the page that go on to the appliance. Not Authorization, not Cookie: those are added, or are none. */
const passedOn = [
  "accept",
  "content-type",
  "idempotency-key",
  "if-none-match",
  "last-event-id",
  "range",
] as const;

/** Headers of the appliance that come back to the page. */
const passedBack = [
  "accept-ranges",
  "cache-control",
  "content-disposition",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "retry-after",
  "x-agentcall-idempotency-replayed",
] as const;

/**
 * One function for the whole page: it serves the bundle with a fresh CSP nonce each load, and
 * forwards `api/…` with the key added on this side. Answers for every request; never rejects.
 */
export function consoleHandler(parts: ConsoleHandlerParts): ConsoleHandler {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    if (!pathname.startsWith(parts.basePath)) return plain(404, "not found");
    const path = pathname.slice(parts.basePath.length);
    if (path.startsWith("api/")) return forward(parts, request, `/${path.slice(4)}${search}`);
    if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "not allowed");
    // A file that went away while it was read is one that is not there.
    return serve(parts, path).catch(() => plain(404, "not found"));
  };
}

async function forward(
  { selected }: ConsoleHandlerParts,
  request: Request,
  path: string,
): Promise<Response> {
  try {
    const connection = selected();
    if (connection === null) throw new AppError("not_paired", "This console is not paired yet.");
    const body = await bodyOf(request);
    const answer = await connection.client.send({
      method: request.method,
      path,
      headers: {
        ...pick(request.headers, passedOn),
        ...(body === null ? {} : { "content-length": String(body.length) }),
        authorization: `Bearer ${connection.apiKey.reveal()}`,
      },
      body,
      signal: request.signal,
    });
    return new Response(answer.body, {
      status: answer.status,
      headers: { ...pick(answer.headers, passedBack), ...alwaysHeaders },
    });
  } catch (error) {
    return problem(error);
  }
}

async function serve({ bundle, random }: ConsoleHandlerParts, path: string): Promise<Response> {
  const file = await bundle.read(path === "" ? "index.html" : path);
  if (file === null) return plain(404, "not found");
  if (file.kind === "asset") {
    return new Response(file.bytes, {
      headers: {
        "content-type": file.contentType,
        // Vite puts a hash of its content in each asset's name.
        "cache-control": "public, max-age=31536000, immutable",
        ...alwaysHeaders,
      },
    });
  }
  const nonce = Buffer.from(random.bytes(nonceBytes)).toString("base64");
  return new Response(file.withNonce(nonce), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": contentSecurityPolicy(nonce),
      ...alwaysHeaders,
    },
  });
}

/** Nothing by default, and nothing unsafe: https://www.w3.org/TR/CSP3/ */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const alwaysHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

async function bodyOf(request: Request): Promise<Uint8Array | null> {
  if (request.method === "GET" || request.method === "HEAD") return null;
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > bodyBytesMax) {
    throw new AppError("payload_too_large", "This is more than the appliance takes.");
  }
  return bytes.length === 0 ? null : bytes;
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) picked[name] = value;
  }
  return picked;
}

const statuses: Readonly<Record<string, number>> = { not_paired: 409, payload_too_large: 413 };

/** The shape of the appliance's own errors, so that the page has one way for both. */
function problem(error: unknown): Response {
  const told = error instanceof AppError ? (error as AppError) : null; // of any code
  const code = told?.code ?? "unreachable";
  const message = told?.message ?? "The appliance does not answer.";
  return new Response(JSON.stringify({ error: { code, message } }), {
    status: statuses[code] ?? 502,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...alwaysHeaders },
  });
}

function plain(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "text/plain", ...alwaysHeaders },
  });
}

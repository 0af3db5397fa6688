import type { IncomingMessage } from "node:http";

const bodyBytesMax = 16_384; // the provider's errors have a few hundred; a proxy's page is cut
const retryAfterSecsMax = 86_400;

/**
 * Gives the body of a refused upgrade once: whole, or its beginning where it is long, breaks off
 * or stalls. The socket's own time-out of the handshake ends a body that stalls.
 */
export function readBoundedBody(response: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;

  function finish(): void {
    if (isDone) return;
    isDone = true;
    done(Buffer.concat(chunks).subarray(0, bodyBytesMax).toString("utf8"));
    response.destroy();
  }

  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= bodyBytesMax) finish();
  });
  response.on("end", finish);
  response.on("error", finish);
  response.on("close", finish);
}

/** The seconds form of Retry-After (RFC 9110 §10.2.3); the date form is not used by providers. */
export function retryAfterSecsOf(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return null;
  return Math.min(Number(header), retryAfterSecsMax);
}

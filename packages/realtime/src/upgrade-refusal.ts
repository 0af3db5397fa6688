import type { IncomingMessage } from "node:http";

const bodyBytesMax = 16_384; // the provider's errors have a few hundred; a proxy's page is cut
const retryAfterSecsMax = 86_400;

/**
 * The body of a refused upgrade: whole, or its beginning where it is long, breaks off or stalls.
 * What has come can be read at any time; `done` is called once, when no more will be read.
 */
export class BoundedBody {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(response: IncomingMessage, done: () => void) {
    response.on("data", (chunk: Buffer) => {
      if (this.#bytes >= bodyBytesMax) return;
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= bodyBytesMax) response.destroy();
    });
    response.on("error", ignoreBreak);
    response.once("close", done);
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(0, bodyBytesMax).toString("utf8");
  }
}

/** `close` comes after it, and what has come until then is the body. */
function ignoreBreak(): void {
  // Told by `close`.
}

/** The seconds form of Retry-After (RFC 9110 §10.2.3); the date form is not used by providers. */
export function retryAfterSecsOf(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return null;
  return Math.min(Number(header), retryAfterSecsMax);
}

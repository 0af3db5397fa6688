import { createHash } from "node:crypto";
import { type Readable, Transform, type TransformCallback } from "node:stream";

/** What a content weighs, and its SHA-256 in hexadecimal. */
export type Checksum = { readonly bytes: number; readonly sha256: string };

/** Lets a content pass, and knows its checksum when it has. */
export class ChecksumStream extends Transform {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    done(null, chunk);
  }

  /** Once, after the end. */
  checksum(): Checksum {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}

export async function checksumOf(content: string | Readable): Promise<Checksum> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of typeof content === "string" ? [Buffer.from(content)] : content) {
    const part = Buffer.from(chunk as Uint8Array); // a stream of bytes: see `CallRecordings.openWav`
    hash.update(part);
    bytes += part.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

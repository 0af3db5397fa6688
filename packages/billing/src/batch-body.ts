import { createHash } from "node:crypto";

const separator = ",\n"; // a JSON text holds no line break of its own

/**
 * The events of a batch as the JSON array that a request carries, written piece by piece: a batch
 * has megabytes, and as one text for each look at it they would be garbage for a long time.
 */
export class BatchBody {
  readonly #hash = createHash("sha256");
  readonly #pieces: Uint8Array[] = [];

  /** Events in their order, one JSON text each. */
  add(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const isFirst = this.#pieces.length === 0;
    this.#hash.update(`${isFirst ? "" : "\n"}${lines.join("\n")}`);
    this.#pieces.push(Buffer.from(`${isFirst ? "[" : separator}${lines.join(separator)}`));
  }

  /** Once, at the end: the bytes, and the hash of the events as their manifest names it. */
  finish(): { readonly body: Uint8Array; readonly eventsHash: string } {
    const start = this.#pieces.length === 0 ? [Buffer.from("[")] : [];
    const body = Buffer.concat([...start, ...this.#pieces, Buffer.from("]")]);
    return { body, eventsHash: this.#hash.digest("hex") };
  }
}

/** The events of such an array, one JSON text each. */
export function linesOfBody(body: string): readonly string[] {
  return body.replace(/^\[/, "").replace(/\]$/, "").split(separator);
}

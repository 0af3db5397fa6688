/**
 * Reads the frames of Server-Sent Events (HTML Standard, section 9.2.6) out of a byte stream that
 * may be cut anywhere. Comments count as a sign of life and carry nothing.
 */
export class SseReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** The `data` of each frame that is complete now. */
  take(bytes: Uint8Array): readonly string[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const frames = this.#rest.split(/\r?\n\r?\n/);
    this.#rest = frames.pop() ?? "";
    return frames.map(dataOf).filter((data) => data !== "");
  }
}

function dataOf(frame: string): string {
  return frame
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}

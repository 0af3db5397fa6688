import type { FileHandle } from "node:fs/promises";
import {
  decodeHeader,
  headerBytes,
  layoutOf,
  type RecordingHeader,
  type RecordingLayout,
  segmentAt,
  SegmentCipher,
  type SegmentPlace,
  tagBytes,
} from "@agentcall/recording";

const ends: readonly SegmentPlace[] = ["last", "last-of-recovered"];

/**
 * A sealed file that is open for reading: its audio is G.711, caller and agent taking turns by the
 * sample, and is in the clear in memory only, a segment at a time.
 */
export class SealedAudio {
  readonly header: RecordingHeader;
  readonly layout: RecordingLayout;
  readonly #file: FileHandle;
  readonly #cipher: SegmentCipher;

  private constructor(
    file: FileHandle,
    cipher: SegmentCipher,
    header: RecordingHeader,
    layout: RecordingLayout,
  ) {
    this.#file = file;
    this.#cipher = cipher;
    this.header = header;
    this.layout = layout;
  }

  /** Whoever opened the file closes it after this; `dataKey` is base64. */
  static async open(
    file: FileHandle,
    callId: string,
    dataKey: string,
  ): Promise<SealedAudio | "not-a-recording"> {
    const { size } = await file.stat();
    const head = Buffer.alloc(headerBytes);
    await file.read(head, 0, headerBytes, 0);
    const header = size < headerBytes ? "too-short" : decodeHeader(head);
    if (typeof header === "string") return "not-a-recording";
    const key = Buffer.from(dataKey, "base64");
    const cipher = new SegmentCipher(key, { callId, header });
    key.fill(0);
    return new SealedAudio(file, cipher, header, layoutOf(size, header));
  }

  /** What the last segment says of itself: nothing was cut off the end when it opens as the last. */
  async end(): Promise<{ readonly place: SegmentPlace; readonly tag: string } | null> {
    const { segments, wholeSegments, restBytes } = this.layout;
    const hasStub = segments === wholeSegments && restBytes > 0; // less than a tag: torn off
    if (segments === 0 || hasStub) return null;
    const sealed = await this.#readSealed(segments - 1);
    const place = ends.find((each) => this.#cipher.open(segments - 1, each, sealed) !== null);
    return place === undefined ? null : { place, tag: sealed.subarray(-tagBytes).toString("hex") };
  }

  /** The audio of a segment that is not the last; null where it does not open. */
  async inside(number: number): Promise<Buffer | null> {
    return this.#cipher.open(number, "inside", await this.#readSealed(number));
  }

  /** The audio of any segment of a complete file; null where it does not open. */
  async segment(number: number): Promise<Buffer | null> {
    if (number < this.layout.segments - 1) return this.inside(number);
    const sealed = await this.#readSealed(number);
    for (const place of ends) {
      const audio = this.#cipher.open(number, place, sealed);
      if (audio !== null) return audio;
    }
    return null;
  }

  /** Ends a file that its writer could not: what lies behind `segments` of them is cut off. */
  async endAfter(segments: number): Promise<void> {
    const at = segmentAt(segments, this.header);
    const end = this.#cipher.seal(segments, "last-of-recovered", Buffer.alloc(0));
    await this.#file.truncate(at);
    await this.#file.write(end, 0, end.length, at);
  }

  /** Forgets the key. The file stays open. */
  close(): void {
    this.#cipher.close();
  }

  async #readSealed(number: number): Promise<Buffer> {
    const sealed = Buffer.alloc(this.header.segmentBytes + tagBytes);
    const at = segmentAt(number, this.header);
    const { bytesRead } = await this.#file.read(sealed, 0, sealed.length, at);
    return sealed.subarray(0, bytesRead);
  }
}

import { createCipheriv, createDecipheriv } from "node:crypto";
import { invariant } from "@agentcall/base";
import { encodeHeader, headerBytes, type RecordingHeader } from "./recording-header.ts";

/** Which recording a segment belongs to: it opens in no other. */
export type RecordingBinding = {
  readonly callId: string;
  readonly header: RecordingHeader;
};

/**
 * Whether others follow a segment. A recording whose writer stopped in the middle is ended by an
 * empty segment of another mark, so that no number is sealed twice alike whatever the writer did.
 */
export type SegmentPlace = "inside" | "last" | "last-of-recovered";

const marks = { inside: 0, last: 1, "last-of-recovered": 2 } as const;

export const dataKeyBytes = 32; // AES-256
export const tagBytes = 16; // NIST SP 800-38D §5.2.1.2: never shorter
const nonceBytes = 12;
const numberAt = 7; // the bytes before it are zero: each recording has a key of its own
const markAt = 11;
const domain = Buffer.from("agentcall-recording\0", "latin1");
const segmentsMax = 0xffff_ffff;

/**
 * Seals and opens the segments of one recording: the STREAM construction (Hoang, Reyhanitabar,
 * Rogaway and Vizár 2015, section 7) over AES-256-GCM. A segment's nonce is its number and whether
 * it is the last; both are in its associated data too, with the header and the call. So a segment
 * that is changed, moved, taken out, repeated or put into another recording does not open, and what
 * is cut off shows, because no other segment opens as the last.
 *
 * No number may be sealed twice in the same place: there is one writer of a recording, who counts.
 */
export class SegmentCipher {
  readonly #key: Buffer;
  readonly #nonce = Buffer.alloc(nonceBytes);
  readonly #associated: Buffer;

  /** `dataKey` has 32 bytes and is copied. */
  constructor(dataKey: Uint8Array, { callId, header }: RecordingBinding) {
    invariant(dataKey.length === dataKeyBytes, "the data key of a recording has 256 bits");
    this.#key = Buffer.from(dataKey);
    this.#associated = Buffer.concat([
      domain,
      encodeHeader(header),
      Buffer.alloc(5), // number and mark
      Buffer.from(callId, "utf8"),
    ]);
  }

  /** The ciphertext with its tag behind it. */
  seal(number: number, place: SegmentPlace, audio: Uint8Array): Buffer {
    this.#turnTo(number, place);
    const cipher = createCipheriv("aes-256-gcm", this.#key, this.#nonce, {
      authTagLength: tagBytes,
    });
    cipher.setAAD(this.#associated);
    const ciphertext = cipher.update(audio);
    cipher.final(); // of GCM it adds nothing
    return Buffer.concat([ciphertext, cipher.getAuthTag()]);
  }

  /** The audio, or null where these bytes are not this segment of this recording. */
  open(number: number, place: SegmentPlace, sealed: Uint8Array): Buffer | null {
    const audioBytes = sealed.length - tagBytes;
    if (audioBytes < 0) return null;
    this.#turnTo(number, place);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, this.#nonce, {
      authTagLength: tagBytes,
    });
    decipher.setAAD(this.#associated);
    decipher.setAuthTag(sealed.subarray(audioBytes));
    const audio = decipher.update(sealed.subarray(0, audioBytes));
    try {
      decipher.final();
      return audio;
    } catch {
      // Node throws one untyped error for a bad tag: the only meaning here is "not authentic".
      audio.fill(0);
      return null;
    }
  }

  /** Forgets the key. Nothing is sealed or opened afterwards that others would know. */
  close(): void {
    this.#key.fill(0);
  }

  #turnTo(number: number, place: SegmentPlace): void {
    invariant(number >= 0 && number <= segmentsMax, "a segment's number has 32 bits");
    this.#nonce.writeUInt32BE(number, numberAt);
    this.#nonce.writeUInt8(marks[place], markAt);
    const at = domain.length + headerBytes;
    this.#associated.writeUInt32BE(number, at);
    this.#associated.writeUInt8(marks[place], at + 4);
  }
}

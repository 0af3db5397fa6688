import { invariant } from "@agentcall/base";

/**
 * How a file of a recording begins (format 1, big endian):
 *
 *     0..3   "ACRC"
 *     4      format, 1 byte
 *     5      law of the samples: 0 µ-law, 1 A-law (ITU-T G.711)
 *     6..7   0
 *     8..11  bytes of audio in a segment
 *
 * Sealed segments follow it without anything between them. It is not secret, and it is part of what
 * every segment is bound to.
 */
export type RecordingHeader = {
  readonly codec: RecordingCodec;
  /** Of every segment but the last, which may have less. Even: caller and agent take turns. */
  readonly segmentBytes: number;
};

export type RecordingCodec = "pcmu" | "pcma";

export const headerBytes = 12;
const magic = "ACRC";
const format = 1;
const codecs: readonly RecordingCodec[] = ["pcmu", "pcma"];
const segmentBytesMax = 1_048_576; // a reader holds one in memory; a minute of G.711 is less

export type HeaderRefusal = "too-short" | "not-a-recording" | "unknown-format" | "damaged";

/** Writes a header. */
export function encodeHeader({ codec, segmentBytes }: RecordingHeader): Buffer {
  invariant(isSegmentSize(segmentBytes), "a segment has an even number of bytes, 1 MB at most");
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magic, 0, "latin1");
  bytes.writeUInt8(format, 4);
  bytes.writeUInt8(codecs.indexOf(codec), 5);
  bytes.writeUInt32BE(segmentBytes, 8);
  return bytes;
}

/** Reads the first bytes of a file. Never throws. */
export function decodeHeader(given: Uint8Array): RecordingHeader | HeaderRefusal {
  if (given.length < headerBytes) return "too-short";
  const bytes = Buffer.from(given.buffer, given.byteOffset, headerBytes);
  if (bytes.toString("latin1", 0, 4) !== magic) return "not-a-recording";
  if (bytes.readUInt8(4) !== format) return "unknown-format";
  const codec = codecs[bytes.readUInt8(5)];
  const segmentBytes = bytes.readUInt32BE(8);
  if (codec === undefined || bytes.readUInt16BE(6) !== 0 || !isSegmentSize(segmentBytes)) {
    return "damaged";
  }
  return { codec, segmentBytes };
}

function isSegmentSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes > 0 && bytes % 2 === 0 && bytes <= segmentBytesMax;
}

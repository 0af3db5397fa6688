import { headerBytes, type RecordingHeader } from "./recording-header.ts";
import { tagBytes } from "./segment-cipher.ts";

/** Where what is in a file of a recording, as its length tells. */
export type RecordingLayout = {
  /** All of them, the last one included; 0 where not even one fits. */
  readonly segments: number;
  /** Of both channels together. */
  readonly audioBytes: number;
  /** Segments that are as long as all but the last are. */
  readonly wholeSegments: number;
  /** How many bytes come behind the whole ones. */
  readonly restBytes: number;
};

/** The layout of a file of `fileBytes`. Whether it is complete shows when its last segment opens. */
export function layoutOf(fileBytes: number, { segmentBytes }: RecordingHeader): RecordingLayout {
  const sealedBytes = segmentBytes + tagBytes;
  const bodyBytes = Math.max(0, fileBytes - headerBytes);
  const wholeSegments = Math.floor(bodyBytes / sealedBytes);
  const restBytes = bodyBytes - wholeSegments * sealedBytes;
  const hasRest = restBytes >= tagBytes;
  return {
    segments: wholeSegments + (hasRest ? 1 : 0),
    audioBytes: wholeSegments * segmentBytes + (hasRest ? restBytes - tagBytes : 0),
    wholeSegments,
    restBytes,
  };
}

/** Where the sealed segment of this number begins in its file. */
export function segmentAt(number: number, { segmentBytes }: RecordingHeader): number {
  return headerBytes + number * (segmentBytes + tagBytes);
}

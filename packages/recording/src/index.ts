export { layoutOf, type RecordingLayout, segmentAt } from "./recording-layout.ts";
export {
  decodeHeader,
  encodeHeader,
  headerBytes,
  type HeaderRefusal,
  type RecordingCodec,
  type RecordingHeader,
} from "./recording-header.ts";
export {
  dataKeyBytes,
  type RecordingBinding,
  SegmentCipher,
  type SegmentPlace,
  tagBytes,
} from "./segment-cipher.ts";

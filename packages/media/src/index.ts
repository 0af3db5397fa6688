export { isAudible } from "./audible.ts";
export { DtmfDetector } from "./dtmf-detector.ts";
export { decodeG711, encodeG711, type G711Codec, silenceByte, transcodeG711 } from "./g711.ts";
export { type JitterCounters, JitterBuffer, type UplinkSink } from "./jitter-buffer.ts";
export {
  type FrameKind,
  type HeardItem,
  type PlayoutCounters,
  PlayoutQueue,
} from "./playout-queue.ts";
export { resampleTo8k } from "./resample.ts";
export {
  fractionLost,
  type HeardReport,
  parseRtcpReport,
  type ReportBlock,
  type RtcpRefusal,
  type RtcpReport,
  type SenderInfo,
  writeRtcpReport,
} from "./rtcp.ts";
export {
  emptyRtpHeader,
  parseRtpHeader,
  readRtpHeader,
  type RtpHeader,
  rtpHeaderBytes,
  type RtpRefusal,
  writeRtpHeader,
} from "./rtp-header.ts";
export {
  cryptoLine,
  masterKeyBytes,
  parseCrypto,
  type SrtpKeying,
  type SrtpSuite,
  srtpSuites,
} from "./sdes.ts";
export {
  type AgreedAudio,
  type AudioOffer,
  type LocalAudio,
  type MediaDirection,
  type OfferedAudio,
  parseSdp,
  ptimeFor,
  type PtimeMs,
  type SdpRefusal,
  type SrtpPolicy,
  writeAnswer,
  writeOffer,
} from "./sdp.ts";
export { RtpTimeline } from "./rtp-timeline.ts";
export { SequenceUnwrapper } from "./sequence-unwrapper.ts";
export { soundKind, type SoundKind } from "./sound-kind.ts";
export {
  parseTelephoneEvent,
  type TelephoneEvent,
  telephoneEventBytes,
  TelephoneEventCollector,
  writeTelephoneEvent,
} from "./telephone-event.ts";
export { generateTone } from "./tone.ts";
export { findTones, type FoundTone, toneLevelDb } from "./tone-finder.ts";
export {
  parseWav,
  type WavAudio,
  wavHead,
  wavHeadBytes,
  type WavRefusal,
  writeWav,
} from "./wav.ts";

export { type CSeq, parseCSeq } from "./message/cseq.ts";
export { type Params, parseParams, splitList, writeParams } from "./message/header-params.ts";
export { type NameAddr, parseNameAddr, withTag, writeNameAddr } from "./message/name-addr.ts";
export { parseSipMessage } from "./message/parse-message.ts";
export { readSipFacts, type SipFacts, type SipFault, topVia } from "./message/sip-facts.ts";
export { newBranch, newTag, newUuid } from "./message/sip-ids.ts";
export {
  emptyBody,
  headerValue,
  headerValues,
  listsOption,
  type SipHeader,
  type SipMessage,
  type SipRefusal,
  type SipRefusalReason,
  type SipRequest,
  type SipResponse,
  withHeader,
  withoutHeaders,
} from "./message/sip-message.ts";
export { parseSipUri, type SipUri, writeSipUri } from "./message/sip-uri.ts";
export { SipStreamReader, type StreamItem } from "./message/stream-reader.ts";
export { parseVia, sentBy, type Via, writeVia } from "./message/via.ts";
export { writeSipMessage } from "./message/write-message.ts";
export {
  type SipEngine,
  type SipEngineOptions,
  type SipEngineState,
  startSipEngine,
} from "./engine/sip-engine.ts";
export type { TlsSettings } from "./transport/tls-port.ts";
export { defaultTiming, type SipTiming } from "./transaction/sip-timing.ts";

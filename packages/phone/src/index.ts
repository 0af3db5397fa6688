export { type SimulatedNetwork } from "./audio-leg.ts";
export { type HeardAudio } from "./heard-audio.ts";
export { type CallOptions, Phone, type PhoneOptions } from "./phone.ts";
export { type CallEnd, type CallOutcome, type CallTimes, type PhoneCall } from "./phone-call.ts";
export { type SipAddress, type SipTransport } from "./sip-link.ts";

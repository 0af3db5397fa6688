export { MediaProtection } from "./media-protection.ts";
export type { SrtpRefusal } from "./srtp-receiver.ts";
export { keysForAnswer, keysOfAnswer, offeredKeyings, type StreamKeys } from "./stream-keys.ts";

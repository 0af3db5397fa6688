export { RtpSender } from "./rtp-sender.ts";
export { longestToneGapMs } from "./tone-gap.ts";

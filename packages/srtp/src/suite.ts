import type { SrtpSuite } from "@agentcall/media";

/** What is left of HMAC-SHA1 behind a packet of RTP. */
export const tagBytesOf = {
  AES_CM_128_HMAC_SHA1_80: 10,
  AES_CM_128_HMAC_SHA1_32: 4,
} as const satisfies Readonly<Record<SrtpSuite, number>>;

/** Behind one of RTCP, with either suite (RFC 4568 section 6.2.2). */
export const rtcpTagBytes = 10;

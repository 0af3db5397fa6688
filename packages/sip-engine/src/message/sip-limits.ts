/**
 * Limits of one SIP message. The first three follow what drachtio-server accepts, so that
 * nothing passes here that production would cut off.
 */
export const startLineBytesMax = 512;
/** All header lines together, without the blank line that ends them. */
export const headerBytesMax = 8_400;
export const bodyBytesMax = 12_288;
/** An ordinary INVITE has 15 to 30 header fields; a hundred is a long chain of proxies. */
export const headerCountMax = 100;
/** What UDP can carry at all. */
export const datagramBytesMax = 65_535;
/** Longer names exist in no registered header or method, and would only cost memory. */
export const tokenBytesMax = 64;
/** Call-ID and tags are keys of our tables: dialog ids made of them stay below drachtio's 1,024 bytes. */
export const callIdBytesMax = 512;
export const tagBytesMax = 256;

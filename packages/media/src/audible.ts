import type { G711Codec } from "./g711.ts";

/**
 * Whether any of these bytes is louder than digital silence: a provider that fails may go on
 * sending zeros, and a caller hears nobody.
 */
export function isAudible(
  codec: G711Codec,
  bytes: Uint8Array,
  offset: number,
  length: number,
): boolean {
  const silence = codec === "pcmu" ? 0xff : 0x55;
  const end = Math.min(bytes.length, offset + length);
  for (let index = offset; index < end; index += 1) {
    // Both laws count magnitudes upwards once their inverted bits are turned back (G.711 tables 1a and 2a).
    if ((((bytes[index] ?? silence) ^ silence) & 0x7f) > audibleStep) return true;
  }
  return false;
}

const audibleStep = 8; // 64 (µ-law) and 136 (A-law) of 32,768: -48 dBFS and below is no voice

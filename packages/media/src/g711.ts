// ITU-T G.711, both laws, by tables: a frame of 160 samples costs a tenth of what arithmetic costs.

export type G711Codec = "pcmu" | "pcma";

/** The byte that stands for silence. */
export function silenceByte(codec: G711Codec): number {
  return codec === "pcmu" ? 0xff : 0xd5;
}

/** Writes one byte for each sample from the start of `into`, which must have room for all. */
export function encodeG711(codec: G711Codec, samples: Int16Array, into: Uint8Array): void {
  const table = codec === "pcmu" ? muLawOf : aLawOf;
  for (let index = 0; index < samples.length; index += 1) {
    into[index] = table[(samples[index] ?? 0) & 0xffff] ?? 0;
  }
}

/** Writes one 16-bit sample for each byte from the start of `into`, which must have room for all. */
export function decodeG711(codec: G711Codec, bytes: Uint8Array, into: Int16Array): void {
  const table = codec === "pcmu" ? linearOfMuLaw : linearOfALaw;
  for (let index = 0; index < bytes.length; index += 1) into[index] = table[bytes[index] ?? 0] ?? 0;
}

/** Turns bytes of one law into the other's where they are. Of the same law they stay as they are. */
export function transcodeG711(
  from: G711Codec,
  to: G711Codec,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  if (from === to) return;
  const table = from === "pcmu" ? aLawOfMuLaw : muLawOfALaw;
  for (let index = offset; index < offset + length; index += 1) {
    bytes[index] = table[bytes[index] ?? 0] ?? 0;
  }
}

const muLawBias = 132; // 33 of G.711's 14-bit scale, in 16 bits
const muLawClip = 32_635; // the largest magnitude that the bias leaves room for

const muLawOf = encodingTable(muLawByte);
const aLawOf = encodingTable(aLawByte);
const linearOfMuLaw = Int16Array.from({ length: 256 }, (_, byte) => linearOfMuLawByte(byte));
const linearOfALaw = Int16Array.from({ length: 256 }, (_, byte) => linearOfALawByte(byte));

const aLawOfMuLaw = Uint8Array.from(linearOfMuLaw, (sample) => aLawOf[sample & 0xffff] ?? 0);
const muLawOfALaw = Uint8Array.from(linearOfALaw, (sample) => muLawOf[sample & 0xffff] ?? 0);

/** A byte for each 16-bit sample, found by its two's complement bits. */
function encodingTable(byteOf: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, bits) => byteOf((bits << 16) >> 16));
}

/** G.711 table 2a: sign, three bits of exponent, four of mantissa, all inverted. */
function muLawByte(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), muLawClip) + muLawBias;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 15;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** G.711 table 1a: 13 bits, the two lowest segments linear, even bits inverted. */
function aLawByte(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = (sample < 0 ? ~sample : sample) >> 3;
  const exponent = Math.max(0, 27 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (exponent < 2 ? 1 : exponent)) & 15;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function linearOfMuLawByte(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 15) << 3) + muLawBias) << ((bits >> 4) & 7)) - muLawBias;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}

function linearOfALawByte(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const low = ((bits & 15) << 4) + 8;
  const magnitude = exponent === 0 ? low : (low + 256) << (exponent - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}

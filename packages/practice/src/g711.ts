// ITU-T G.711, both laws, for the practice provider's answers and for the levels it hears.

type Law = "pcmu" | "pcma";

const muLawBias = 132; // 33 of G.711's 14-bit scale, in 16 bits
const muLawClip = 32_635;

export function silenceByte(law: Law): number {
  return law === "pcmu" ? 0xff : 0xd5;
}

export function encodeG711(law: Law, samples: Int16Array, into: Uint8Array): void {
  const encode = law === "pcmu" ? encodeMuLaw : encodeALaw;
  samples.forEach((sample, index) => {
    into[index] = encode(sample);
  });
}

export function decodeG711(law: Law, bytes: Uint8Array, into: Int16Array): void {
  const decode = law === "pcmu" ? decodeMuLaw : decodeALaw;
  bytes.forEach((byte, index) => {
    into[index] = decode(byte);
  });
}

function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), muLawClip) + muLawBias;
  const exponent = 24 - Math.clz32(magnitude);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xff;
}

function decodeMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 15) << 3) + muLawBias) << ((bits >> 4) & 7)) - muLawBias;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}

function encodeALaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = (sample < 0 ? ~sample : sample) >> 3;
  const exponent = Math.max(0, 27 - Math.clz32(magnitude));
  const mantissa = (magnitude >> (exponent < 2 ? 1 : exponent)) & 15;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function decodeALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const low = ((bits & 15) << 4) + 8;
  const magnitude = exponent === 0 ? low : (low + 256) << (exponent - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}

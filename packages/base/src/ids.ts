import type { Random } from "./random.ts";

/** Crockford's base 32 in lower case: no letter that is mistaken for another or for a digit. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const idBytes = 16; // 128 bits: two producers never meet

/** A fresh opaque id such as `call_3v9k…`: the prefix, `_`, and 26 characters of chance. */
export function newId<Prefix extends string>(
  prefix: Prefix,
  random: Random,
): `${Prefix}_${string}` {
  return `${prefix}_${base32(random.bytes(idBytes))}`;
}

/** Writes bytes as base 32, five bits a character, the last one padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      text += alphabet.charAt((bits >> bitCount) & 31);
    }
  }
  if (bitCount > 0) text += alphabet.charAt((bits << (5 - bitCount)) & 31);
  return text;
}

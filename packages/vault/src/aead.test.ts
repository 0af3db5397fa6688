import type { Random } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { openBytes, sealBytes } from "./aead.ts";

const longKey = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
const longText =
  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

/** McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B: the cases of AES-256. */
const vectors = [
  {
    name: "13",
    key: "0".repeat(64),
    nonce: "0".repeat(24),
    text: "",
    associated: "",
    sealed: "",
    tag: "530f8afbc74536b9a963b4f1c4cb738b",
  },
  {
    name: "14",
    key: "0".repeat(64),
    nonce: "0".repeat(24),
    text: "0".repeat(32),
    associated: "",
    sealed: "cea7403d4d606b6e074ec5d3baf39d18",
    tag: "d0d1c8a799996bf0265b98b5d48ab919",
  },
  {
    name: "15",
    key: longKey,
    nonce: "cafebabefacedbaddecaf888",
    text: longText,
    associated: "",
    sealed:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
    tag: "b094dac5d93471bdec1a502270e3cc6c",
  },
  {
    name: "16",
    key: longKey,
    nonce: "cafebabefacedbaddecaf888",
    text: longText.slice(0, 120),
    associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    sealed:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
    tag: "76fc6ece0f4e1768cddf8853bb2d551b",
  },
];

describe.each(vectors)(
  "the published case $name",
  ({ key, nonce, text, associated, sealed, tag }) => {
    test("is sealed as published, and opens", () => {
      const result = sealBytes(hex(key), hex(text), hex(associated), chanceOf(hex(nonce)));

      expect(result.ciphertext.toString("hex")).toBe(sealed);
      expect(result.tag.toString("hex")).toBe(tag);
      expect(openBytes(hex(key), result, hex(associated))?.toString("hex")).toBe(text);
    });

    test.each([4, 8, 12, 15])("does not open with a tag of %i bytes", (bytes) => {
      const cut = { nonce: hex(nonce), ciphertext: hex(sealed), tag: hex(tag).subarray(0, bytes) };

      expect(openBytes(hex(key), cut, hex(associated))).toBeNull();
    });
  },
);

test("a nonce of another length opens nothing", () => {
  const sealed = { nonce: Buffer.alloc(16), ciphertext: Buffer.alloc(1), tag: Buffer.alloc(16) };

  expect(openBytes(Buffer.alloc(32), sealed, Buffer.alloc(0))).toBeNull();
});

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

function chanceOf(bytes: Buffer): Random {
  return { bytes: () => bytes, below: () => 0, unit: () => 0 };
}

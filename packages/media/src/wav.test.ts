import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { decodeG711 } from "./g711.ts";
import { parseWav, writeWav } from "./wav.ts";

const notSpoken = "neither-16-bit-pcm-nor-g711";
const samples = Int16Array.from([0, 1, -1, 32_767, -32_768, 1_234]);

describe("a WAV file", () => {
  test.each([8_000, 16_000])("of %i Hz that was written is read again", (sampleRateHz) => {
    expect(parseWav(writeWav({ sampleRateHz, samples }))).toEqual({ sampleRateHz, samples });
  });

  test.each([
    [6, 0xd5, 8],
    [7, 0xff, 0],
  ])("of G.711, format %i, is decoded", (format, byte, sample) => {
    const wav = parseWav(file({ format, bits: 8, data: [byte, byte] }));

    expect(wav).toEqual({ sampleRateHz: 8_000, samples: Int16Array.of(sample, sample) });
  });

  test("may have other chunks before its audio, and say its format in the extended way", () => {
    const extended = file({
      format: 0xfffe,
      bits: 16,
      data: [1, 0],
      more: [22, 0, 16, 0, 4, 0, 0, 0, 1, 0, ...Array<number>(14).fill(0)],
    });
    const withList = file({
      format: 1,
      bits: 16,
      data: [1, 0],
      before: letters("LIST").concat([3, 0, 0, 0, 9, 9, 9, 0]),
    });

    expect(parseWav(extended)).toMatchObject({ samples: Int16Array.of(1) });
    expect(parseWav(withList)).toMatchObject({ samples: Int16Array.of(1) });
  });

  test("whose length was never put right is played as far as it goes", () => {
    const bytes = writeWav({ sampleRateHz: 8_000, samples });
    new DataView(bytes.buffer).setUint32(40, 0xffffffff, true);

    expect(parseWav(bytes)).toMatchObject({ samples });
  });

  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "not-a-wav-file"],
    ["a text", Uint8Array.from(letters("RIFF1234TEXT")), "not-a-wav-file"],
    ["no chunks", Uint8Array.from(letters("RIFF1234WAVE")), "no-audio-in-it"],
    ["no samples", file({ format: 1, bits: 16, data: [] }), "no-audio-in-it"],
    ["two channels", file({ format: 1, bits: 16, channels: 2 }), "not-one-channel"],
    ["44.1 kHz", file({ format: 1, bits: 16, rate: 44_100 }), "sample-rate-is-not-8-or-16-khz"],
    ["half a head", Uint8Array.from(letters("RIFF1234WAV")), "not-a-wav-file"],
    ["another order of bytes", Uint8Array.from(letters("RIFX1234WAVE")), "not-a-wav-file"],
    ["a format of ten bytes", file({ format: 1, bits: 16, formatBytes: 10 }), "no-audio-in-it"],
    ["a format that is cut off behind its audio", audioBeforeFormat(), "truncated"],
    ["one byte of 16-bit audio", file({ format: 1, bits: 16, data: [1] }), "no-audio-in-it"],
    ["no channel", file({ format: 1, bits: 16, channels: 0 }), "not-one-channel"],
    ["11 kHz", file({ format: 7, bits: 8, rate: 11_025 }), "sample-rate-is-not-8-or-16-khz"],
    ["8-bit PCM", file({ format: 1, bits: 8 }), "neither-16-bit-pcm-nor-g711"],
    ["16-bit µ-law", file({ format: 7, bits: 16 }), "neither-16-bit-pcm-nor-g711"],
    ["float samples", file({ format: 3, bits: 32 }), "neither-16-bit-pcm-nor-g711"],
    ["an extended format without it", file({ format: 0xfffe, bits: 16 }), notSpoken],
    ["24 bits", file({ format: 1, bits: 24 }), "neither-16-bit-pcm-nor-g711"],
    ["MP3", file({ format: 0x55, bits: 0 }), "neither-16-bit-pcm-nor-g711"],
    [
      "a format that breaks off",
      file({ format: 1, bits: 16, formatBytes: 10_000 }),
      "no-audio-in-it",
    ],
  ])("of %s is refused", (_, bytes, reason) => {
    expect(parseWav(bytes)).toBe(reason);
  });

  test.each(["pcmu", "pcma"] as const)("of %s is heard as its bytes are", (codec) => {
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const expected = new Int16Array(256);
    decodeG711(codec, everyByte, expected);

    const wav = parseWav(
      file({ format: codec === "pcmu" ? 7 : 6, bits: 8, rate: 16_000, data: [...everyByte] }),
    );

    expect(wav).toEqual({ sampleRateHz: 16_000, samples: expected });
  });

  test("that lies in the middle of a buffer is read there", () => {
    const bytes = writeWav({ sampleRateHz: 8_000, samples });
    const buffer = new Uint8Array(bytes.length + 8);
    buffer.set(bytes, 3);

    expect(parseWav(buffer.subarray(3, 3 + bytes.length))).toMatchObject({ samples });
  });

  test("is written as other programs expect it, byte for byte", () => {
    const bytes = writeWav({ sampleRateHz: 16_000, samples: Int16Array.of(-2) });

    // prettier-ignore
    expect([...bytes]).toEqual([
      ...letters("RIFF"), 38, 0, 0, 0, ...letters("WAVE"),
      ...letters("fmt "), 16, 0, 0, 0,
      1, 0, 1, 0, // PCM, one channel
      0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, // 16,000 samples and 32,000 bytes a second
      2, 0, 16, 0, // two bytes and 16 bits a sample
      ...letters("data"), 2, 0, 0, 0, 0xfe, 0xff,
    ]);
  });

  test("is looked for in any bytes without ever throwing", () => {
    const random = seededRandom(5);
    const good = writeWav({ sampleRateHz: 8_000, samples });
    for (let count = 0; count < 3_000; count += 1) {
      const bytes = good.slice(0, random.below(good.length + 1));
      for (let hits = random.below(4); hits > 0 && bytes.length > 0; hits -= 1) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      expect(() => parseWav(bytes)).not.toThrow();
    }
  });
});

/** RIFF does not say in which order the chunks come. */
function audioBeforeFormat(): Uint8Array {
  const format = [...letters("fmt "), 16, 0, 0, 0, 1, 0, 1, 0];
  return Uint8Array.from([
    ...letters("RIFF1234WAVE"),
    ...letters("data"),
    ...[2, 0, 0, 0, 1, 0],
    ...format,
  ]);
}

function file(parts: {
  format: number;
  bits: number;
  rate?: number;
  channels?: number;
  data?: number[];
  more?: number[];
  before?: number[];
  formatBytes?: number;
}): Uint8Array {
  const { rate = 8_000, channels = 1, data = [1, 0, 1, 0], more = [], before = [] } = parts;
  const word = (value: number): number[] => [
    value & 255,
    (value >> 8) & 255,
    (value >> 16) & 255,
    value >>> 24,
  ];
  const half = (value: number): number[] => [value & 255, value >> 8];
  const format = [
    ...half(parts.format),
    ...half(channels),
    ...word(rate),
    ...word(rate),
    ...half(1),
    ...half(parts.bits),
    ...more,
  ];
  return Uint8Array.from([
    ...letters("RIFF"),
    ...word(0),
    ...letters("WAVE"),
    ...before,
    ...letters("fmt "),
    ...word(parts.formatBytes ?? format.length),
    ...format,
    ...letters("data"),
    ...word(data.length),
    ...data,
  ]);
}

function letters(text: string): number[] {
  return Array.from(new TextEncoder().encode(text));
}

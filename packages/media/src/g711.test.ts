import { mulaw, alaw } from "alawmulaw";
import { describe, expect, test } from "vitest";
import { decodeG711, encodeG711, type G711Codec, silenceByte, transcodeG711 } from "./g711.ts";

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const everySample = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
const oracles = { pcmu: mulaw, pcma: alaw } as const;

function encode(codec: G711Codec, samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  encodeG711(codec, samples, bytes);
  return bytes;
}

function decode(codec: G711Codec, bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  decodeG711(codec, bytes, samples);
  return samples;
}

describe.each(["pcmu", "pcma"] as const)("%s", (codec) => {
  test("every byte comes back from its sample, but for the second zero of µ-law", () => {
    const comeBack = encode(codec, decode(codec, everyByte));

    const expected = everyByte.slice();
    if (codec === "pcmu") expected[0x7f] = 0xff; // minus zero is written as zero
    expect(comeBack).toEqual(expected);
  });

  test("every byte means what another implementation says", () => {
    const samples = decode(codec, everyByte);

    expect(samples).toEqual(oracles[codec].decode(everyByte));
  });

  test("a sample is off by no more than half a step of its segment", () => {
    const decoded = decode(codec, encode(codec, everySample));

    const tooFarOff = everySample.filter((sample, index) => {
      const bound = (Math.abs(sample) + 132) / 32; // half a step, for a sixteenth of the segment
      return Math.abs(sample - (decoded[index] ?? 0)) > Math.max(8, bound);
    });
    expect([...tooFarOff]).toEqual([]);
  });

  test("a louder sample never decodes to a weaker one", () => {
    const decoded = decode(codec, encode(codec, everySample));

    const falls = decoded.filter((sample, index) => sample < (decoded[index - 1] ?? sample));
    expect([...falls]).toEqual([]);
  });

  test("the silence byte is that of sample 0", () => {
    const zero = encode(codec, Int16Array.of(0));

    expect(zero).toEqual(Uint8Array.of(silenceByte(codec)));
  });

  test("writes from the start of a longer buffer and leaves the rest alone", () => {
    const bytes = new Uint8Array(3).fill(1);
    const samples = new Int16Array(3).fill(1);

    encodeG711(codec, Int16Array.of(0, 0), bytes);
    decodeG711(codec, Uint8Array.of(silenceByte(codec)), samples);

    expect([...bytes]).toEqual([silenceByte(codec), silenceByte(codec), 1]);
    expect([...samples.subarray(1)]).toEqual([1, 1]);
  });
});

describe("encodeG711", () => {
  // G.711 tables 1a to 2b, in 16 bits: the ends of the scale, around zero, the ends of a segment.
  test.each([
    ["pcmu", 0, 0xff],
    ["pcmu", -1, 0x7f],
    ["pcmu", 3, 0xff],
    ["pcmu", 4, 0xfe],
    ["pcmu", 32_767, 0x80],
    ["pcmu", -32_768, 0x00],
    ["pcmu", 8_031, 0xa0],
    ["pcma", 0, 0xd5],
    ["pcma", -1, 0x55],
    ["pcma", 15, 0xd5],
    ["pcma", 16, 0xd4],
    ["pcma", -16, 0x55],
    ["pcma", -17, 0x54],
    ["pcma", 32_767, 0xaa],
    ["pcma", -32_768, 0x2a],
  ] as const)("%s writes %i as byte %i", (codec, sample, byte) => {
    const bytes = encode(codec, Int16Array.of(sample));

    expect([...bytes]).toEqual([byte]);
  });

  test("µ-law writes every sample as another implementation does", () => {
    const bytes = encode("pcmu", everySample);

    expect(bytes).toEqual(mulaw.encode(everySample));
  });

  test("A-law does too, but for negative samples that lie on a decision value", () => {
    const theirs = alaw.encode(everySample);

    const ours = encode("pcma", everySample);

    // G.191's reference takes the one's complement of a negative sample, as is done here.
    const different = everySample.filter((_, index) => ours[index] !== theirs[index]);
    expect(different.filter((sample) => sample >= 0 || sample % 16 !== 0)).toHaveLength(0);
  });
});

describe("decodeG711", () => {
  test.each([
    ["pcmu", 0x00, -32_124],
    ["pcmu", 0x80, 32_124],
    ["pcmu", 0x7f, 0],
    ["pcmu", 0xff, 0],
    ["pcma", 0x2a, -32_256],
    ["pcma", 0xaa, 32_256],
    ["pcma", 0x55, -8],
    ["pcma", 0xd5, 8],
  ] as const)("%s reads byte %i as %i", (codec, byte, sample) => {
    const samples = decode(codec, Uint8Array.of(byte));

    expect([...samples]).toEqual([sample]);
  });
});

describe("transcodeG711", () => {
  test.each([
    ["pcmu", "pcma"],
    ["pcma", "pcmu"],
  ] as const)("from %s to %s sounds the same within a step of the coarser law", (from, to) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const before = new Int16Array(256);
    decodeG711(from, bytes, before);

    transcodeG711(from, to, bytes, 0, 256);
    const after = new Int16Array(256);
    decodeG711(to, bytes, after);

    const isNear = before.map((sample, index) =>
      Math.abs(sample - (after[index] ?? 0)) <= Math.max(16, Math.abs(sample) / 16) ? 1 : 0,
    );
    expect([...isNear].every((near) => near === 1)).toBe(true);
  });

  test("of the same law changes nothing, and of another only what is named", () => {
    const bytes = new Uint8Array(4).fill(silenceByte("pcmu"));

    transcodeG711("pcmu", "pcmu", bytes, 0, 4);
    transcodeG711("pcmu", "pcma", bytes, 1, 2);

    expect([...bytes]).toEqual([0xff, 0xd5, 0xd5, 0xff]);
  });
});

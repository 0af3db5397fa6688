import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { emptyRtpHeader, parseRtpHeader, readRtpHeader, writeRtpHeader } from "./rtp-header.ts";
import { SequenceUnwrapper } from "./sequence-unwrapper.ts";

const plain = {
  marker: true,
  payloadType: 101,
  sequenceNumber: 65_535,
  timestamp: 0xfffffff0,
  ssrc: 0x80000001,
};

describe("an RTP header", () => {
  test("that was written is read again, to the last bit", () => {
    const packet = new Uint8Array(12 + 160);
    writeRtpHeader(packet, plain);

    expect(parseRtpHeader(packet)).toEqual({ ...plain, payloadOffset: 12, payloadBytes: 160 });
  });

  test("is followed by its sources, its extension, and padding, none of which is audio", () => {
    const packet = new Uint8Array(12 + 8 + 4 + 4 + 160 + 3);
    writeRtpHeader(packet, plain);
    packet[0] = 0x80 | 0x20 | 0x10 | 2; // padding, extension, two sources
    packet.set([0xbe, 0xde, 0, 1], 20); // a profile, and one word of extension
    packet[packet.length - 1] = 3;

    expect(parseRtpHeader(packet)).toMatchObject({ payloadOffset: 28, payloadBytes: 160 });
  });

  test.each<[string, number[], string]>([
    ["nothing", [], "too-short"],
    ["eleven bytes", Array<number>(11).fill(0x80), "too-short"],
    ["version 1", head(0x40), "wrong-version"],
    ["STUN", head(0x00), "wrong-version"],
    ["a sender report", head(0x80, 200), "rtcp"],
    ["sources that are not there", head(0x8f), "truncated-sources"],
    ["an extension that is not there", head(0x90), "truncated-extension"],
    ["an extension longer than the packet", [...head(0x90), 0, 0, 0, 9], "truncated-extension"],
    ["padding of nothing", [...head(0xa0), 0], "bad-padding"],
    ["padding longer than the packet", [...head(0xa0), 9], "bad-padding"],
  ])("of %s is refused", (_, bytes, reason) => {
    expect(parseRtpHeader(Uint8Array.from(bytes))).toBe(reason);
  });

  test("is read from the part of a buffer that belongs to the packet", () => {
    const buffer = new Uint8Array(1_500);
    writeRtpHeader(buffer, plain);
    const header = emptyRtpHeader();

    expect(readRtpHeader(buffer, 172, header)).toBe("ok");
    expect(header.payloadBytes).toBe(160);
    expect(readRtpHeader(buffer, 2_000, header)).toBe("too-short");
  });

  test("is looked for in any bytes without ever throwing", () => {
    const random = seededRandom(1);
    for (let count = 0; count < 20_000; count += 1) {
      const bytes = random.bytes(random.below(60));
      const header = parseRtpHeader(bytes);
      if (typeof header === "string") continue;
      expect(header.payloadOffset + header.payloadBytes).toBeLessThanOrEqual(bytes.length);
    }
  });
});

describe("sequence numbers", () => {
  test("grow across the wrap, also when packets around it changed places", () => {
    const unwrapper = new SequenceUnwrapper();

    const numbers = [65_534, 0, 65_535, 1, 2].map((each) => unwrapper.unwrap(each));

    const first = numbers[0] ?? 0;
    expect(numbers).toEqual([first, first + 2, first + 1, first + 3, first + 4]);
  });

  test("begin anew after a reset", () => {
    const unwrapper = new SequenceUnwrapper();
    const first = unwrapper.unwrap(5);
    unwrapper.unwrap(60_000);
    unwrapper.reset();

    expect(unwrapper.unwrap(5)).toBe(first);
  });
});

function head(first: number, second = 0): number[] {
  return [first, second, ...Array<number>(10).fill(0)];
}

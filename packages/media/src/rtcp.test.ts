import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { fractionLost, parseRtcpReport, type ReportBlock, writeRtcpReport } from "./rtcp.ts";

const block: ReportBlock = {
  ssrc: 0xfedcba98,
  fractionLost: 64,
  packetsLost: -3,
  highestSequence: 0xffff0001,
  jitter: 20,
  lastSenderReport: 0x12345678,
  delaySinceLastSenderReport: 98_304,
};

describe("a report", () => {
  test("of a sender that was written is read again", () => {
    const atMs = Date.UTC(2026, 0, 1) + 500;
    const sender = { atMs, rtpTimestamp: 1, packets: 250, octets: 40_000 };

    const report = parseRtcpReport(writeRtcpReport({ ssrc: 7, sender, blocks: [block] }, "abc"));

    expect(report).toEqual({
      ssrc: 7,
      isSenderReport: true,
      ntpMiddle:
        (((Date.UTC(2026, 0, 1) / 1_000 + 2_208_988_800) & 0xffff) * 65_536 + 0x8000) >>> 0,
      blocks: [block],
    });
  });

  test("of a receiver has no time, and a packet of whole words", () => {
    const packet = writeRtcpReport({ ssrc: 7, sender: null, blocks: [] }, "four");

    expect(parseRtcpReport(packet)).toEqual({
      ssrc: 7,
      isSenderReport: false,
      ntpMiddle: 0,
      blocks: [],
    });
    expect(packet.length % 4).toBe(0);
  });

  test.each<[string, number[], string]>([
    ["seven bytes", Array<number>(7).fill(0x80), "too-short"],
    ["version 1", [0x40, 200, 0, 1, 0, 0, 0, 0], "wrong-version"],
    ["a goodbye", [0x81, 203, 0, 1, 0, 0, 0, 0], "not-a-report"],
    ["a block that is not there", [0x81, 201, 0, 1, 0, 0, 0, 0], "truncated"],
    ["a sender's figures that are not there", [0x80, 200, 0, 1, 0, 0, 0, 0], "truncated"],
  ])("of %s is refused", (_, bytes, reason) => {
    expect(parseRtcpReport(Uint8Array.from(bytes))).toBe(reason);
  });

  test("is looked for in any bytes without ever throwing", () => {
    const random = seededRandom(2);
    for (let count = 0; count < 5_000; count += 1) {
      const bytes = random.bytes(random.below(80));
      if (bytes.length > 1) bytes.set([0x80 | random.below(32), 200 + random.below(2)]);
      expect(() => parseRtcpReport(bytes)).not.toThrow();
    }
  });
});

describe("writeRtcpReport", () => {
  test("writes a receiver report and a description, byte for byte", () => {
    const one = { ...block, packetsLost: 5, highestSequence: 0x0001ffff };

    const packet = writeRtcpReport({ ssrc: 0x01020304, sender: null, blocks: [one] }, "ab");

    // prettier-ignore
    expect([...packet]).toEqual([
      0x81, 201, 0, 7, 1, 2, 3, 4, // version 2, one block, RR, eight words, SSRC
      0xfe, 0xdc, 0xba, 0x98, // whom the block is about
      64, 0, 0, 5, // a quarter lost of late, five in all
      0, 1, 0xff, 0xff, // one cycle, sequence number 65535
      0, 0, 0, 20, // jitter
      0x12, 0x34, 0x56, 0x78, 0, 1, 0x80, 0, // the last sender report, 1.5 s ago
      0x81, 202, 0, 3, 1, 2, 3, 4, // version 2, one source, SDES, four words, SSRC
      1, 2, 0x61, 0x62, 0, 0, 0, 0, // CNAME of two letters, then zeros up to a word
    ]);
  });

  test("writes a sender's time and figures where RFC 3550 section 6.4.1 has them", () => {
    const sender = { atMs: 1_250, rtpTimestamp: 0xfffffff0, packets: 3, octets: 480 };

    const packet = writeRtcpReport({ ssrc: 1, sender, blocks: [] }, "a");

    const view = new DataView(packet.buffer);
    expect([8, 12, 16, 20, 24].map((at) => view.getUint32(at))).toEqual([
      2_208_988_801,
      2 ** 30,
      0xfffffff0,
      3,
      480,
    ]);
  });

  test.each([
    [8_388_607, 8_388_607],
    [8_388_608, 8_388_607],
    [-8_388_608, -8_388_608],
    [-9_000_000, -8_388_608],
    [-1, -1],
  ])("keeps %i lost packets within 24 bits, as %i", (packetsLost, expected) => {
    const blocks = [{ ...block, packetsLost }];

    const report = parseRtcpReport(writeRtcpReport({ ssrc: 1, sender: null, blocks }, "a"));

    expect(report).toMatchObject({ blocks: [{ packetsLost: expected }] });
  });

  test.each([0, 1, 2, 3, 4, 31, 255])("ends its description of %i letters on a word", (letters) => {
    const packet = writeRtcpReport({ ssrc: 1, sender: null, blocks: [] }, "a".repeat(letters));

    const words = new DataView(packet.buffer).getUint16(8 + 2);
    expect(packet.length).toBe(8 + 4 * (words + 1));
    expect(packet.at(-1)).toBe(0);
  });

  test("what is written is read again, for as many blocks as a report may have", () => {
    const random = seededRandom(9);
    const word = (): number => random.below(2 ** 32);
    const blocks = Array.from({ length: 31 }, () => ({
      ssrc: word(),
      fractionLost: random.below(256),
      packetsLost: random.below(2 ** 24) - 2 ** 23,
      highestSequence: word(),
      jitter: word(),
      lastSenderReport: word(),
      delaySinceLastSenderReport: word(),
    }));
    const sender = { atMs: 0, rtpTimestamp: word(), packets: 1, octets: 1 };

    const packet = writeRtcpReport({ ssrc: 5, sender, blocks }, "a");

    expect(parseRtcpReport(packet)).toMatchObject({ ssrc: 5, blocks });
  });
});

describe("parseRtcpReport", () => {
  test("reads a report that lies in the middle of a buffer", () => {
    const packet = writeRtcpReport({ ssrc: 7, sender: null, blocks: [block] }, "a");
    const buffer = new Uint8Array(packet.length + 9);
    buffer.set(packet, 5);

    const report = parseRtcpReport(buffer.subarray(5, 5 + packet.length));

    expect(report).toMatchObject({ ssrc: 7, blocks: [block] });
  });

  test("takes no block from the packet behind it in the compound", () => {
    const packet = writeRtcpReport({ ssrc: 7, sender: null, blocks: [] }, "a".repeat(40));
    packet[0] = 0x81; // says one block, which only the description could hold

    expect(parseRtcpReport(packet)).toBe("truncated");
  });
});

test.each([
  [100, 25, 64],
  [100, 100, 255],
  [0, 0, 0],
  [100, -2, 0],
])("of %i expected packets %i lost are %i of 256", (expected, lost, fraction) => {
  expect(fractionLost(expected, lost)).toBe(fraction);
});

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

test.each([
  [100, 25, 64],
  [100, 100, 255],
  [0, 0, 0],
  [100, -2, 0],
])("of %i expected packets %i lost are %i of 256", (expected, lost, fraction) => {
  expect(fractionLost(expected, lost)).toBe(fraction);
});

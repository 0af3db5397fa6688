import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import {
  emptyRtpHeader,
  parseRtpHeader,
  readRtpHeader,
  rtpHeaderBytes,
  writeRtpHeader,
} from "./rtp-header.ts";

// prettier-ignore
const fixedHeader = [
  0x80, 0x80, // version 2, marker, payload type 0 (PCMU)
  0xff, 0xff, // sequence number 65535, the last one before the wrap
  0xff, 0xff, 0xff, 0x60, // timestamp 2^32 - 160
  0x91, 0x22, 0x33, 0x44, // SSRC
];

/** The fixed header with other flags in its first byte, and bytes behind it. */
function packetWith(first: number, ...behind: readonly number[]): Uint8Array {
  return Uint8Array.of(first, ...fixedHeader.slice(1), ...behind);
}

describe("parseRtpHeader", () => {
  test("reads every field of a packet written by hand", () => {
    const packet = Uint8Array.of(...fixedHeader, 1, 2, 3);

    expect(parseRtpHeader(packet)).toEqual({
      marker: true,
      payloadType: 0,
      sequenceNumber: 65_535,
      timestamp: 0xffffff60,
      ssrc: 0x91223344,
      payloadOffset: 12,
      payloadBytes: 3,
    });
  });

  test.each([
    ["nothing behind the header", packetWith(0x80), 12, 0],
    ["two contributing sources", packetWith(0x82, ...new Uint8Array(8), 7), 20, 1],
    ["an empty extension", packetWith(0x90, 0xbe, 0xde, 0, 0, 7, 7), 16, 2],
    ["an extension of one word", packetWith(0x90, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 7), 20, 1],
    ["padding of two bytes", packetWith(0xa0, 7, 7, 0, 2), 12, 2],
    ["nothing but padding", packetWith(0xa0, 0, 0, 3), 12, 0],
    [
      "a source, an extension and padding",
      packetWith(0xb1, 1, 2, 3, 4, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 7, 1),
      24,
      1,
    ],
  ])("finds the payload of a packet with %s", (_, packet, payloadOffset, payloadBytes) => {
    const header = parseRtpHeader(packet);

    expect(header).toMatchObject({ payloadOffset, payloadBytes });
  });

  test.each([
    ["no bytes", new Uint8Array(0), "too-short"],
    ["eleven bytes", Uint8Array.from(fixedHeader.slice(1)), "too-short"],
    ["version 0", packetWith(0x00), "wrong-version"],
    ["version 1", packetWith(0x40), "wrong-version"],
    ["version 3", packetWith(0xc0), "wrong-version"],
    ["less sources than it says", packetWith(0x82, 1, 2, 3, 4, 5, 6, 7), "truncated-sources"],
    ["half an extension's head", packetWith(0x90, 0xbe, 0xde, 0), "truncated-extension"],
    ["less extension than it says", packetWith(0x90, 0xbe, 0xde, 0, 1, 1), "truncated-extension"],
    ["padding of no bytes", packetWith(0xa0, 7, 0), "bad-padding"],
    ["more padding than payload", packetWith(0xa0, 7, 3), "bad-padding"],
    ["padding without a payload", packetWith(0xa0), "bad-padding"],
  ])("refuses a packet with %s", (_, packet, refusal) => {
    expect(parseRtpHeader(packet)).toBe(refusal);
  });

  test.each([
    [191, 63],
    [192, "rtcp"],
    [200, "rtcp"],
    [223, "rtcp"],
    [224, 96],
  ])("tells RTCP from RTP by the second byte: %i is %s", (second, expected) => {
    const header = parseRtpHeader(Uint8Array.of(0x80, second, ...fixedHeader.slice(2)));

    expect(typeof header === "string" ? header : header.payloadType).toBe(expected);
  });

  test("answers, and never throws, for any bytes, and points only inside the packet", () => {
    const random = seededRandom(1);

    for (let packetNumber = 0; packetNumber < 20_000; packetNumber += 1) {
      const packet = random.bytes(random.below(80));
      if (random.below(4) > 0 && packet.length > 0) packet[0] = 0x80 | random.below(64);

      const header = parseRtpHeader(packet);

      if (typeof header === "string") continue;
      expect(header.payloadBytes).toBeGreaterThanOrEqual(0);
      expect(header.payloadOffset + header.payloadBytes).toBeLessThanOrEqual(packet.length);
    }
  });
});

describe("readRtpHeader", () => {
  test("reads only the bytes that belong to the packet", () => {
    const buffer = Uint8Array.of(...fixedHeader, 1, 2, 3, 4);
    const header = emptyRtpHeader();

    const outcome = readRtpHeader(buffer, 14, header);

    expect(outcome).toBe("ok");
    expect(header.payloadBytes).toBe(2);
  });

  test("refuses a packet that is longer than its buffer", () => {
    const outcome = readRtpHeader(Uint8Array.from(fixedHeader), 13, emptyRtpHeader());

    expect(outcome).toBe("too-short");
  });

  test("leaves nothing of the packet before in the object", () => {
    const header = emptyRtpHeader();
    readRtpHeader(packetWith(0x80, 1, 2, 3), 15, header);

    readRtpHeader(new Uint8Array(12).fill(0x80, 0, 1), 12, header);

    expect(header).toEqual({ ...emptyRtpHeader(), payloadOffset: 12 });
  });
});

describe("writeRtpHeader", () => {
  test("writes the bytes that were read", () => {
    const packet = Uint8Array.from(fixedHeader);
    const header = emptyRtpHeader();
    readRtpHeader(packet, packet.length, header);
    const written = new Uint8Array(rtpHeaderBytes);

    writeRtpHeader(written, header);

    expect(written).toEqual(packet);
  });

  test("what is written is read again, whatever the numbers", () => {
    const random = seededRandom(2);
    const packet = new Uint8Array(rtpHeaderBytes);

    for (let packetNumber = 0; packetNumber < 1_000; packetNumber += 1) {
      const header = {
        marker: random.below(2) === 1,
        payloadType: 96 + random.below(32),
        sequenceNumber: random.below(2 ** 16),
        timestamp: random.below(2 ** 32),
        ssrc: random.below(2 ** 32),
      };

      writeRtpHeader(packet, header);

      expect(parseRtpHeader(packet)).toEqual({ ...header, payloadOffset: 12, payloadBytes: 0 });
    }
  });
});

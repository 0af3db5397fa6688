import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { parseRtpHeader, writeRtpHeader } from "./rtp-header.ts";
import {
  parseTelephoneEvent,
  TelephoneEventCollector,
  writeTelephoneEvent,
} from "./telephone-event.ts";

describe("a telephone event", () => {
  test.each("0 1 2 3 4 5 6 7 8 9 * # A B C D".split(" "))(
    "%s that was written is read again",
    (digit) => {
      const payload = new Uint8Array(6);
      writeTelephoneEvent(payload, 2, { digit, ended: true, volume: 10, durationSamples: 1_280 });

      expect(parseTelephoneEvent(payload, 2, 4)).toEqual({
        digit,
        ended: true,
        volume: 10,
        durationSamples: 1_280,
      });
    },
  );

  test("that is too short, or no digit, is none", () => {
    expect(parseTelephoneEvent(Uint8Array.of(1, 0, 0), 0, 3)).toBeNull();
    expect(parseTelephoneEvent(Uint8Array.of(16, 0, 0, 0), 0, 4)).toBeNull();
  });

  test("is looked for in any bytes without ever throwing", () => {
    const random = seededRandom(3);
    for (let count = 0; count < 2_000; count += 1) {
      const bytes = random.bytes(random.below(8));
      expect(() => parseTelephoneEvent(bytes, 0, bytes.length)).not.toThrow();
    }
  });
});

describe("a key press", () => {
  test("is told once for all its packets, whichever of them arrive", () => {
    const collector = new TelephoneEventCollector();
    const told = [
      press(collector, "5", 1_000, false),
      press(collector, "5", 1_000, false),
      press(collector, "5", 1_000, true),
      press(collector, "5", 1_000, true),
      press(collector, "5", 2_600, true), // pressed again, and only its end arrived
    ];

    expect(told).toEqual(["5", null, null, null, "5"]);
  });
});

function press(
  collector: TelephoneEventCollector,
  digit: string,
  timestamp: number,
  ended: boolean,
): string | null {
  const packet = new Uint8Array(16);
  writeRtpHeader(packet, {
    marker: false,
    payloadType: 101,
    sequenceNumber: 1,
    timestamp,
    ssrc: 1,
  });
  writeTelephoneEvent(packet, 12, { digit, ended, volume: 10, durationSamples: 160 });
  const header = parseRtpHeader(packet);
  if (typeof header === "string") throw new Error(header);
  return collector.push(header, packet);
}

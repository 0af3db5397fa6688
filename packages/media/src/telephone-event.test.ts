import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { parseRtpHeader, type RtpHeader, writeRtpHeader } from "./rtp-header.ts";
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

describe("TelephoneEventCollector", () => {
  test("tells nothing of an end that arrives behind the next key", () => {
    const collector = new TelephoneEventCollector();

    const told = [
      press(collector, "5", 1_000, false),
      press(collector, "6", 2_600, false),
      press(collector, "5", 1_000, true),
      press(collector, "5", 1_000, true),
      press(collector, "6", 2_600, true),
    ];

    expect(told).toEqual(["5", "6", null, null, null]);
  });

  test("tells one key after another across the wrap of the timestamp", () => {
    const collector = new TelephoneEventCollector();

    const told = [
      press(collector, "1", 2 ** 32 - 160, false),
      press(collector, "1", 1_440, false),
      press(collector, "1", 2 ** 32 - 160, true),
    ];

    expect(told).toEqual(["1", "1", null]);
  });

  test("goes on with a sender whose clock was set back", () => {
    const collector = new TelephoneEventCollector();

    const told = [press(collector, "1", 900_000, true), press(collector, "2", 160, true)];

    expect(told).toEqual(["1", "2"]);
  });

  test("passes over what is no digit, and is not confused by it", () => {
    const collector = new TelephoneEventCollector();
    press(collector, "5", 1_000, false);
    const flash = new Uint8Array(16).fill(0x80, 0, 1);
    flash[12] = 16; // RFC 4733 section 3.2: not for digits
    const header = headerOf(flash);

    const told = [collector.push(header, flash), press(collector, "5", 1_000, true)];

    expect(told).toEqual([null, null]);
  });
});

test("an event is read by its bits: event, end, reserved, volume, duration", () => {
  const payload = Uint8Array.of(11, 0x80 | 0x40 | 10, 0x03, 0x20);

  expect(parseTelephoneEvent(payload, 0, 4)).toEqual({
    digit: "#",
    ended: true,
    volume: 10,
    durationSamples: 800,
  });
});

function headerOf(packet: Uint8Array): RtpHeader {
  const header = parseRtpHeader(packet);
  if (typeof header === "string") throw new Error(header);
  return header;
}

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
  return collector.push(headerOf(packet), packet);
}

import { describe, expect, test } from "vitest";
import { parseRtpHeader, type RtpHeader } from "../rtp-header.ts";
import { RtpSender } from "./rtp-sender.ts";

describe("RtpSender", () => {
  test("sends one frame of 20 ms after another, each filled with its number", () => {
    const sender = new RtpSender({ sequenceNumber: 5, timestamp: 0, ssrc: 9 });

    const packets = [sender.next(), sender.next()];

    expect(packets.map(headerOf)).toMatchObject([
      { sequenceNumber: 5, timestamp: 0, ssrc: 9, payloadType: 0, payloadBytes: 160 },
      { sequenceNumber: 6, timestamp: 160, ssrc: 9, payloadType: 0, payloadBytes: 160 },
    ]);
    expect(packets.map((packet) => [...new Set(packet.subarray(12))])).toEqual([[1], [2]]);
  });

  test("wraps the sequence at 16 bits and the timestamp at 32", () => {
    const sender = new RtpSender({ sequenceNumber: 65_535, timestamp: 2 ** 32 - 160 });
    sender.next();

    const packet = sender.next();

    expect(headerOf(packet)).toMatchObject({ sequenceNumber: 0, timestamp: 0 });
  });

  test("loses packets that then are missing in all their numbers", () => {
    const sender = new RtpSender();
    const before = sender.next();
    sender.lose(2);

    const after = sender.next();

    expect(stepBetween(before, after)).toEqual({ packets: 3, samples: 480, frames: 3 });
  });

  test("swaps two packets, which are the same but for their order", () => {
    const [later, earlier] = new RtpSender().swap();

    expect(stepBetween(earlier, later)).toEqual({ packets: 1, samples: 160, frames: 1 });
  });

  test("pauses in its time alone", () => {
    const sender = new RtpSender();
    const before = sender.next();
    sender.pause(10);

    const after = sender.next();

    expect(stepBetween(before, after)).toEqual({ packets: 1, samples: 1_760, frames: 1 });
  });

  test("jumps in its sequence alone", () => {
    const sender = new RtpSender();
    const before = sender.next();
    sender.jump(1_000);

    const after = sender.next();

    expect(stepBetween(before, after)).toEqual({ packets: 1_001, samples: 160, frames: 1 });
  });
});

function stepBetween(one: Uint8Array, other: Uint8Array): Record<string, number> {
  const [first, second] = [headerOf(one), headerOf(other)];
  return {
    packets: second.sequenceNumber - first.sequenceNumber,
    samples: second.timestamp - first.timestamp,
    frames: (other[12] ?? 0) - (one[12] ?? 0),
  };
}

function headerOf(packet: Uint8Array): RtpHeader {
  const header = parseRtpHeader(packet);
  if (typeof header === "string") throw new Error(header);
  return header;
}

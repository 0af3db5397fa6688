import { seededRandom } from "@agentcall/base";
import { parseRtpHeader, type RtpHeader } from "@agentcall/media";
import { describe, expect, test } from "vitest";
import { FramePacket } from "./frame-packet.ts";

function read(packet: Uint8Array): RtpHeader {
  const header = parseRtpHeader(packet);
  if (typeof header === "string") throw new Error(header);
  return { ...header };
}

describe("FramePacket", () => {
  test("every frame follows the one before it, also over the wraps of both counters", () => {
    const packet = new FramePacket(8, 160, seededRandom(3));
    let before = read(packet.next(false));
    const wrong: RtpHeader[] = [];

    for (let frame = 0; frame < 70_000; frame += 1) {
      const now = read(packet.next(false));
      const isNext =
        now.sequenceNumber === ((before.sequenceNumber + 1) & 0xffff) &&
        now.timestamp === (before.timestamp + 160) >>> 0;
      if (!isNext) wrong.push(now);
      before = now;
    }

    expect(wrong).toEqual([]);
    expect(before).toMatchObject({
      payloadType: 8,
      ssrc: packet.ssrc,
      payloadOffset: 12,
      payloadBytes: 160,
    });
  });

  test("marks the first frame, the start of a talkspurt, and what follows a gap", () => {
    const packet = new FramePacket(0, 160, seededRandom(1));
    const first = read(packet.next(false));
    const second = read(packet.next(false));
    const talk = read(packet.next(true));
    packet.skip(5);
    const afterGap = read(packet.next(false));

    expect([first.marker, second.marker, talk.marker, afterGap.marker]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(afterGap.sequenceNumber).toBe((talk.sequenceNumber + 1) & 0xffff);
    expect(afterGap.timestamp).toBe((talk.timestamp + 6 * 160) >>> 0);
  });
});

import { seededRandom } from "@agentcall/base";
import { emptyRtpHeader, readRtpHeader, TelephoneEventCollector } from "@agentcall/media";
import { describe, expect, test } from "vitest";
import { FramePacket } from "./frame-packet.ts";
import { KeyPresses } from "./key-presses.ts";

describe("KeyPresses", () => {
  test("are heard by the other end one by one, also twice the same key", () => {
    const presses = new KeyPresses();
    const packet = new FramePacket(0, 160, seededRandom(1));
    const collector = new TelephoneEventCollector();
    const header = emptyRtpHeader();
    const heard: string[] = [];

    presses.add("11#");
    for (let frame = 0; frame < 40; frame += 1) {
      const next = presses.next();
      if (next === null) {
        packet.next(false);
        continue;
      }
      const bytes = packet.event(101, next.event, next.frame);
      readRtpHeader(bytes, bytes.length, header);
      const digit = collector.push(header, bytes);
      if (digit !== null) heard.push(digit);
    }

    expect(heard).toEqual(["1", "1", "#"]);
  });

  test("end with three packets that say so, under the time of their beginning", () => {
    const presses = new KeyPresses();
    presses.add("5");

    const packets = Array.from({ length: 9 }, () => presses.next());

    expect(packets.map((packet) => packet?.event.durationSamples)).toEqual([
      160,
      320,
      480,
      640,
      800,
      800,
      800,
      800,
      undefined,
    ]);
    expect(packets.map((packet) => packet?.event.ended)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      undefined,
    ]);
  });

  test("are not kept without end", () => {
    const presses = new KeyPresses();
    presses.add("1".repeat(1_000));

    let pressed = 0;
    for (let frame = 0; frame < 20_000; frame += 1) if (presses.next()?.frame === 0) pressed += 1;

    expect(pressed).toBe(64);
  });
});

import { seededRandom } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { describe, expect, test } from "vitest";
import { ControlReports, type StreamFigures } from "./control-reports.ts";

const ssrc = 0x11223344;

function figures(more: Partial<StreamFigures> = {}): StreamFigures {
  return {
    packetsSent: 250,
    payloadBytesSent: 40_000,
    timestamp: 0xfffffff0,
    heardSsrc: 0x55667788,
    highestSequence: 0x0001_0002,
    packetsReceived: 192,
    packetsLost: 64,
    jitterMs: 2.5,
    ...more,
  };
}

function aReporter(): { readonly clock: TestClock; readonly reports: ControlReports } {
  const clock = new TestClock(Date.UTC(2026, 0, 1) + 500);
  return { clock, reports: new ControlReports(clock, seededRandom(1), ssrc) };
}

describe("ControlReports", () => {
  test("writes a sender report with one block, and a description (RFC 3550 section 6)", () => {
    const { reports } = aReporter();

    const packet = reports.next(figures());

    const view = new DataView(packet.buffer);
    expect([...packet.subarray(0, 4)]).toEqual([0x81, 200, 0, 12]); // version 2, one block, SR, 13 words
    expect(view.getUint32(4)).toBe(ssrc);
    expect(view.getUint32(8)).toBe(Date.UTC(2026, 0, 1) / 1000 + 2_208_988_800);
    expect(view.getUint32(12)).toBe(2 ** 31); // half a second
    expect([view.getUint32(16), view.getUint32(20), view.getUint32(24)]).toEqual([
      0xfffffff0, 250, 40_000,
    ]);
    expect(view.getUint32(28)).toBe(0x55667788);
    expect([view.getUint8(32), view.getUint32(32) & 0xffffff]).toEqual([64, 64]); // a quarter, 64 in all
    expect([view.getUint32(36), view.getUint32(40)]).toEqual([0x0001_0002, 20]); // jitter in samples
    expect([...packet.subarray(52, 56)]).toEqual([0x81, 202, 0, 6]); // one chunk, SDES, 7 words
    expect([packet[60], packet[61], packet.length]).toEqual([1, 16, 80]); // CNAME of 16 letters
  });

  test("is a receiver report while we send nothing, without a block while nobody is heard", () => {
    const { reports } = aReporter();

    const packet = reports.next(figures({ packetsSent: 0, heardSsrc: null }));

    expect([...packet.subarray(0, 4)]).toEqual([0x80, 201, 0, 1]);
  });

  test("the fraction lost is that of the time since the last report", () => {
    const { reports } = aReporter();
    reports.next(figures());

    const packet = reports.next(figures({ packetsSent: 300, packetsReceived: 392 }));

    const view = new DataView(packet.buffer);
    expect([view.getUint32(4 + 28) >>> 24, view.getUint32(4 + 28) & 0xffffff]).toEqual([0, 64]);
  });

  test("answers the other side's sender report with its time and our delay", () => {
    const { clock, reports } = aReporter();
    const heard = new Uint8Array(28);
    heard.set([0x80, 200, 0, 6]);
    heard.set([0xaa, 0xbb, 0x12, 0x34, 0x56, 0x78, 0xcc, 0xdd], 8);
    reports.heard(heard);
    reports.heard(Uint8Array.of(0x80, 200));
    reports.heard(new Uint8Array(28));
    clock.advance(1_500);

    const view = new DataView(reports.next(figures()).buffer);

    expect([view.getUint32(44), view.getUint32(48)]).toEqual([0x12345678, 1.5 * 65_536]);
  });

  test("is due within the first five seconds, and then every five", () => {
    const { clock, reports } = aReporter();

    clock.advance(2_000);
    expect(reports.isDue(clock.monotonicMs())).toBe(false);
    clock.advance(3_000);
    expect(reports.isDue(clock.monotonicMs())).toBe(true);
    reports.next(figures());
    clock.advance(4_999);
    expect(reports.isDue(clock.monotonicMs())).toBe(false);
    clock.advance(1);
    expect(reports.isDue(clock.monotonicMs())).toBe(true);
  });
});

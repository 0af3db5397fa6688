import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { decodeG711, encodeG711, silenceByte } from "./g711.ts";
import { JitterBuffer } from "./jitter-buffer.ts";
import { emptyRtpHeader, readRtpHeader, rtpHeaderBytes } from "./rtp-header.ts";
import { RtpSender } from "./testing/rtp-sender.ts";
import { longestToneGapMs } from "./testing/tone-gap.ts";
import { generateTone } from "./tone.ts";
import { findTones } from "./tone-finder.ts";

const frameMs = 20;
const frameSamples = 160;
const frames = 300;
const toneHz = 437;

type Arrival = { readonly packet: Uint8Array; readonly frame: number; readonly atMs: number };

describe.each(Array.from({ length: 20 }, (_, seed) => seed))(
  "a tone of which 3 in 100 packets are lost, with 30 ms jitter, seed %i",
  (seed) => {
    test("has no other gap than the packets that were lost, and all counters add up", () => {
      const random = seededRandom(seed);
      const sent = tonePackets().map((packet, frame) => ({
        packet,
        frame,
        // The first one overtaken would be late: the stream begins with what comes first.
        atMs: 1_000 + frame * frameMs + (frame === 0 ? 0 : random.unit() * 30),
      }));
      // The first and the last arrive: what is lost outside of them nobody can know of.
      const arrived = sent.filter(
        ({ frame }) => frame === 0 || frame === frames - 1 || random.unit() >= 0.03,
      );

      const { counters, samples } = receive(arrived);

      expect(counters).toMatchObject({
        received: arrived.length,
        lost: frames - arrived.length,
        late: 0,
        duplicate: 0,
        surplus: 0,
        resets: 0,
      });
      expect(Math.abs(samples.length - frames * frameSamples)).toBeLessThanOrEqual(frameSamples);
      expect(longestToneGapMs(samples, toneHz)).toBeLessThanOrEqual(longestLossMs(arrived) + 5);
      const [tone] = findTones(samples);
      expect(Math.abs((tone?.frequencyHz ?? 0) - toneHz)).toBeLessThan(4);
    });
  },
);

/** A steady tone, one packet for each 20 ms. */
function tonePackets(): readonly Uint8Array[] {
  const sender = new RtpSender({ sequenceNumber: 65_400, timestamp: 2 ** 32 - 16_000 });
  const samples = new Int16Array(frameSamples);
  let phase = 0;
  return Array.from({ length: frames }, () => {
    const packet = sender.next();
    phase = generateTone({ frequencyHz: toneHz, amplitude: 8_000, samples, phase });
    encodeG711("pcmu", samples, packet.subarray(rtpHeaderBytes));
    return packet;
  });
}

/** What the buffer makes of the packets, its owner's ticks in between. */
function receive(arrived: readonly Arrival[]): {
  counters: JitterBuffer["counters"];
  samples: Int16Array;
} {
  const bytes: number[] = [];
  const buffer = new JitterBuffer({
    codec: "pcmu",
    depthMs: 60,
    sink: {
      audio: (source, offset, count) => bytes.push(...source.subarray(offset, offset + count)),
      silence: (count) => bytes.push(...new Uint8Array(count).fill(silenceByte("pcmu"))),
    },
  });
  const header = emptyRtpHeader();
  const inTurn = [...arrived].sort((one, other) => one.atMs - other.atMs);
  let tickAtMs = 1_000;
  for (const { packet, atMs } of inTurn) {
    for (; tickAtMs < atMs; tickAtMs += frameMs) buffer.tick(tickAtMs);
    expect(readRtpHeader(packet, packet.length, header)).toBe("ok");
    buffer.push(header, packet, atMs);
  }
  for (const untilMs = tickAtMs + 80; tickAtMs < untilMs; tickAtMs += frameMs)
    buffer.tick(tickAtMs);
  const samples = new Int16Array(bytes.length);
  decodeG711("pcmu", Uint8Array.from(bytes), samples);
  return { counters: buffer.counters, samples };
}

function longestLossMs(arrived: readonly Arrival[]): number {
  const missing = arrived.map(({ frame }, index) => frame - (arrived[index - 1]?.frame ?? -1) - 1);
  return Math.max(...missing) * frameMs;
}

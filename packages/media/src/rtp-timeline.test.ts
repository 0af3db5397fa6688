import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { RtpTimeline } from "./rtp-timeline.ts";

const frame = 160; // 20 ms
const second = 8_000;
const hour = 3_600 * second;

/** A sender whose clock is not quite ours, over a path that delays and loses. */
type Stream = {
  readonly driftPpm: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  /** Frames of silence that are not sent, now and then. */
  readonly pauses: boolean;
  readonly firstTimestamp: number;
};

const plain: Stream = {
  driftPpm: 0,
  jitterMs: 0,
  lossPercent: 0,
  pauses: false,
  firstTimestamp: 0,
};

describe("RtpTimeline", () => {
  test.each<[string, Partial<Stream>]>([
    ["whose clock is exact", {}],
    ["whose clock is fast by 100 ppm", { driftPpm: 100 }],
    ["whose clock is slow by 100 ppm", { driftPpm: -100 }],
    ["whose clock is fast by 500 ppm, with loss and jitter", { driftPpm: 500, ...rough }],
    ["whose clock is slow by 500 ppm, with loss and jitter", { driftPpm: -500, ...rough }],
    ["that sends nothing in silence", { pauses: true, driftPpm: 200, ...rough }],
    ["whose timestamp wraps", { firstTimestamp: 2 ** 32 - hour / 2, ...rough }],
  ])("places a stream %s within 20 ms over an hour", (_, stream) => {
    expect(worstErrorMs({ ...plain, ...stream }, 1)).toBeLessThanOrEqual(20);
  });

  test.each([1, 2, 3, 4, 5])("does so whatever befalls it, seed %i", (seed) => {
    const random = seededRandom(seed);
    const stream = {
      driftPpm: random.below(1_000) - 500,
      jitterMs: random.below(60),
      lossPercent: random.below(10),
      pauses: random.below(2) === 1,
      firstTimestamp: random.below(2 ** 32),
    };

    expect(worstErrorMs(stream, seed)).toBeLessThanOrEqual(20);
  });

  test("places what comes out of order where it belongs", () => {
    const timeline = new RtpTimeline();

    const arrivals = [
      [0, 1_000],
      [320, 1_320],
      [160, 1_330],
      [480, 1_480],
    ] as const;
    const placed = arrivals.map(([timestamp, at]) => timeline.place(1, timestamp, at));

    expect(placed).toEqual([1_000, 1_320, 1_160, 1_480]);
  });

  test("puts another sender, and one that paused, where they arrive", () => {
    const timeline = new RtpTimeline();
    timeline.place(1, 0, 0);

    expect(timeline.place(2, 900_000, 8_000)).toBe(8_000);
    timeline.restart();
    expect(timeline.place(2, 7, 16_000)).toBe(16_000);
  });

  test("leaves out what a stalled path had kept too long, and goes on undisturbed", () => {
    const timeline = new RtpTimeline();
    timeline.place(1, 0, 0);
    const arrivedAt = 3 * second;

    const burst = [0.5, 1, 1.5].map((sent) => timeline.place(1, sent * second, arrivedAt));
    const after = timeline.place(1, arrivedAt, arrivedAt);

    expect([burst, after]).toEqual([[null, null, null], arrivedAt]);
  });

  test("follows a clock that was set back once it stays so, and one that was set forward at once", () => {
    const timeline = new RtpTimeline();
    timeline.place(1, 100 * second, 0);
    const placed: (number | null)[] = [];
    for (let at = frame; at <= 11 * frame; at += frame) {
      placed.push(timeline.place(1, 50 * second + at, at));
    }

    expect(placed.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => null));
    expect(placed.at(-1)).toBe(11 * frame);
    expect(timeline.place(1, 90 * second, 12 * frame)).toBe(12 * frame);
  });
});

const rough = { jitterMs: 40, lossPercent: 3 } as const;

/** The furthest that a packet is put from where its audio was spoken, in milliseconds of our clock. */
function worstErrorMs(stream: Stream, seed: number): number {
  const random = seededRandom(seed);
  const timeline = new RtpTimeline();
  const rate = 1 - stream.driftPpm / 1_000_000; // ours for each sample of the sender's
  let worst = 0;
  let settled = false;
  for (let sent = 0; sent < hour; sent += frame) {
    if (stream.pauses && random.below(500) === 0) sent += frame * random.below(400);
    if (random.below(100) < stream.lossPercent) continue;
    const spokenAt = sent * rate;
    const delay = random.unit() ** 3 * stream.jitterMs * 8; // most are hardly delayed
    const timestamp = (stream.firstTimestamp + sent) >>> 0;
    const position = timeline.place(1, timestamp, Math.round(spokenAt + delay));
    if (position === null) return Number.POSITIVE_INFINITY;
    // The first packet may itself have been the most delayed one: the next ones tell.
    settled ||= sent > second;
    if (settled) worst = Math.max(worst, Math.abs(position - spokenAt) / 8);
  }
  return worst;
}

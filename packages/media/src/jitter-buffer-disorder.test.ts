import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { type JitterCounters, JitterBuffer } from "./jitter-buffer.ts";
import { emptyRtpHeader } from "./rtp-header.ts";

const depthMs = 60;
const frameMs = 20;
const frameSamples = 160;
const firstSequence = 1_000;

/** A buffer whose packets are named by their place in the stream, in whatever order they come. */
class Stream {
  readonly heard: number[] = [];
  readonly buffer = new JitterBuffer({
    codec: "pcma",
    depthMs,
    sink: {
      audio: (source, offset) => {
        this.heard.push(((source[offset] ?? 0) << 8) | (source[offset + 1] ?? 0));
      },
      silence: (samples) => (this.silenceMs += samples / 8),
    },
  });
  silenceMs = 0;
  readonly #firstTimestamp: number;

  constructor(firstTimestamp = 0) {
    this.#firstTimestamp = firstTimestamp;
  }

  /** The packet of a place arrives. */
  push(place: number, atMs: number): void {
    const packet = new Uint8Array(frameSamples);
    packet.set([place >> 8, place & 0xff]);
    const header = {
      ...emptyRtpHeader(),
      sequenceNumber: (firstSequence + place) & 0xffff,
      timestamp: (this.#firstTimestamp + place * frameSamples) >>> 0,
      payloadBytes: frameSamples,
    };
    this.buffer.push(header, packet, atMs);
  }

  pushAll(places: readonly number[], atMs: number): void {
    for (const place of places) this.push(place, atMs);
  }
}

const nothing: JitterCounters = {
  received: 0,
  lost: 0,
  late: 0,
  reordered: 0,
  duplicate: 0,
  surplus: 0,
  silenceFilledMs: 0,
  resets: 0,
};

describe("a burst", () => {
  test("that is all in order passes whole, without a place being made for any", () => {
    const stream = new Stream();

    stream.pushAll(range(0, 30), 0);

    expect(stream.heard).toEqual(range(0, 30));
    expect(stream.buffer.counters).toEqual({ ...nothing, received: 30 });
  });

  test("in which the last one belongs before sixteen that wait keeps it in its place", () => {
    const stream = new Stream();
    stream.push(0, 0);
    stream.pushAll(range(3, 19), 0);

    stream.push(2, 0);
    stream.push(19, 0);
    stream.buffer.tick(depthMs);

    expect(stream.heard).toEqual([0, ...range(2, 20)]);
    expect(stream.buffer.counters).toEqual({
      ...nothing,
      received: 19,
      lost: 1,
      reordered: 1,
      silenceFilledMs: 20,
    });
  });

  test("turned round is put in order as far as places reach", () => {
    const stream = new Stream();
    stream.push(0, 0);

    stream.pushAll(range(1, 17).reverse(), 0);

    expect(stream.heard).toEqual(range(0, 17));
    expect(stream.buffer.counters).toEqual({ ...nothing, received: 17, reordered: 15 });
  });
});

describe("a packet far ahead", () => {
  test("is told from its duplicate, whatever came late in between", () => {
    const stream = new Stream();
    stream.pushAll(range(0, 50), 0);

    stream.push(140, 0);
    stream.push(12, 0); // heard long ago, and 128 before the one that waits
    stream.push(140, 0);

    expect(stream.buffer.counters).toMatchObject({ received: 53, duplicate: 2, late: 0 });
  });

  test("is told from its duplicate when the late one had never come", () => {
    const stream = new Stream();
    stream.pushAll([...range(0, 12), ...range(13, 50)], 0);
    stream.buffer.tick(depthMs);

    stream.push(140, depthMs);
    stream.push(12, depthMs);
    stream.push(140, depthMs);
    stream.buffer.tick(2 * depthMs);

    expect(stream.heard).toEqual([...range(0, 12), ...range(13, 50), 140]);
    expect(stream.buffer.counters).toMatchObject({ duplicate: 1, late: 1, lost: 91 });
  });
});

describe("the timestamp", () => {
  test("may wrap: nothing is filled, lost or measured as jitter there", () => {
    const stream = new Stream(2 ** 32 - 2 * frameSamples);

    for (const place of range(0, 6)) stream.push(place, place * frameMs);

    expect(stream.heard).toEqual(range(0, 6));
    expect(stream.buffer.counters).toEqual({ ...nothing, received: 6 });
    expect(stream.buffer.jitterMs).toBe(0);
  });

  test("may wrap within a gap, which is filled as any other", () => {
    const stream = new Stream(2 ** 32 - 2 * frameSamples);
    stream.pushAll([0, 1], 0);

    stream.push(4, 0);
    stream.buffer.tick(depthMs);

    expect(stream.heard).toEqual([0, 1, 4]);
    expect(stream.buffer.counters).toEqual({
      ...nothing,
      received: 3,
      lost: 2,
      silenceFilledMs: 40,
    });
  });
});

test("silence follows real time before the first packet comes, too", () => {
  const stream = new Stream();

  for (let atMs = 0; atMs <= 200; atMs += frameMs) stream.buffer.tick(atMs);

  expect(stream.silenceMs).toBe(200 - depthMs - frameMs);
});

test("a restart in the middle of a gap drops what waits, and counts nothing", () => {
  const stream = new Stream();
  stream.pushAll([0, 3], 0);

  stream.buffer.restart();
  stream.pushAll([500, 501], frameMs);

  expect(stream.heard).toEqual([0, 500, 501]);
  expect(stream.buffer.counters).toEqual({ ...nothing, received: 4 });
});

test.each(range(0, 20))("any disorder comes out in order and adds up, seed %i", (seed) => {
  const random = seededRandom(seed);
  const stream = new Stream();
  const packets = 1_500;
  let held: number[] = [];
  stream.push(0, 0);
  for (let now = 1; now < packets; now += 1) {
    if (random.below(30) > 0) held.push(now);
    if (random.below(30) === 0) held.push(Math.max(0, now - random.below(50)));
    // The network stalls now and then, and lets go of what it held in any order: never a jump.
    if (random.below(20) > 0 && held.length < 40) continue;
    const shuffled = held.map((place) => ({ place, turn: random.unit() }));
    shuffled.sort((one, other) => one.turn - other.turn);
    for (const { place } of shuffled) stream.push(place, now * frameMs);
    stream.buffer.tick(now * frameMs);
    held = [];
  }
  stream.buffer.tick(packets * frameMs + depthMs);

  const { received, late, duplicate, lost, surplus, resets } = stream.buffer.counters;
  const last = stream.heard.at(-1) ?? 0;
  expect(stream.heard).toEqual([...new Set(stream.heard)].sort((one, other) => one - other));
  expect({ resets, surplus }).toEqual({ resets: 0, surplus: 0 });
  expect(received).toBe(stream.heard.length + late + duplicate);
  expect(last + 1).toBe(stream.heard.length + lost);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

import { seededRandom } from "@agentcall/base";
import { beforeEach, describe, expect, test } from "vitest";
import { JitterBuffer } from "./jitter-buffer.ts";
import { emptyRtpHeader, readRtpHeader } from "./rtp-header.ts";
import { RtpSender } from "./testing/rtp-sender.ts";

const depthMs = 60;
const frameMs = 20;

/** What came out: the numbers of the frames, and silence in milliseconds below zero. */
let out: number[];
let buffer: JitterBuffer;
let sender: RtpSender;
let nowMs: number;

beforeEach(() => {
  out = [];
  buffer = new JitterBuffer({
    codec: "pcmu",
    depthMs,
    sink: {
      audio: (source, offset) => out.push(source[offset] ?? 0),
      silence: (samples) => out.push(-samples / 8),
    },
  });
  sender = new RtpSender({ sequenceNumber: 65_530 });
  nowMs = 1_000;
});

describe("packets", () => {
  test("in their order pass at once, across the wrap of their numbers", () => {
    for (let count = 0; count < 10; count += 1) arrive(sender.next());

    expect(out).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(buffer.counters).toMatchObject({ received: 10, lost: 0, late: 0, silenceFilledMs: 0 });
  });

  test("that changed places are put in order", () => {
    arrive(sender.next());
    const [later, earlier] = sender.swap();
    arrive(later);
    const waited = [...out];
    arrive(earlier);

    expect(waited).toEqual([1]);
    expect(out).toEqual([1, 2, 3]);
    expect(buffer.counters).toMatchObject({ reordered: 1, lost: 0 });
  });

  test("that came twice are used once", () => {
    const packet = sender.next();
    arrive(packet);
    arrive(packet);
    arrive(sender.next());

    expect(out).toEqual([1, 2]);
    expect(buffer.counters.duplicate).toBe(1);
  });

  test("that were lost are waited for as long as the depth, and then are silence", () => {
    arrive(sender.next());
    sender.lose(2);
    arrive(sender.next());
    passTime(depthMs - 2 * frameMs);
    const waited = [...out];
    passTime(frameMs);

    expect(waited).toEqual([1]);
    expect(out).toEqual([1, -40, 4]);
    expect(buffer.counters).toMatchObject({ lost: 2, silenceFilledMs: 40 });
  });

  test("that come after their place was filled are late, and not heard", () => {
    arrive(sender.next());
    const late = sender.next();
    arrive(sender.next());
    passTime(depthMs);
    arrive(late);

    expect(out).toEqual([1, -20, 3]);
    expect(buffer.counters).toMatchObject({ lost: 1, late: 1 });
  });

  test("from before the first one are late, and the second time duplicates", () => {
    const early = [sender.next(), sender.next()];
    arrive(sender.next());
    for (const packet of [...early, ...early]) arrive(packet);

    expect(out).toEqual([3]);
    expect(buffer.counters).toMatchObject({ late: 2, duplicate: 2, lost: 0, resets: 0 });
  });

  test("that wait while real time runs ahead have no more silence before them than was lost", () => {
    arrive(sender.next());
    sender.lose(1);
    nowMs += 70; // the next one comes late as well
    arrive(sender.next(), 0);
    passTime(40);
    const waited = [...out];
    passTime(20);

    expect(waited).toEqual([1]);
    expect(out.slice(0, 3)).toEqual([1, -20, 3]);
  });

  test("wait for at most sixteen of them: the gap is given up sooner", () => {
    arrive(sender.next());
    sender.lose(1);
    for (let count = 0; count < 17; count += 1) arrive(sender.next(), 0);

    expect(out).toEqual([1, -20, ...Array.from({ length: 17 }, (_, index) => index + 3)]);
  });
});

describe("time", () => {
  test("goes on in silence while nothing comes, a depth and a frame behind", () => {
    arrive(sender.next());
    passTime(500);

    expect(silenceMs()).toBe(500 - depthMs - 2 * frameMs + frameMs);
  });

  test("that the sender left out is filled when it goes on", () => {
    arrive(sender.next());
    sender.pause(5);
    passTime(100);
    arrive(sender.next());

    expect(out.at(-1)).toBe(2);
    expect(silenceMs()).toBe(100);
    expect(buffer.counters.lost).toBe(0);
  });

  test("that jumped in the sender's clock is not filled: the audio goes on from here", () => {
    arrive(sender.next());
    sender.pause(50_000);
    arrive(sender.next());

    expect(out).toEqual([1, 2]);
    expect(buffer.counters.resets).toBe(1);
  });

  test("that runs a second ahead of ours is cut", () => {
    for (let count = 0; count < 60; count += 1) arrive(sender.next(), 0);

    expect(buffer.counters.surplus).toBeGreaterThan(0);
    expect(out.length).toBeLessThanOrEqual(52);
  });
});

describe("a stream that begins anew", () => {
  test("by a jump in its numbers is followed", () => {
    arrive(sender.next());
    sender.jump(1_000);
    arrive(sender.next());

    expect(out).toEqual([1, 2]);
    expect(buffer.counters).toMatchObject({ resets: 1, lost: 0 });
  });

  test("under another name is followed", () => {
    arrive(sender.next());
    arrive(new RtpSender({ ssrc: 7, sequenceNumber: 3 }).next());

    expect(out).toEqual([1, 1]);
    expect(buffer.counters.resets).toBe(1);
  });

  test("after a pause that both sides agreed on has lost nothing", () => {
    arrive(sender.next());
    buffer.restart();
    sender.lose(50);
    passTime(1_000);
    arrive(sender.next());

    expect(out.at(-1)).toBe(52);
    expect(buffer.counters).toMatchObject({ lost: 0, resets: 0 });
  });
});

test("the jitter is measured as RFC 3550 says", () => {
  for (let count = 0; count < 200; count += 1) arrive(sender.next(), count % 2 === 0 ? 10 : 30);

  expect(buffer.jitterMs).toBeGreaterThan(9);
  expect(buffer.jitterMs).toBeLessThan(11);
});

describe.each(Array.from({ length: 20 }, (_, seed) => seed))(
  "a loss of 3 in 100 and 30 ms jitter, seed %i",
  (seed) => {
    test("leave the audio in order, in real time, and every packet accounted for", () => {
      const random = seededRandom(seed);
      const packets = 500;
      const arrivals = Array.from({ length: packets }, (_, index) => ({
        packet: sender.next(),
        atMs: nowMs + index * frameMs + random.unit() * 30,
      })).filter(() => random.unit() >= 0.03);
      arrivals.sort((one, other) => one.atMs - other.atMs);

      const endMs = nowMs + packets * frameMs + 200;
      for (let tickMs = nowMs; tickMs <= endMs; tickMs += frameMs) {
        while ((arrivals[0]?.atMs ?? Infinity) <= tickMs) {
          const next = arrivals.shift();
          if (next !== undefined) push(next.packet, next.atMs);
        }
        buffer.tick(tickMs);
      }

      const { received, lost, late, duplicate } = buffer.counters;
      const frames = out.filter((each) => each >= 0);
      const playedMs = frames.length * frameMs + silenceMs();
      expect(duplicate).toBe(0);
      expect(received - late).toBe(frames.length);
      expect(received + lost - late).toBeGreaterThan(packets - 20);
      expect(lost / packets).toBeLessThan(0.08);
      expect(isAscending(frames)).toBe(true);
      expect(Math.abs(playedMs - (packets * frameMs + 200 - depthMs))).toBeLessThanOrEqual(60);
    });
  },
);

/** Takes a packet, and lets time pass until the next one is due. */
function arrive(packet: Uint8Array, thenMs = frameMs): void {
  push(packet, nowMs);
  nowMs += thenMs;
}

function push(packet: Uint8Array, atMs: number): void {
  const header = emptyRtpHeader();
  expect(readRtpHeader(packet, packet.length, header)).toBe("ok");
  buffer.push(header, packet, atMs);
}

function passTime(ms: number): void {
  for (let passed = 0; passed < ms; passed += frameMs) {
    nowMs += frameMs;
    buffer.tick(nowMs);
  }
}

function silenceMs(): number {
  return -out.filter((each) => each < 0).reduce((sum, each) => sum + each, 0);
}

/** The frames' numbers are told modulo 256. */
function isAscending(frames: readonly number[]): boolean {
  return frames.every((frame, index) => {
    const step = (frame - (frames[index - 1] ?? frame - 1) + 256) % 256;
    return step > 0 && step < 30;
  });
}

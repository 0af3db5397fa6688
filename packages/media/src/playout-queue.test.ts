import { seededRandom } from "@agentcall/base";
import { beforeEach, describe, expect, test } from "vitest";
import { PlayoutQueue } from "./playout-queue.ts";

const frameBytes = 160;
const silence = 0xff;

let queue: PlayoutQueue;
const frame = new Uint8Array(frameBytes);

beforeEach(() => {
  queue = new PlayoutQueue({ codec: "pcmu", prefillMs: 40, capacityMs: 1_000 });
});

describe("PlayoutQueue", () => {
  test("knows beforehand whether its next frame is silence", () => {
    const random = seededRandom(7);

    for (let step = 0; step < 5_000; step += 1) {
      const isSilent = queue.isSilent;
      const [kind] = pull();
      expect(kind === "silence").toBe(isSilent);
      if (random.below(3) === 0) push(`item ${String(random.below(3))}`, 1, random.below(70));
      if (random.below(20) === 0) queue.endItem(`item ${String(random.below(3))}`);
      if (random.below(50) === 0) queue.clear();
    }
  });
});

describe("what is said", () => {
  test("begins when enough is there, and plays in its order", () => {
    push("a", 1, 20);
    const tooEarly = pull();
    push("a", 2, 20);

    expect(tooEarly).toEqual(["silence", silence]);
    expect(pull()).toEqual(["talkspurt-start", 1]);
    expect(pull()).toEqual(["speech", 2]);
  });

  test("begins sooner when nothing more will come", () => {
    push("a", 1, 20);
    queue.endItem("a");

    expect(pull()).toEqual(["talkspurt-start", 1]);
    expect(pull()).toEqual(["silence", silence]);
    expect(queue.isIdle).toBe(true);
    expect(queue.counters.underruns).toBe(0);
  });

  test("that dries up in the middle is counted, and waits as at the start", () => {
    push("a", 1, 40);
    pull();
    pull();
    push("a", 2, 20);

    expect(pull()[0]).toBe("silence");
    push("a", 2, 20);
    expect(pull()).toEqual(["talkspurt-start", 2]);
    expect(queue.counters.underruns).toBe(1);
  });

  test("ends in silence within its last frame", () => {
    push("a", 1, 45);
    queue.endItem("a");
    pull();
    pull();

    queue.pullFrame(frame, 0, frameBytes);

    expect([...frame.subarray(0, 40)]).toEqual(Array(40).fill(1));
    expect([...frame.subarray(40)]).toEqual(Array(120).fill(silence));
  });

  test("beyond what fits is counted, not kept", () => {
    const taken = queue.push("a", new Uint8Array(10_000), 0, 10_000);

    expect(taken).toBe(8_000);
    expect(queue.counters.overruns).toBe(2_000);
    expect(queue.queuedMs).toBe(1_000);
  });
});

describe("an interruption", () => {
  test("drops all that is queued and tells of each item how much was heard", () => {
    push("a", 1, 100);
    push("b", 2, 100);
    for (let count = 0; count < 7; count += 1) pull();

    expect(queue.clear()).toEqual([{ itemId: "b", receivedMs: 100, heardMs: 40 }]);
    expect(queue.isIdle).toBe(true);
    expect(pull()).toEqual(["silence", silence]);
    expect([queue.playedMs("a"), queue.playedMs("b"), queue.playedMs("c")]).toEqual([100, 40, 0]);
  });

  test("tells of what was never heard as well", () => {
    push("a", 1, 100);

    expect(queue.clear()).toEqual([{ itemId: "a", receivedMs: 100, heardMs: 0 }]);
    expect(queue.clear()).toEqual([]);
  });

  test("says nothing of an item that was played to its end", () => {
    push("a", 1, 40);
    queue.endItem("a");
    pull();
    pull();

    expect(queue.clear()).toEqual([]);
    expect(queue.playedMs("a")).toBe(40);
  });

  test("of audio that still comes for a dropped item begins it anew behind", () => {
    push("a", 1, 100);
    pull();
    queue.clear();
    queue.endItem("a");

    expect(queue.playedMs("a")).toBe(20);
  });
});

describe("PlayoutQueue", () => {
  test("says silence in the law of its codec", () => {
    const aLaw = new PlayoutQueue({ codec: "pcma", prefillMs: 0, capacityMs: 1_000 });

    const kind = aLaw.pullFrame(frame, 0, frameBytes);

    expect([kind, frame[0], frame[frameBytes - 1]]).toEqual(["silence", 0xd5, 0xd5]);
  });

  test("begins a short item at once when another one has begun behind it", () => {
    const patient = new PlayoutQueue({ codec: "pcmu", prefillMs: 500, capacityMs: 1_000 });
    patient.push("a", new Uint8Array(frameBytes).fill(1), 0, frameBytes);
    const alone = patient.pullFrame(frame, 0, frameBytes);

    patient.push("b", new Uint8Array(frameBytes).fill(2), 0, frameBytes);

    expect([alone, patient.pullFrame(frame, 0, frameBytes)]).toEqual([
      "silence",
      "talkspurt-start",
    ]);
  });

  test("fills a frame from two items, and counts each for itself", () => {
    push("a", 1, 30);
    push("b", 2, 30);
    pull();

    pull();

    expect([...frame.subarray(0, 80)]).toEqual(Array(80).fill(1));
    expect([...frame.subarray(80)]).toEqual(Array(80).fill(2));
    expect([queue.playedMs("a"), queue.playedMs("b")]).toEqual([30, 10]);
  });

  test("writes only its frame into a longer buffer, from the place that is asked for", () => {
    push("a", 1, 60);
    const packet = new Uint8Array(12 + frameBytes + 1).fill(7);

    queue.pullFrame(packet, 12, frameBytes);

    expect([...new Set(packet.subarray(0, 12))]).toEqual([7]);
    expect([...new Set(packet.subarray(12, 12 + frameBytes))]).toEqual([1]);
    expect(packet.at(-1)).toBe(7);
  });

  test("takes audio from the middle of what it is given", () => {
    const source = Uint8Array.from({ length: 1_000 }, (_, at) => at % 251);

    queue.push("a", source, 100, 2 * frameBytes);
    queue.pullFrame(frame, 0, frameBytes);

    expect(frame).toEqual(source.subarray(100, 100 + frameBytes));
  });

  test("keeps the order when its ring grows while it is wrapped", () => {
    const large = new PlayoutQueue({ codec: "pcmu", prefillMs: 0, capacityMs: 60_000 });
    const said = Uint8Array.from({ length: 60_000 }, (_, at) => at % 251);
    large.push("a", said, 0, 16_000);
    const heard = pullAll(large, 8_000);
    large.push("a", said, 16_000, 8_000); // wraps: the ring has 16,384 bytes

    large.push("a", said, 24_000, 36_000);

    expect(Uint8Array.from([...heard, ...pullAll(large, 52_000)])).toEqual(said);
    expect(large.counters).toEqual({ framesPlayed: 375, underruns: 1, overruns: 0 });
  });

  test("knows an item that came back between others by its last part", () => {
    push("a", 1, 20);
    push("b", 2, 20);
    push("a", 1, 20);
    queue.endItem("a");

    const kinds = [pull()[0], pull()[0], pull()[0], pull()[0]];

    expect(kinds).toEqual(["talkspurt-start", "speech", "speech", "silence"]);
    expect(queue.counters.underruns).toBe(0);
  });

  test("remembers what was played of the last 64 items, and of no more", () => {
    for (let item = 0; item < 65; item += 1) {
      push(`item-${String(item)}`, 1, 20);
      queue.endItem(`item-${String(item)}`);
      pull();
    }

    expect([queue.playedMs("item-0"), queue.playedMs("item-1")]).toEqual([0, 20]);
  });

  test("rounds down what was heard of an item", () => {
    queue.push("a", new Uint8Array(403), 0, 403);
    queue.pullFrame(new Uint8Array(163), 0, 163);

    expect(queue.clear()).toEqual([{ itemId: "a", receivedMs: 50, heardMs: 20 }]);
  });

  test("says nothing of an item whose end is told, and that it does not know", () => {
    queue.endItem("never-seen");

    expect(queue.clear()).toEqual([]);
    expect(queue.isIdle).toBe(true);
  });
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  "whatever is pushed and pulled comes out once, in order, and adds up, seed %i",
  (seed) => {
    const random = seededRandom(seed);
    let pushed = 0;
    let pulled = 0;
    let wrong = 0;
    for (let step = 0; step < 2_000; step += 1) {
      if (random.below(3) === 0) {
        const bytes = random.below(2_000);
        const source = Uint8Array.from({ length: bytes }, (_, at) => (pushed + at) % 251);
        pushed += queue.push(`item-${String(step >> 5)}`, source, 0, bytes);
      } else if (queue.pullFrame(frame, 0, frameBytes) !== "silence") {
        const there = Math.min(frameBytes, pushed - pulled);
        wrong += frame.subarray(0, there).filter((each, at) => each !== (pulled + at) % 251).length;
        pulled += there;
      }
    }

    expect(wrong).toBe(0);
    expect(pushed - pulled).toBe(queue.queuedMs * 8);
  },
);

function pullAll(from: PlayoutQueue, bytes: number): Uint8Array {
  const into = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += frameBytes) from.pullFrame(into, at, frameBytes);
  return into;
}

function push(itemId: string, value: number, ms: number): void {
  queue.push(itemId, new Uint8Array(ms * 8).fill(value), 0, ms * 8);
}

function pull(): [string, number | undefined] {
  return [queue.pullFrame(frame, 0, frameBytes), frame[0]];
}

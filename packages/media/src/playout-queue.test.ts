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

function push(itemId: string, value: number, ms: number): void {
  queue.push(itemId, new Uint8Array(ms * 8).fill(value), 0, ms * 8);
}

function pull(): [string, number | undefined] {
  return [queue.pullFrame(frame, 0, frameBytes), frame[0]];
}

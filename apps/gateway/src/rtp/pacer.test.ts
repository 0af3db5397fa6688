import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { describe, expect, test } from "vitest";
import { Pacer, type PacedStream } from "./pacer.ts";

class Recorder implements PacedStream {
  isSilent = false;
  readonly sentAtMs: number[] = [];
  skipped = 0;
  sendFrame(nowMs: number): void {
    this.sentAtMs.push(nowMs);
  }
  skipFrames(count: number): void {
    this.skipped += count;
  }
}

/** A clock whose timers the test fires itself, late if it likes. */
class StallingClock extends TestClock {
  lateMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.lateMs;
  }
}

describe("Pacer", () => {
  test("sends one frame of each call every 20 ms, and four calls in four slots", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    const calls = Array.from({ length: 4 }, () => new Recorder());
    calls.forEach((call) => pacer.add(call));

    clock.advance(60);

    expect(calls.map((call) => call.sentAtMs)).toEqual([
      [0, 20, 40, 60],
      [5, 25, 45],
      [10, 30, 50],
      [15, 35, 55],
    ]);
  });

  test("a frame with nothing to say leaves one slot later, and words take its place", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    const call = new Recorder();
    call.isSilent = true;
    pacer.add(call);

    clock.advance(42); // the frame of 40 ms waits
    call.isSilent = false;
    clock.advance(38);

    expect(call.sentAtMs).toEqual([5, 25, 45, 60, 80]);
  });

  test("a frame that waits is not late, and is not sent once its call has left", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    const lateMs: number[] = [];
    const leave = pacer.add({
      isSilent: true,
      sendFrame: (_nowMs, late) => lateMs.push(late),
      skipFrames: () => undefined,
    });
    pacer.add(new Recorder());
    clock.advance(42);

    leave();
    clock.advance(100);

    expect(lateMs).toEqual([0, 0]);
  });

  test("does not drift in an hour", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    let frames = 0;
    pacer.add({
      isSilent: false,
      sendFrame: () => (frames += 1),
      skipFrames: () => undefined,
    });

    clock.advance(3_600_000);

    expect(frames).toBe(3_600_000 / 20 + 1);
  });

  test("catches up after a short stall and comes back to its plan", () => {
    const clock = new StallingClock();
    const pacer = new Pacer(clock, silentLog);
    const call = new Recorder();
    pacer.add(call);
    clock.advance(20);

    clock.lateMs = 60; // the process stood still for three frames
    clock.advance(100);

    expect(call.skipped).toBe(0);
    expect(call.sentAtMs.length).toBe((20 + 100 + 60) / 20 + 1);
  });

  test("leaves frames out after a long stall, and tells the call how many", () => {
    const clock = new StallingClock();
    const pacer = new Pacer(clock, silentLog);
    const call = new Recorder();
    pacer.add(call);
    clock.advance(20);

    clock.lateMs = 1_000;
    clock.advance(100);

    expect(call.skipped + call.sentAtMs.length).toBe((20 + 100 + 1_000) / 20 + 1);
    expect(call.skipped).toBeGreaterThan(40);
  });

  test("stands still when the last call has gone, which may be said twice", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    const leave = pacer.add(new Recorder());
    clock.advance(7);

    leave();
    leave();

    expect([pacer.streamCount, pacer.isRunning, clock.pendingCount]).toEqual([0, false, 0]);
  });

  test("a call that leaves from within its own turn stops the clockwork", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    let leave = (): void => undefined;
    leave = pacer.add({
      isSilent: false,
      sendFrame: () => {
        leave();
      },
      skipFrames: () => undefined,
    });

    clock.advance(100);

    expect(clock.pendingCount).toBe(0);
  });

  test("one call's fault does not silence another", () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, silentLog);
    pacer.add({
      isSilent: false,
      sendFrame: () => {
        throw new Error("a fault");
      },
      skipFrames: () => undefined,
    });
    const others = Array.from({ length: 3 }, () => new Recorder());
    others.forEach((call) => pacer.add(call));

    clock.advance(40);

    expect(others.map((call) => call.sentAtMs.length)).toEqual([2, 2, 2]);
  });
});

import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  AppError,
  base32,
  Closers,
  delay,
  every,
  invariant,
  InvariantError,
  newId,
  retryDelayMs,
  Secret,
  seededRandom,
  silentLog,
  systemClock,
  systemRandom,
  unreachable,
} from "./index.ts";
import { TestClock } from "./testing/index.ts";

describe("every", () => {
  test("does not drift, and leaves out what a standstill has missed", () => {
    const clock = new TestClock();
    const atMs: number[] = [];
    const timer = every(clock, 20, () => atMs.push(clock.monotonicMs()));

    clock.advance(60);
    timer.cancel();
    clock.advance(60);

    expect(atMs).toEqual([20, 40, 60]);
    expect(clock.pendingCount).toBe(0);
  });
});

describe("delay", () => {
  test("ends in its time, or with the reason of who gave it up", async () => {
    const clock = new TestClock();
    const giveUp = new AbortController();
    const passed = delay(clock, 100);
    const aborted = delay(clock, 100, giveUp.signal);
    giveUp.abort(new Error("no longer"));
    clock.advance(100);

    await passed;
    await expect(aborted).rejects.toThrow("no longer");
    await expect(delay(clock, 1, AbortSignal.abort())).rejects.toThrow();
    expect(clock.pendingCount).toBe(0);
  });
});

test("the machine's clock and chance go on", async () => {
  const clock = systemClock();
  const fromMs = clock.monotonicMs();
  clock.after(60_000, () => undefined).cancel();

  await new Promise<void>((resolve) => {
    clock.after(1, resolve);
  });

  expect(clock.monotonicMs()).toBeGreaterThan(fromMs);
  expect(clock.nowMs()).toBeGreaterThan(Date.UTC(2026, 0, 1));
  expect(systemRandom().bytes(32)).not.toEqual(systemRandom().bytes(32));
  expect(systemRandom().below(1)).toBe(0);
});

describe("closers", () => {
  test("run in reverse order, once, all of them, also when one fails", async () => {
    const closed: string[] = [];
    const closers = new Closers();
    closers.add("first", () => {
      closed.push("first");
    });
    closers.add("second", () => Promise.reject(new Error("stuck")));
    closers.add("third", () => {
      closed.push("third");
    });

    const [one, two] = await Promise.allSettled([closers.close(), closers.close()]);

    expect(closed).toEqual(["third", "first"]);
    expect([one.status, two.status]).toEqual(["rejected", "rejected"]);
    await expect(closers.close()).rejects.toThrow("closing was not clean");
  });
});

describe("chance from a seed", () => {
  test("is the same for the same seed, and spread evenly", () => {
    const random = seededRandom(7);
    const counts = Array<number>(10).fill(0);
    for (let count = 0; count < 10_000; count += 1) {
      const at = random.below(10);
      counts[at] = (counts[at] ?? 0) + 1;
    }

    expect(seededRandom(7).bytes(16)).toEqual(seededRandom(7).bytes(16));
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });
});

test("an id is its prefix and 26 letters that nobody mistakes", () => {
  expect(newId("call", seededRandom(1))).toMatch(/^call_[0-9a-hjkmnp-tv-z]{26}$/);
  expect(base32(Uint8Array.of(0xff))).toBe("zw");
  expect(base32(new Uint8Array(0))).toBe("");
});

test("waits double up to their limit, half of each by chance", () => {
  const schedule = { firstMs: 100, maxMs: 1_000 };
  const delays = [1, 2, 3, 4, 5, 100].map((attempt) =>
    retryDelayMs(schedule, attempt, seededRandom(attempt)),
  );

  for (const [index, ceilingMs] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
    expect(delays[index]).toBeGreaterThanOrEqual(ceilingMs / 2);
    expect(delays[index]).toBeLessThanOrEqual(ceilingMs);
  }
});

test("a secret shows itself only where it is asked to", () => {
  const secret = new Secret("the words");

  expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain(
    "words",
  );
  expect(secret.reveal()).toBe("the words");
});

test("what must be true and is not ends in an error of ours", () => {
  expect(() => {
    invariant(false, "one is two");
  }).toThrow(InvariantError);
  expect(() => unreachable("x" as never)).toThrow(InvariantError);
  expect(new AppError("code", "words", { reason: "why", cause: 1 })).toMatchObject({
    code: "code",
    reason: "why",
    details: null,
    cause: 1,
  });
  expect(silentLog.child({})).toBe(silentLog);
});

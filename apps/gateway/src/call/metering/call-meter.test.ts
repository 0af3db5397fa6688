import { TestClock } from "@agentcall/base/testing";
import { defaultRateCard, type NumberId, type UsageTerms } from "@agentcall/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { CallMeter } from "./call-meter.ts";
import { startHeartbeat } from "./heartbeat.ts";

const numberId = "num_1" as NumberId;
const terms: UsageTerms = {
  epoch: 1,
  voiceMode: "byok",
  rateCard: defaultRateCard,
  keyFingerprint: "0123456789abcdef",
  trunkId: "trunk_1",
  recorded: false,
};

let clock: TestClock;
let meter: CallMeter;

beforeEach(() => {
  clock = new TestClock();
  meter = new CallMeter(clock, "inbound");
});

function confirmed(): CallMeter {
  meter.charge(numberId, terms);
  meter.confirmed();
  return meter;
}

describe("CallMeter", () => {
  test("charges from the ACK to the end, and tells by what", () => {
    clock.advance(700);
    const answeredAtMs = clock.nowMs();
    confirmed();
    clock.advance(61_234);

    expect(meter.lastStretch()).toEqual({
      segment: 0,
      kind: "final",
      numberId,
      direction: "inbound",
      terms,
      answeredAtMs,
      termsFromMs: 0,
      fromMs: 0,
      toMs: 61_234,
      clockDriftMs: 0,
    });
    expect([meter.talkMs, meter.answeredAtMs]).toEqual([61_234, answeredAtMs]);
  });

  test("a call that is recorded no longer is told so from there on, and no minute begins anew", () => {
    meter.charge(numberId, { ...terms, recorded: true });
    meter.confirmed();
    clock.advance(90_000);

    const told = meter.stopRecording();
    clock.advance(60_000);

    expect(told).toMatchObject({ segment: 0, fromMs: 0, toMs: 90_000, terms: { recorded: true } });
    expect(meter.lastStretch()).toMatchObject({
      segment: 1,
      termsFromMs: 0,
      fromMs: 90_000,
      toMs: 150_000,
      terms: { recorded: false },
    });
  });

  test("a call that could not be recorded is charged without it from the start, by every key", () => {
    meter.charge(numberId, { ...terms, recorded: true });
    expect(meter.stopRecording()).toBeNull();
    meter.confirmed();
    clock.advance(1_000);
    meter.changeTerms({ ...terms, voiceMode: "managed", recorded: true });
    clock.advance(1_000);

    expect(meter.stretchIfLost()).toMatchObject({ terms: { recorded: false } });
  });

  test("an ACK that comes again, and time after the end, change nothing", () => {
    confirmed();
    clock.advance(1_000);
    meter.confirmed();
    meter.end();
    clock.advance(9_000);

    expect(meter.lastStretch()).toMatchObject({ toMs: 1_000 });
  });

  test("a 200 that was never acknowledged charges nothing", () => {
    meter.charge(numberId, terms);
    clock.advance(32_000);

    expect([meter.takeStretch(), meter.stretchIfLost(), meter.lastStretch()]).toEqual([
      null,
      null,
      null,
    ]);
    expect([meter.talkMs, meter.answeredAtMs]).toEqual([0, null]);
  });

  test("a call without a plan charges nothing", () => {
    meter.confirmed();

    expect(meter.lastStretch()).toBeNull();
    expect(() => meter.changeTerms(terms)).toThrow("after they were set");
  });

  test("stretches follow each other without a gap, and what would be lost goes on from the last", () => {
    confirmed();
    clock.advance(300_000);
    const first = meter.takeStretch();
    clock.advance(10_000);
    const lost = meter.stretchIfLost();
    clock.advance(5_000);
    const last = meter.lastStretch();

    const told = [first, lost, last].map((usage) => [
      usage?.segment,
      usage?.kind,
      usage?.fromMs,
      usage?.toMs,
    ]);
    expect(told).toEqual([
      [0, "interim", 0, 300_000],
      [1, "recovered", 300_000, 310_000],
      [1, "final", 300_000, 315_000],
    ]);
  });

  test.each([
    ["an hour ahead", 3_600_000],
    ["two hours back", -7_200_000],
    ["beyond the year 2038", 500_000_000_000],
  ])("a wall clock that is set %s moves no duration, and is told", (_what, stepMs) => {
    const answeredAtMs = clock.nowMs();
    confirmed();
    clock.advance(30_000);
    clock.stepWall(stepMs);
    clock.advance(30_000);

    expect(meter.lastStretch()).toMatchObject({
      answeredAtMs,
      toMs: 60_000,
      clockDriftMs: stepMs,
    });
  });

  test("ends where the caller was last heard, also before what was told already", () => {
    confirmed();
    clock.advance(300_000);
    meter.takeStretch();
    clock.advance(4_000);

    meter.end(30_000);

    expect(meter.lastStretch()).toMatchObject({ segment: 1, fromMs: 300_000, toMs: 274_000 });
  });

  test("never ends before its beginning", () => {
    confirmed();
    clock.advance(10);
    meter.end(30_000);

    expect(meter.lastStretch()).toMatchObject({ toMs: 0 });
  });

  test("another key begins terms of its own, and the former ones are told", () => {
    confirmed();
    clock.advance(70_000);
    const managed: UsageTerms = { ...terms, voiceMode: "managed", keyFingerprint: null };

    const former = meter.changeTerms(managed);
    clock.advance(20_000);

    expect(former).toMatchObject({ segment: 0, terms, toMs: 70_000 });
    expect(meter.lastStretch()).toMatchObject({
      segment: 1,
      terms: managed,
      termsFromMs: 70_000,
      fromMs: 70_000,
      toMs: 90_000,
    });
  });

  test("terms that change before the answer hold from its beginning", () => {
    meter.charge(numberId, terms);
    const managed: UsageTerms = { ...terms, voiceMode: "managed" };
    const former = meter.changeTerms(managed);
    meter.confirmed();
    clock.advance(1);

    expect(former).toBeNull();
    expect(meter.lastStretch()).toMatchObject({ terms: managed, termsFromMs: 0 });
  });
});

describe("the heartbeat", () => {
  test("keeps a draft at once and every ten seconds, and tells a stretch every five minutes", () => {
    confirmed();
    const drafts: number[] = [];
    const told: number[] = [];
    const timer = startHeartbeat({
      clock,
      meter,
      tellUsage: ({ toMs }) => told.push(toMs),
      keepDraft: () => drafts.push(meter.talkMs),
    });

    clock.advance(905_000);
    timer.cancel();
    clock.advance(60_000);

    expect(drafts).toEqual(Array.from({ length: 91 }, (_, index) => index * 10_000));
    expect(told).toEqual([300_000, 600_000, 900_000]);
    expect(clock.pendingCount).toBe(0);
  });

  test("tells nothing of a call that was never acknowledged", () => {
    meter.charge(numberId, terms);
    const told: unknown[] = [];
    const timer = startHeartbeat({
      clock,
      meter,
      tellUsage: (usage) => told.push(usage),
      keepDraft: () => undefined,
    });

    clock.advance(600_000);
    timer.cancel();

    expect(told).toEqual([]);
  });
});

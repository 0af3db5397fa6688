import type { PhoneCall } from "@agentcall/phone";
import { afterEach, expect, test } from "vitest";
import { isLoud } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";

const callsAtOnce = 10;
const interruptionsEach = 10;
const frameMs = 20;
const frameSamples = 160;

let house: House;

afterEach(async () => {
  await house.close();
});

test("of a hundred interruptions ninety-nine let at most one more packet of the old answer out", async () => {
  const long = [{ tone: { frequencyHz: 812, ms: 20_000 } }];
  house = await House.open({ scenario: { greeting: long, turns: [] } });
  const calls: PhoneCall[] = [];
  for (let call = 0; call < callsAtOnce; call += 1) calls.push(await house.answeredCall());

  const stops = await Promise.all(calls.map((call, at) => interruptOften(call, at)));
  for (const call of calls) await call.hangUp();
  const records = await Promise.all(calls.map((call) => house.ended(call)));

  const sorted = stops.flat().sort((one, other) => one - other);
  expect(sorted.length).toBe(callsAtOnce * interruptionsEach);
  expect(sorted[98]).toBeLessThanOrEqual(frameMs);
  const inside = records.flatMap(({ latency }) => latency?.bargeInStopMs ?? []);
  expect(inside.length).toBe(callsAtOnce * interruptionsEach);
  expect(Math.max(...inside)).toBeLessThanOrEqual(frameMs);
});

/** For each interruption, how much of the old answer was sent after the gateway heard of it. */
async function interruptOften(call: PhoneCall, at: number): Promise<readonly number[]> {
  const session = await house.practice.whenOpened(at);
  const stops: number[] = [];
  for (let count = 0; count < interruptionsEach; count += 1) {
    await eventually("the agent speaks", () => speaksNow(call));
    const told = session.frames().length;
    session.interrupt();
    // The gateway's next words are about what was heard: whatever it sent after them is too much.
    await eventually("the gateway knows", () => session.frames().length > told);
    const knownAt = call.audio.heard?.samples.length ?? 0;
    await eventually("the line is silent", () => silentNow(call));
    stops.push(loudFramesAfter(call, knownAt) * frameMs);
    session.answer([{ kind: "tone", frequencyHz: 812, ms: 20_000, text: "on and on" }]);
  }
  return stops;
}

function heardFrom(call: PhoneCall, sample: number): Int16Array {
  return call.audio.heard?.samples.subarray(sample) ?? new Int16Array(0);
}

function speaksNow(call: PhoneCall): boolean {
  return isLoud(call.audio.heard?.last(5 * frameSamples) ?? new Int16Array(0));
}

function silentNow(call: PhoneCall): boolean {
  return !speaksNow(call);
}

function loudFramesAfter(call: PhoneCall, sample: number): number {
  const samples = heardFrom(call, sample);
  let frames = 0;
  for (let from = 0; from < samples.length; from += frameSamples) {
    if (isLoud(samples.subarray(from, from + frameSamples))) frames += 1;
  }
  return frames;
}

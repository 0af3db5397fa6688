import type { CallLatency } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { waterfallOf } from "./waterfall.ts";

const nothing: CallLatency = {
  ringingMs: null,
  sessionOpenMs: null,
  sessionReadyMs: null,
  firstDeltaMs: null,
  answeredMs: null,
  firstRtpOutMs: null,
  bargeInStopMs: [],
};

describe("the latency waterfall", () => {
  test("has each step begin where the one before it ended", () => {
    const steps = waterfallOf({
      ...nothing,
      ringingMs: 12,
      sessionOpenMs: 90,
      sessionReadyMs: 140,
      firstDeltaMs: 520,
      answeredMs: 523,
      firstRtpOutMs: 531,
    });

    expect(steps.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, 12],
      [12, 90],
      [90, 140],
      [140, 520],
      [520, 523],
      [523, 531],
    ]);
  });

  test("leaves out what the call did not reach", () => {
    expect(waterfallOf({ ...nothing, ringingMs: 12, answeredMs: 4_012 })).toEqual([
      { label: "Caller hears it ring", fromMs: 0, toMs: 12 },
      { label: "Call answered", fromMs: 12, toMs: 4_012 },
    ]);
    expect(waterfallOf(nothing)).toEqual([]);
  });

  test("is told in the order in which it came, also where the answer was before the first sound", () => {
    const steps = waterfallOf({ ...nothing, firstDeltaMs: 5_000, answeredMs: 4_000 });

    expect(steps.map(({ label }) => label)).toEqual([
      "Call answered",
      "Agent's first sound arrives",
    ]);
  });
});

import { type LogFields, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { StrangerWatch } from "./stranger-watch.ts";

let clock: TestClock;
let lines: LogFields[];
let watch: StrangerWatch;

beforeEach(() => {
  clock = new TestClock();
  lines = [];
  watch = new StrangerWatch(clock, { ...silentLog, warn: (fields) => void lines.push(fields) });
});

function meet(times: number, address = "192.0.2.1"): number {
  const answers = Array.from({ length: times }, () => watch.mayAnswer(address, "refused"));
  return answers.filter(Boolean).length;
}

describe("StrangerWatch", () => {
  test("answers twenty of one source in a window, and tells of all of them in one line", () => {
    const answered = meet(2_000);
    clock.advance(10_000);

    expect(answered).toBe(20);
    expect(lines).toEqual([
      {
        invites: 2_000,
        sources: 1,
        most: { "192.0.2.1": 2_000 },
        sinceStart: { refused: 20, challenged: 0, dropped: 1_980, malformed: 0 },
      },
    ]);
    expect(meet(1)).toBe(1);
    watch.close();
  });

  test("a flood from forged addresses is answered five hundred times, and fills no memory", () => {
    let answered = 0;
    for (let index = 0; index < 5_000; index += 1) answered += meet(1, `source-${String(index)}`);
    clock.advance(10_000);

    expect(answered).toBe(500);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ invites: 5_000, sources: 1_001 });
  });

  test("counts what was dropped, and keeps no timer when it is closed or nobody comes", () => {
    watch.dropped("192.0.2.1", "malformed");
    watch.dropped("192.0.2.1", "dropped");
    watch.close();
    watch.close();

    expect(watch.counts).toEqual({ refused: 0, challenged: 0, dropped: 1, malformed: 1 });
    expect([clock.pendingCount, lines.length]).toEqual([0, 0]);
  });
});

import { describe, expect, test } from "vitest";
import { PortRange } from "./port-range.ts";

describe("PortRange", () => {
  test("hands out even ports that leave room for RTCP, and then none", () => {
    const range = new PortRange(20_001, 20_006);

    const taken = [range.take(), range.take(), range.take()];

    expect(taken).toEqual([20_002, 20_004, null]);
    expect([range.takenCount, range.freeCount]).toEqual([2, 0]);
  });

  test("gives the port that has been free for longest", () => {
    const range = new PortRange(20_000, 20_005);
    const first = range.take();
    range.giveBack(first ?? 0);

    const next = [range.take(), range.take(), range.take()];

    expect(next).toEqual([20_002, 20_004, 20_000]);
  });

  test("a port given back twice is free once", () => {
    const range = new PortRange(20_000, 20_003);
    const port = range.take() ?? 0;

    range.giveBack(port);
    range.giveBack(port);

    expect([range.takenCount, range.freeCount]).toEqual([0, 2]);
  });

  test("refuses a range without room for one call", () => {
    expect(() => new PortRange(20_001, 20_002)).toThrow("at least one even port");
  });
});

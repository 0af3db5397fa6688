import type { CallId, TrunkId } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { TrunkCapacity } from "./trunk-capacity.ts";

const [first, second, third] = ["call_1", "call_2", "call_3"] as CallId[] as [
  CallId,
  CallId,
  CallId,
];
const carrier = "trunk_1" as TrunkId;
const other = "trunk_2" as TrunkId;
const unlimited = { maxConcurrentCalls: null, callsPerSecond: null };

describe("TrunkCapacity", () => {
  test("a trunk without limits takes every call", () => {
    const capacity = new TrunkCapacity();

    const places = [first, second, third].map((id) => capacity.take(id, carrier, unlimited, 0));

    expect(places.map(({ kind }) => kind)).toEqual(["taken", "taken", "taken"]);
    expect([capacity.callsOf(carrier), capacity.callsOf(other)]).toEqual([3, 0]);
  });

  test("a call above the trunk's number is refused until one has ended, and no other trunk minds", () => {
    const capacity = new TrunkCapacity();
    const limits = { maxConcurrentCalls: 1, callsPerSecond: null };
    capacity.take(first, carrier, limits, 0);

    const above = capacity.take(second, carrier, limits, 5_000);
    const elsewhere = capacity.take(third, other, limits, 5_000);
    capacity.release(first);
    const after = capacity.take(second, carrier, limits, 5_000);

    expect(above).toEqual({ kind: "refused", retryAfterSecs: 10 });
    expect([elsewhere.kind, after.kind]).toEqual(["taken", "taken"]);
  });

  test("a call above the trunk's rate is refused within the same second only", () => {
    const capacity = new TrunkCapacity();
    const limits = { maxConcurrentCalls: null, callsPerSecond: 1 };
    capacity.take(first, carrier, limits, 0);

    expect(capacity.take(second, carrier, limits, 999)).toEqual({
      kind: "refused",
      retryAfterSecs: 1,
    });
    expect(capacity.take(second, carrier, limits, 1_000)).toEqual({ kind: "taken" });
  });

  test("a call that has a place keeps it, and one that was there before counts", () => {
    const capacity = new TrunkCapacity();
    const limits = { maxConcurrentCalls: 1, callsPerSecond: null };
    capacity.restore(first, carrier);

    expect(capacity.take(first, carrier, limits, 0)).toEqual({ kind: "taken" });
    expect(capacity.take(second, carrier, limits, 0).kind).toBe("refused");
  });
});

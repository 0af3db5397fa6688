import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aCallView } from "../../testing/call-view.ts";
import { endedShownMs, type LiveRow, nextLiveRows } from "./live-rows.ts";

describe("the rows of the live calls", () => {
  test("a new call comes in at the top, and the others keep their places", () => {
    const rows = nextLiveRows([], [aCallView({ id: "call_1" })], 0);

    const next = nextLiveRows(rows, [aCallView({ id: "call_1" }), aCallView({ id: "call_2" })], 1);

    expect(idsOf(next)).toEqual(["call_2", "call_1"]);
  });

  test("an ended call stays in its place for ten seconds, and then leaves", () => {
    const rows = nextLiveRows([], ["call_1", "call_2", "call_3"].map(callOf), 0);

    const ended = nextLiveRows(rows, ["call_1", "call_3"].map(callOf), 1_000);
    const later = nextLiveRows(ended, ["call_1", "call_3"].map(callOf), 1_000 + endedShownMs - 1);
    const gone = nextLiveRows(later, ["call_1", "call_3"].map(callOf), 1_000 + endedShownMs);

    expect(ended.map(({ endedAtMs }) => endedAtMs)).toEqual([null, 1_000, null]);
    expect(idsOf(later)).toEqual(["call_1", "call_2", "call_3"]);
    expect(idsOf(gone)).toEqual(["call_1", "call_3"]);
  });

  test("a call that was missed by one read is living again with the next", () => {
    const rows = nextLiveRows(nextLiveRows([], [callOf("call_1")], 0), [], 1_000);

    expect(nextLiveRows(rows, [callOf("call_1")], 2_000)).toEqual([
      { call: callOf("call_1"), endedAtMs: null },
    ]);
  });

  test("no row ever changes places with another, whatever begins and ends", () => {
    const living = fc.uniqueArray(fc.constantFrom("call_1", "call_2", "call_3", "call_4"));
    fc.assert(
      fc.property(fc.array(living), (reads) => {
        let rows: readonly LiveRow[] = [];
        for (const [index, ids] of reads.entries()) {
          const next = nextLiveRows(rows, ids.map(callOf), index * 4_000);
          const both = idsOf(rows).filter((id) => idsOf(next).includes(id));
          expect(idsOf(next).filter((id) => both.includes(id))).toEqual(both);
          expect(idsOf(next)).toEqual(expect.arrayContaining(ids));
          rows = next;
        }
      }),
    );
  });
});

function callOf(id: string): ReturnType<typeof aCallView> {
  return aCallView({ id });
}

function idsOf(rows: readonly LiveRow[]): readonly string[] {
  return rows.map(({ call }) => call.id);
}

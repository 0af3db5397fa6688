import type { CarrierReason } from "@agentcall/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Accounted, accountFor } from "./account-for.ts";
import { type CarrierCall, type OurCall, phoneKey } from "./compared-calls.ts";

const noon = Date.UTC(2026, 10, 24, 12);
const tolerance = { durationToleranceMs: 1_000, clockToleranceMs: 5_000, matchWindowMs: 300_000 };

/** Rang for 8 seconds, talked for 47. */
function aCall(changes: Partial<OurCall> = {}): OurCall {
  const { callId = "call_1", startedAtMs = noon } = changes;
  return {
    callId,
    sipCallId: `${callId}@box`,
    from: "+14155550199",
    to: "+14155550100",
    trunkId: null,
    startedAtMs,
    answeredAtMs: startedAtMs + 8_000,
    endedAtMs: startedAtMs + 55_000,
    talkMs: 47_000,
    isHandedOver: false,
    ...changes,
  };
}

function aRow(changes: Partial<CarrierCall> = {}): CarrierCall {
  const { line = 2 } = changes;
  return {
    id: `imp_1:${String(line)}`,
    importId: "imp_1",
    line,
    instants: [noon],
    from: "+14155550199",
    to: "+14155550100",
    durationMs: 47_000,
    sipCallId: null,
    ...changes,
  };
}

function reasonsOf(calls: readonly OurCall[], rows: readonly CarrierCall[]): readonly string[] {
  return accountFor(calls, rows, tolerance)
    .map(({ reason, call, row }) => `${reason}: ${call?.callId ?? "-"} ${row?.id ?? "-"}`)
    .toSorted();
}

const unanswered = { answeredAtMs: null, endedAtMs: noon + 8_000, talkMs: 0 };

describe("a call and the carrier's record of it", () => {
  test.each<readonly [CarrierReason, string, Partial<OurCall>, Partial<CarrierCall>]>([
    ["within_tolerance", "are the same", {}, {}],
    ["within_tolerance", "are a second apart", {}, { durationMs: 48_000 }],
    ["within_tolerance", "is written down at its answer", {}, { instants: [noon + 8_000] }],
    ["within_tolerance", "has the earlier hour of two", {}, { instants: [noon, noon + 3_600_000] }],
    ["within_tolerance", "has the other hour of two", {}, { instants: [noon - 3_600_000, noon] }],
    [
      "within_tolerance",
      "writes numbers in its own way",
      {},
      { from: "004155550199", to: "415-555-0100" },
    ],
    [
      "within_tolerance",
      "is one by its Call-ID alone",
      {},
      { sipCallId: "call_1@box", from: "x", to: "y" },
    ],
    ["within_tolerance", "withholds the caller", {}, { from: "anonymous" }],
    [
      "within_tolerance",
      "knows the withheld caller",
      { from: "sip:Anonymous@anonymous.invalid" },
      {},
    ],
    ["within_tolerance", "was not answered for either", unanswered, { durationMs: 0 }],
    ["clock_offset", "is by another clock", {}, { instants: [noon + 68_000] }],
    ["clock_offset", "is a minute early", {}, { instants: [noon - 60_000] }],
    ["ring_time", "counts the ringing", {}, { durationMs: 55_000 }],
    [
      "ring_time",
      "counts the ringing of one that was not answered",
      unanswered,
      { durationMs: 8_400 },
    ],
    ["rounding", "is rounded to six seconds", { talkMs: 43_000 }, { durationMs: 48_000 }],
    ["rounding", "is rounded to the minute", {}, { durationMs: 60_000 }],
    ["transfer", "goes on at another party", { isHandedOver: true }, { durationMs: 301_000 }],
    [
      "answered_at_carrier_only",
      "was answered for the carrier",
      unanswered,
      { durationMs: 61_000 },
    ],
    ["unexplained", "is much longer", {}, { durationMs: 301_000 }],
    ["unexplained", "is shorter", { isHandedOver: true }, { durationMs: 31_000 }],
  ])("%s: %s", (reason, _what, call, row) => {
    expect(reasonsOf([aCall(call)], [aRow(row)])).toEqual([`${reason}: call_1 imp_1:2`]);
  });

  test("of another time, another caller or another number are two", () => {
    const call = aCall();

    for (const other of [
      { instants: [noon + 400_000] as const },
      { from: "+14155550198" },
      { to: "+14155550101" },
    ]) {
      expect(reasonsOf([call], [aRow(other)])).toEqual([
        "missing_at_carrier: call_1 -",
        "missing_in_ledger: - imp_1:2",
      ]);
    }
  });
});

describe("accountFor", () => {
  test("of several calls and records the nearest in time belong together", () => {
    const calls = [aCall(), aCall({ callId: "call_2", startedAtMs: noon + 100_000 })];
    const rows = [
      aRow({ instants: [noon + 101_000] }),
      aRow({ line: 3, instants: [noon + 1_000] }),
    ];

    expect(reasonsOf(calls, rows)).toEqual([
      "within_tolerance: call_1 imp_1:3",
      "within_tolerance: call_2 imp_1:2",
    ]);
  });

  test("what the carrier tells twice is a duplicate, also by its Call-ID", () => {
    const calls = [aCall(), aCall({ callId: "call_2", startedAtMs: noon + 900_000 })];
    const ofSecond = { instants: [noon + 900_000] as const, sipCallId: "call_2@box" };
    const rows = [
      aRow(),
      aRow({ line: 3 }),
      aRow({ line: 4, ...ofSecond }),
      aRow({ line: 5, ...ofSecond, durationMs: 1_000 }),
    ];

    expect(reasonsOf(calls, rows)).toEqual([
      "duplicate: - imp_1:3",
      "duplicate: - imp_1:5",
      "within_tolerance: call_1 imp_1:2",
      "within_tolerance: call_2 imp_1:4",
    ]);
  });

  test("the leg to whom a call was given is a transfer, one by a stranger is missing here", () => {
    const call = aCall({ isHandedOver: true });
    const leg = { instants: [noon + 50_000] as const, to: "+14155550777", durationMs: 120_000 };
    const rows = [
      aRow(),
      aRow({ line: 3, ...leg, from: call.to }),
      aRow({ line: 4, ...leg, from: "+14155550888" }),
      aRow({ line: 5, ...leg, from: call.to, instants: [noon + 900_000] }),
    ];

    expect(reasonsOf([call], rows)).toEqual([
      "missing_in_ledger: - imp_1:4",
      "missing_in_ledger: - imp_1:5",
      "transfer: - imp_1:3",
      "within_tolerance: call_1 imp_1:2",
    ]);
  });

  test("what nobody answered and one side does not know is no difference", () => {
    const stranger = aRow({ durationMs: 0, from: "+14155550888" });

    expect(reasonsOf([aCall(unanswered)], [stranger])).toEqual([
      "unanswered: - imp_1:2",
      "unanswered: call_1 -",
    ]);
  });

  const party = fc.constantFrom("+14155550199", "anonymous", "0049301234567", "+4930 1234567");
  const call = fc.record({
    from: party,
    to: party,
    startSecs: fc.integer({ min: 0, max: 900 }),
    ringSecs: fc.option(fc.integer({ min: 0, max: 30 })),
    talkMs: fc.integer({ min: 0, max: 200_000 }),
    isHandedOver: fc.boolean(),
  });
  const row = fc.record({
    from: party,
    to: party,
    startSecs: fc.integer({ min: 0, max: 900 }),
    otherSecs: fc.option(fc.integer({ min: 0, max: 900 })),
    durationMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
    callNumber: fc.option(fc.integer({ min: 0, max: 9 })),
  });
  const world = fc.record({
    calls: fc.array(call, { maxLength: 8 }).map((calls) =>
      calls.map(({ startSecs, ringSecs, talkMs, ...rest }, index) =>
        aCall({
          ...rest,
          callId: `call_${String(index)}`,
          startedAtMs: noon + startSecs * 1_000,
          answeredAtMs: ringSecs === null ? null : noon + (startSecs + ringSecs) * 1_000,
          talkMs: ringSecs === null ? 0 : talkMs,
        }),
      ),
    ),
    rows: fc.array(row, { maxLength: 8 }).map((rows) =>
      rows.map(({ startSecs, otherSecs, callNumber, ...rest }, index) =>
        aRow({
          ...rest,
          line: index + 2,
          sipCallId: callNumber === null ? null : `call_${String(callNumber)}@box`,
          instants: [
            noon + startSecs * 1_000,
            ...(otherSecs === null ? [] : [noon + otherSecs * 1_000]),
          ],
        }),
      ),
    ),
    windowMs: fc.constantFrom(0, 60_000, 300_000),
    shuffle: fc.integer(),
  });

  test("accounts for every record exactly once, and its differences add up", () => {
    fc.assert(
      fc.property(world, ({ calls, rows, windowMs }) => {
        const accounted = accountFor(calls, rows, { ...tolerance, matchWindowMs: windowMs });

        expect(idsOf(accounted, ({ call }) => call?.callId)).toEqual(
          calls.map(({ callId }) => callId).toSorted(),
        );
        expect(idsOf(accounted, ({ row }) => row?.id)).toEqual(rows.map(({ id }) => id).toSorted());
        expect(sumOf(accounted.map(({ differenceMs }) => differenceMs))).toBe(
          sumOf(rows.map(({ durationMs }) => durationMs)) -
            sumOf(calls.map(({ talkMs }) => talkMs)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("the order of the records changes nothing", () => {
    fc.assert(
      fc.property(world, ({ calls, rows, shuffle }) => {
        const mixed = <Item>(items: readonly Item[]): readonly Item[] =>
          items
            .map((item, index) => ({ item, place: (index * 7_919 + shuffle) % 101 }))
            .toSorted((one, other) => one.place - other.place)
            .map(({ item }) => item);

        expect(reasonsOf(mixed(calls), mixed(rows))).toEqual(reasonsOf(calls, rows));
      }),
      { numRuns: 300 },
    );
  });
});

function idsOf(
  accounted: readonly Accounted[],
  idOf: (each: Accounted) => string | undefined,
): readonly string[] {
  return accounted
    .map(idOf)
    .filter((id) => id !== undefined)
    .toSorted();
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

test.each([
  ["+49 30 1234567", "301234567"],
  ["sip:0301234567@carrier.example;user=phone", "301234567"],
  ["tel:+4930-1234567", "301234567"],
  ["100", "100"],
  ["Reception", "reception"],
  ["Anonymous", ""],
  ["sips:anonymous@anonymous.invalid", ""],
  ["", ""],
])("of the address %j its party is %j", (address, key) => {
  expect(phoneKey(address)).toBe(key);
});

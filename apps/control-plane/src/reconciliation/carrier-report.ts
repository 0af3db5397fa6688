import {
  carrierReasons,
  type CarrierReason,
  differencesShownMax,
  type ReconciliationTolerance,
  type ReconciliationView,
} from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { Period } from "../ledger/period.ts";
import { type Accounted, accountFor } from "./account-for.ts";
import type { CarrierCall, OurCall } from "./compared-calls.ts";

type CarrierView = NonNullable<ReconciliationView["carrier"]>;

/** What an import says that it covers. */
export type Coverage = {
  /** Null: every trunk. */
  readonly trunkId: string | null;
  readonly fromMs: number;
  readonly untilMs: number;
};

/** Nothing is wrong with these. */
const noDifference: ReadonlySet<CarrierReason> = new Set(["within_tolerance", "unanswered"]);

/**
 * Compares calls with a carrier's records. Both may reach beyond the period, so that a call at its
 * edge finds its record on the other side; what counts is where the call lies by our clock, and by
 * the carrier's for what we do not know.
 */
export function carrierReport(
  calls: readonly OurCall[],
  rows: readonly CarrierCall[],
  coverages: readonly Coverage[],
  period: Period,
  tolerance: ReconciliationTolerance,
): CarrierView {
  const inPeriod = accountFor(calls, rows, tolerance).filter(
    (accounted) => momentOf(accounted) >= period.fromMs && momentOf(accounted) < period.untilMs,
  );
  const isCovered = ({ call, row }: Accounted): boolean =>
    call === null || row !== null || coverages.some((coverage) => covers(coverage, call));
  const covered = inPeriod.filter(isCovered);
  const differing = covered.filter(({ reason }) => !noDifference.has(reason));
  const shown = differing.toSorted((one, other) => momentOf(one) - momentOf(other));
  const sum = (of: (accounted: Accounted) => number): number =>
    covered.reduce((sofar, accounted) => sofar + of(accounted), 0);
  return {
    callsNotCovered: inPeriod.length - covered.length,
    ours: {
      calls: sum(({ call }) => (call === null ? 0 : 1)),
      talkMs: sum(({ call }) => call?.talkMs ?? 0),
    },
    theirs: {
      rows: sum(({ row }) => (row === null ? 0 : 1)),
      durationMs: sum(({ row }) => row?.durationMs ?? 0),
    },
    differenceMs: sum(({ differenceMs }) => differenceMs),
    byReason: carrierReasons.flatMap((reason) => {
      const of = covered.filter((accounted) => accounted.reason === reason);
      const differenceMs = of.reduce((sofar, each) => sofar + each.differenceMs, 0);
      return of.length === 0 ? [] : [{ reason, count: of.length, differenceMs }];
    }),
    differences: shown.slice(0, differencesShownMax).map(viewOf),
    differencesLeftOut: Math.max(0, shown.length - differencesShownMax),
  };
}

/** When a call counts: at its answer, as in the ledger. */
function countedAtMs({ startedAtMs, answeredAtMs }: OurCall): number {
  return answeredAtMs ?? startedAtMs;
}

function momentOf({ call, row }: Accounted): number {
  return call === null ? row.instants[0] : countedAtMs(call);
}

function covers({ trunkId, fromMs, untilMs }: Coverage, call: OurCall): boolean {
  const atMs = countedAtMs(call);
  return (trunkId === null || trunkId === call.trunkId) && atMs >= fromMs && atMs < untilMs;
}

function viewOf(accounted: Accounted): CarrierView["differences"][number] {
  const { reason, call, row, differenceMs, clockOffsetMs } = accounted;
  const { from, to } = call ?? row;
  return {
    reason,
    at: timeText(momentOf(accounted)),
    from,
    to,
    callId: call?.callId ?? null,
    importId: row?.importId ?? null,
    line: row?.line ?? null,
    ourMs: call?.talkMs ?? null,
    theirMs: row?.durationMs ?? null,
    differenceMs,
    clockOffsetMs,
  };
}

import type { CarrierReason, ReconciliationTolerance } from "@agentcall/contract";
import { type CarrierCall, type OurCall, phoneKey } from "./compared-calls.ts";
import { clockOffsetOf, matchCalls, type Pair } from "./match-calls.ts";

type Sides =
  | { readonly call: OurCall; readonly row: CarrierCall | null }
  | { readonly call: null; readonly row: CarrierCall };

/** A call with what is known of it on one side or on both, and why the two differ. */
export type Accounted = Sides & {
  readonly reason: CarrierReason;
  /** The carrier's time less ours. */
  readonly differenceMs: number;
  /** Null where there is nothing to compare. */
  readonly clockOffsetMs: number | null;
};

type Tolerance = Pick<
  ReconciliationTolerance,
  "durationToleranceMs" | "clockToleranceMs" | "matchWindowMs"
>;

/** What carriers round up to: 1/1 is within the tolerance. */
const incrementsMs = [6_000, 10_000, 30_000, 60_000];

/** Accounts for every record of both sides exactly once. The differences add up to theirs less ours. */
export function accountFor(
  calls: readonly OurCall[],
  rows: readonly CarrierCall[],
  tolerance: Tolerance,
): readonly Accounted[] {
  const matching = matchCalls(calls, rows, tolerance.matchWindowMs);
  const paired = new Set(matching.pairs.map(({ row }) => contentOf(row)));
  const handovers = new Handovers(calls, tolerance.matchWindowMs);
  const pairs = matching.pairs.map((pair) => ({
    ...pair,
    ...compared(pair, tolerance),
    differenceMs: pair.row.durationMs - pair.call.talkMs,
    clockOffsetMs: clockOffsetOf(pair),
  }));
  const ours = matching.calls.map((call): Accounted => ({
    reason: call.answeredAtMs === null ? "unanswered" : "missing_at_carrier",
    call,
    row: null,
    differenceMs: -call.talkMs,
    clockOffsetMs: null,
  }));
  const theirs = matching.rows.map((row): Accounted => {
    const isDuplicate = paired.has(contentOf(row));
    return {
      reason: isDuplicate ? "duplicate" : reasonAlone(row, handovers),
      call: null,
      row,
      differenceMs: row.durationMs,
      clockOffsetMs: null,
    };
  });
  return [...pairs, ...ours, ...theirs];
}

function reasonAlone(row: CarrierCall, handovers: Handovers): CarrierReason {
  if (row.durationMs === 0) return "unanswered"; // an attempt that need not have reached us
  return handovers.explain(row) ? "transfer" : "missing_in_ledger";
}

function compared({ call, row }: Pair, tolerance: Tolerance): Pick<Accounted, "reason"> {
  const { durationToleranceMs, clockToleranceMs } = tolerance;
  const isNear = (expectedMs: number): boolean =>
    Math.abs(row.durationMs - expectedMs) <= durationToleranceMs;
  const ringMs = (call.answeredAtMs ?? call.endedAtMs) - call.startedAtMs;
  if (isNear(call.talkMs)) {
    const isInTime = Math.abs(clockOffsetOf({ call, row })) <= clockToleranceMs;
    return { reason: isInTime ? "within_tolerance" : "clock_offset" };
  }
  if (isNear(call.talkMs + ringMs)) return { reason: "ring_time" };
  if (call.answeredAtMs === null) return { reason: "answered_at_carrier_only" };
  if (call.isHandedOver && row.durationMs > call.talkMs) return { reason: "transfer" };
  const isRounded = isRoundedUp(row.durationMs, call.talkMs, durationToleranceMs);
  return { reason: isRounded ? "rounding" : "unexplained" };
}

/** Whether it is `talkMs` up to the next whole increment, where that may have been measured a little apart. */
function isRoundedUp(durationMs: number, talkMs: number, toleranceMs: number): boolean {
  return incrementsMs.some((incrementMs) => {
    const addedMs = durationMs - talkMs;
    const isWhole = durationMs % incrementMs === 0;
    return isWhole && addedMs > 0 && addedMs < incrementMs + toleranceMs;
  });
}

/** What makes two records of a carrier the same. */
function contentOf({ sipCallId, from, to, instants, durationMs }: CarrierCall): string {
  if (sipCallId !== null) return `id ${sipCallId}`;
  return JSON.stringify([phoneKey(from), phoneKey(to), instants, durationMs]);
}

/** Calls that were given to others: the carrier counts the leg to them as a call of its own. */
class Handovers {
  readonly #byParty: ReadonlyMap<string, readonly OurCall[]>;
  readonly #windowMs: number;

  constructor(calls: readonly OurCall[], windowMs: number) {
    const parties = calls
      .filter(({ isHandedOver }) => isHandedOver)
      .flatMap((call) => [call.from, call.to].map((address) => [phoneKey(address), call] as const));
    const grouped = Map.groupBy(parties, ([party]) => party);
    this.#byParty = new Map([...grouped].map(([party, of]) => [party, of.map(([, call]) => call)]));
    this.#windowMs = windowMs;
  }

  /** Whether it is by one of the parties of such a call, and began while that lasted. */
  explain({ from, instants }: CarrierCall): boolean {
    const calls = this.#byParty.get(phoneKey(from)) ?? [];
    return calls.some(({ startedAtMs, endedAtMs }) =>
      instants.some(
        (atMs) => atMs >= startedAtMs - this.#windowMs && atMs <= endedAtMs + this.#windowMs,
      ),
    );
  }
}

import { invariant } from "@agentcall/base";
import type { CarrierCall, OurCall } from "./compared-calls.ts";
import { phoneKey } from "./compared-calls.ts";

/** Two records of one call. */
export type Pair = { readonly call: OurCall; readonly row: CarrierCall };

/** Every record is in it once. */
export type Matching = {
  readonly pairs: readonly Pair[];
  readonly calls: readonly OurCall[];
  readonly rows: readonly CarrierCall[];
};

/** By what records are taken for those of one call. */
type Rule = {
  /** Only records of the same key are compared; those of null with none. */
  readonly callKey: (call: OurCall) => string;
  readonly rowKey: (row: CarrierCall) => string | null;
  /** How far they may be apart, growing. */
  readonly windowsMs: readonly number[];
  readonly fits: (call: OurCall, row: CarrierCall) => boolean;
};

/**
 * Finds the records of one call on both sides: first those of one SIP Call-ID, then those of the
 * same caller and number, then of the same number where one side does not know the caller. Of
 * several the nearest in time belong together. The order of the records changes nothing.
 */
export function matchCalls(
  calls: readonly OurCall[],
  rows: readonly CarrierCall[],
  windowMs: number,
): Matching {
  const always = (): boolean => true;
  const rules: readonly Rule[] = [
    {
      callKey: (call) => call.sipCallId,
      rowKey: (row) => row.sipCallId,
      windowsMs: [Number.MAX_SAFE_INTEGER],
      fits: always,
    },
    { callKey: partiesOf, rowKey: partiesOf, windowsMs: windowsUpTo(windowMs), fits: always },
    {
      callKey: ({ to }) => phoneKey(to),
      rowKey: ({ to }) => phoneKey(to),
      windowsMs: windowsUpTo(windowMs),
      fits: (call, row) => phoneKey(call.from) === "" || phoneKey(row.from) === "",
    },
  ];
  let left: Matching = { pairs: [], calls, rows };
  for (const rule of rules) {
    for (const within of rule.windowsMs) left = matchedBy(rule, within, left);
  }
  return left;
}

/**
 * The nearest are looked for first, and what they have taken is not looked at again: where all calls
 * have one caller and one number (a PBX), each would be compared with hundreds of others.
 */
function windowsUpTo(windowMs: number): readonly number[] {
  return [...[0, 1_000, 10_000, 60_000].filter((within) => within < windowMs), windowMs];
}

function matchedBy(rule: Rule, windowMs: number, { pairs, calls, rows }: Matching): Matching {
  const found = pairsBy(rule, windowMs, calls, rows);
  const taken = new Set<OurCall | CarrierCall>();
  for (const { call, row } of found) taken.add(call).add(row);
  return {
    pairs: [...pairs, ...found],
    calls: calls.filter((call) => !taken.has(call)),
    rows: rows.filter((row) => !taken.has(row)),
  };
}

function partiesOf({ from, to }: OurCall | CarrierCall): string {
  return `${phoneKey(from)} ${phoneKey(to)}`;
}

type Candidate = Pair & { readonly distanceMs: number };

/** The nearest first, each record once. */
function pairsBy(
  rule: Rule,
  windowMs: number,
  calls: readonly OurCall[],
  rows: readonly CarrierCall[],
): readonly Pair[] {
  const candidates = candidatesBy(rule, windowMs, calls, rows).toSorted(
    (one, other) =>
      one.distanceMs - other.distanceMs ||
      compareText(one.call.callId, other.call.callId) ||
      compareText(one.row.id, other.row.id),
  );
  const taken = new Set<OurCall | CarrierCall>();
  return candidates.filter(({ call, row }) => {
    if (taken.has(call) || taken.has(row)) return false;
    taken.add(call).add(row);
    return true;
  });
}

function candidatesBy(
  rule: Rule,
  windowMs: number,
  calls: readonly OurCall[],
  rows: readonly CarrierCall[],
): readonly Candidate[] {
  const rowsByKey = Map.groupBy(rows, rule.rowKey);
  const timed = new Map([...rowsByKey].map(([key, ofKey]) => [key, inTime(ofKey)]));
  return calls.flatMap((call) => {
    const key = rule.callKey(call);
    const near = nearTo(call, timed.get(key) ?? [], windowMs);
    return [...new Set(near)]
      .filter((row) => rule.fits(call, row))
      .map((row) => ({ call, row, distanceMs: Math.abs(clockOffsetOf({ call, row })) }));
  });
}

type Timed = { readonly atMs: number; readonly row: CarrierCall };

/** A local time that may mean two moments stands at both. */
function inTime(rows: readonly CarrierCall[]): readonly Timed[] {
  return rows
    .flatMap((row) => row.instants.map((atMs) => ({ atMs, row })))
    .toSorted((one, other) => one.atMs - other.atMs);
}

function nearTo(call: OurCall, rows: readonly Timed[], windowMs: number): readonly CarrierCall[] {
  const [fromMs, untilMs] = [
    call.startedAtMs - windowMs,
    (call.answeredAtMs ?? call.startedAtMs) + windowMs,
  ];
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const timed = rows[middle];
    invariant(timed !== undefined, "the middle lies between the ends");
    if (timed.atMs < fromMs) low = middle + 1;
    else high = middle;
  }
  const near: CarrierCall[] = [];
  for (const { atMs, row } of from(rows, low)) {
    if (atMs > untilMs) break;
    near.push(row);
  }
  return near;
}

function* from<Item>(items: readonly Item[], start: number): Generator<Item> {
  for (let at = start; at < items.length; at += 1) {
    const item = items[at];
    invariant(item !== undefined, "an index below the length has an item");
    yield item;
  }
}

/**
 * How far the carrier's clock is ahead: carriers write down the INVITE or the answer, and what lies
 * between the two is as near as can be.
 */
export function clockOffsetOf({ call, row }: Pair): number {
  const endMs = call.answeredAtMs ?? call.startedAtMs;
  const offsets = row.instants.map((atMs) => {
    if (atMs < call.startedAtMs) return atMs - call.startedAtMs;
    return Math.max(0, atMs - endMs);
  });
  return offsets.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best));
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

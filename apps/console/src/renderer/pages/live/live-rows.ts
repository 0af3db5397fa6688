import type { CallView } from "@agentcall/contract";

export const endedShownMs = 10_000; // long enough to see that it is this one which has ended

/** A call in the table of live calls; an ended one stays in its place for a while. */
export type LiveRow = {
  readonly call: CallView;
  /** When this page saw that it had ended; null while it goes on. */
  readonly endedAtMs: number | null;
};

/**
 * The table's next rows. Rows never change their order: new calls come in at the top, and an ended
 * call keeps its place until it leaves, `endedShownMs` after its end.
 */
export function nextLiveRows(
  rows: readonly LiveRow[],
  living: readonly CallView[],
  nowMs: number,
): readonly LiveRow[] {
  const byId = new Map(living.map((call) => [call.id, call]));
  const known = new Set(rows.map(({ call }) => call.id));
  const fresh = living.filter(({ id }) => !known.has(id));
  return [
    ...fresh.map((call): LiveRow => ({ call, endedAtMs: null })),
    ...rows
      .map(({ call, endedAtMs }): LiveRow => {
        const now = byId.get(call.id);
        return now === undefined
          ? { call, endedAtMs: endedAtMs ?? nowMs }
          : { call: now, endedAtMs: null };
      })
      .filter(({ endedAtMs }) => endedAtMs === null || nowMs - endedAtMs < endedShownMs),
  ];
}

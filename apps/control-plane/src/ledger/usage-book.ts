import type { Clock, Log } from "@agentcall/base";
import type { CallId, CallRecord, CallUsage } from "@agentcall/contract";
import type { SqlReader, SqlWriter } from "../sqlite/database.ts";
import type { LedgerStore } from "./ledger-store.ts";
import { addTokens } from "./token-totals.ts";
import { usageEntryOf } from "./usage-entry.ts";

export type UsageBookOptions = {
  readonly ledger: LedgerStore;
  readonly applianceId: string;
  readonly clock: Clock;
  readonly log: Log;
};

/** Books what gateways tell of the use of a call, in the transaction in which it is told. */
export class UsageBook {
  readonly #options: UsageBookOptions;

  constructor(options: UsageBookOptions) {
    this.#options = options;
  }

  /**
   * Books a stretch of a call. One that goes over what is booked already (a heartbeat that is older
   * than the last stretch, say) goes on from there: its own end is what counts.
   */
  async book(writer: SqlWriter, callId: CallId, usage: CallUsage): Promise<void> {
    const { ledger, applianceId, clock, log } = this.#options;
    const last = await lastStretch(writer, callId);
    const follows = last === null || usage.segment > last.segment;
    const entry = usageEntryOf(
      applianceId,
      callId,
      follows ? usage : { ...usage, segment: last.segment + 1, fromMs: last.toMs },
    );
    const [outcome] = await ledger.append(writer, [entry], clock.nowMs());
    if (outcome !== "created") {
      log.error({ callId, entryId: entry.entryId, outcome }, "usage contradicts the ledger");
    }
    if (Math.abs(usage.clockDriftMs) > clockDriftMsMax) {
      log.warn({ callId, clockDriftMs: usage.clockDriftMs }, "the clock was set during a call");
    }
  }

  /** Notes what a call that has ended has used of the model, for information. */
  async noteTokens(writer: SqlWriter, record: CallRecord): Promise<void> {
    await addTokens(writer, record);
  }
}

const clockDriftMsMax = 2_000; // NTP slews less than this; more was somebody's hand

/** How long a call is known to have lasted: as far as its stretches go. */
export async function bookedTalkMs(reader: SqlReader, callId: CallId): Promise<number> {
  return (await lastStretch(reader, callId))?.toMs ?? 0;
}

async function lastStretch(
  reader: SqlReader,
  callId: CallId,
): Promise<{ readonly segment: number; readonly toMs: number } | null> {
  const row = await reader.get(
    `SELECT segment, to_ms FROM ledger_entry WHERE call_id = ? AND kind <> 'correction'
     ORDER BY segment DESC LIMIT 1`,
    callId,
  );
  return row === null ? null : { segment: Number(row["segment"]), toMs: Number(row["to_ms"]) };
}

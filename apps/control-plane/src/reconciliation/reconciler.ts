import { AppError } from "@agentcall/base";
import type { ReconciliationTolerance, ReconciliationView } from "@agentcall/contract";
import type { ExportStore } from "../exports/export-store.ts";
import type { LedgerStore } from "../ledger/ledger-store.ts";
import type { Period } from "../ledger/period.ts";
import type { Database } from "../sqlite/database.ts";
import { billingReport } from "./billing-report.ts";
import { carrierReport } from "./carrier-report.ts";
import { carrierCallsBetween, importsCovering, providerDaysOf } from "./import-store.ts";
import { ourCallsBetween, ourKeyDaysBetween } from "./our-calls.ts";
import { othersKey } from "./provider-file.ts";
import { providerReport } from "./provider-report.ts";

type Parts = {
  readonly db: Database;
  readonly ledger: LedgerStore;
  readonly store: ExportStore;
};

/** Of either side: they are compared in memory, which at this many takes a second and 200 MB. */
const recordsMaxByDefault = 100_000;
/** The longest that a call rings: what began before the month may be answered in it. */
const ringMsMax = 600_000;

/** Holds a month of ours against what billing, carriers and the provider say of it. */
export async function reconcile(
  parts: Parts,
  period: Period,
  tolerance: ReconciliationTolerance,
  recordsMax = recordsMaxByDefault,
): Promise<ReconciliationView> {
  return {
    period: period.text,
    tolerance,
    billing: await billingReport(parts, period),
    carrier: await carrierOf(parts.db, period, tolerance, recordsMax),
    provider: await providerOf(parts.db, period, tolerance),
  };
}

async function carrierOf(
  db: Database,
  period: Period,
  tolerance: ReconciliationTolerance,
  recordsMax: number,
): Promise<ReconciliationView["carrier"]> {
  const imports = await importsCovering(db, "carrier", period.fromMs, period.untilMs);
  if (imports.length === 0) return null;
  const aroundMs = tolerance.matchWindowMs + ringMsMax;
  const [fromMs, untilMs] = [period.fromMs - aroundMs, period.untilMs + aroundMs];
  const calls = await ourCallsBetween(db, fromMs, untilMs, recordsMax + 1);
  const rows = await carrierCallsBetween(db, fromMs, untilMs, recordsMax + 1);
  if (calls.length > recordsMax || rows.length > recordsMax) {
    throw new AppError("conflict", "The month has more calls than are compared at once.", {
      reason: "too_many_records",
      details: { recordsMax },
    });
  }
  return carrierReport(calls, rows, imports, period, tolerance);
}

async function providerOf(
  db: Database,
  period: Period,
  { tokenTolerancePerMille }: ReconciliationTolerance,
): Promise<ReconciliationView["provider"]> {
  const imports = await importsCovering(db, "provider", period.fromMs, period.untilMs);
  if (imports.length === 0) return null;
  const isInPeriod = ({ day }: { readonly day: string }): boolean => day.startsWith(period.text);
  const theirs = (await providerDaysOf(db, imports)).filter(isInPeriod);
  const covered = {
    days: new Set(theirs.map(({ day }) => day)),
    keys: new Set(theirs.map(({ key }) => key).filter((key) => key !== othersKey)),
  };
  const ours = await ourKeyDaysBetween(db, period.fromMs, period.untilMs);
  return providerReport(ours, theirs, covered, tokenTolerancePerMille);
}

import {
  type AlertCode,
  alertCatalogue,
  alertCodeSchema,
  type AlertView,
} from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { SqlReader, SqlRow } from "../sqlite/database.ts";

/** Something that somebody has to look after, and about what: an id, or nothing where there is one of it. */
export type Condition = { readonly code: AlertCode; readonly subject: string };

export type Alert = Condition & { readonly raisedAtMs: number };

export function keyOf({ code, subject }: Condition): string {
  return `${code} ${subject}`;
}

/** The alerts that stood when this process began. */
export async function storedAlerts(reader: SqlReader): Promise<readonly Alert[]> {
  const rows = await reader.all("SELECT * FROM alert");
  return rows.flatMap(alertOf);
}

export function viewOfAlert({ code, subject, raisedAtMs }: Alert): AlertView {
  return {
    code,
    subject: subject === "" ? null : subject,
    ...alertCatalogue[code],
    raisedAt: timeText(raisedAtMs),
  };
}

/** A code that a newer version has written is none of ours. */
function alertOf(row: SqlRow): readonly Alert[] {
  const code = alertCodeSchema.safeParse(row["code"]).data;
  if (code === undefined) return [];
  return [{ code, subject: String(row["subject"]), raisedAtMs: Number(row["raised_at_ms"]) }];
}

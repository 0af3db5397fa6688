import type { AuditEntry } from "../../api/audit.ts";

const valueCharsMax = 80; // a prompt may be long; its beginning tells what changed

/** `managed-key.saved` in words. */
export function actionText(action: string): string {
  const words = action.replaceAll(/[.-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What an entry says beside its action: each field that changed as `old → new`, the rest as it stands. */
export function detailLines(detail: AuditEntry["detail"]): readonly string[] {
  const { before, after, ...rest } = detail;
  const told = before === undefined && after === undefined ? [] : changeLines(before, after);
  return [...told, ...Object.entries(rest).map(([name, value]) => `${name}: ${valueText(value)}`)];
}

function changeLines(before: unknown, after: unknown): readonly string[] {
  if (!isRecord(before) && !isRecord(after)) return [`${valueText(before)} → ${valueText(after)}`];
  const old = isRecord(before) ? before : {};
  const next = isRecord(after) ? after : {};
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  return names.flatMap((name) => {
    const from = valueText(old[name]);
    const to = valueText(next[name]);
    return from === to ? [] : [`${name}: ${from} → ${to}`];
  });
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > valueCharsMax ? `${text.slice(0, valueCharsMax)}…` : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Entries that hold every word, wherever they hold it. */
export function filterEntries(
  entries: readonly AuditEntry[],
  text: string,
  nameOf: (actor: string) => string,
): readonly AuditEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries;
  return entries.filter(({ actor, role, action, object, detail }) => {
    const told = [
      nameOf(actor),
      actor,
      role,
      action,
      actionText(action),
      object,
      ...detailLines(detail),
    ]
      .join("\n")
      .toLowerCase();
    return words.every((word) => told.includes(word));
  });
}

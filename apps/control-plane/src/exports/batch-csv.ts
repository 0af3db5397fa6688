import type { BookedEntry } from "@agentcall/billing";

const columns = [
  "sequence",
  "entry_id",
  "kind",
  "call_id",
  "segment",
  "number_id",
  "voice_mode",
  "direction",
  "recorded",
  "rate_card",
  "key_fingerprint",
  "trunk_id",
  "booked_at",
  "from_ms",
  "to_ms",
  "billed_ms",
  "amount_micros",
  "corrects_entry_id",
  "reason",
] as const;

/** Entries as CSV (RFC 4180): a header, CRLF, and quotes around every text. */
export function batchCsv(entries: readonly BookedEntry[]): string {
  const lines = [columns.join(","), ...entries.map(lineOf)];
  return `${lines.join("\r\n")}\r\n`;
}

const formula = /^[=+\-@\t\r\n]/;
const number = /^[\d.,]*\d(e\d+)?$/i;

/**
 * A text as a CSV field that no spreadsheet takes for a formula or a number: one that begins with
 * = + - @, a tab or a line break gets an apostrophe in front (OWASP ASVS 5.0, 1.2.10), and so does a
 * fingerprint such as 0123 or 1e5, of which LibreOffice would show 123 and 100000.
 */
export function csvText(text: string): string {
  const safe = formula.test(text) || number.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function lineOf(entry: BookedEntry): string {
  return [
    entry.sequence,
    csvText(entry.entryId),
    csvText(entry.kind),
    csvText(entry.callId),
    entry.segment,
    csvText(entry.numberId),
    csvText(entry.voiceMode),
    csvText(entry.direction),
    entry.recorded ? 1 : 0,
    csvText(entry.rateCardVersion),
    csvText(entry.keyFingerprint ?? ""),
    csvText(entry.trunkId ?? ""),
    csvText(new Date(entry.bookedAtMs).toISOString()),
    entry.fromMs,
    entry.toMs,
    entry.billedMs,
    entry.amountMicros,
    csvText(entry.correctsEntryId ?? ""),
    csvText(entry.reason ?? ""),
  ].join(",");
}

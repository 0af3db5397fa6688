import { createHash } from "node:crypto";
import type { BatchManifest } from "./batch-manifest.ts";
import { type BookedEntry, entryHash } from "./ledger-entry.ts";
import {
  entryOfEvent,
  type UsageEvent,
  usageEventOf,
  usageEventSchema,
  type UsageOwner,
  usageSource,
} from "./usage-event.ts";

/** Why events are not those of a manifest. */
export type BatchProblem =
  | "events-altered"
  | "not-an-event"
  | "wrong-count"
  | "wrong-owner"
  | "gap-in-sequence"
  | "broken-chain"
  | "wrong-sum";

/** The events of entries, one JSON text each: joined by newlines in a file, by commas in a request. */
export function eventLines(entries: readonly BookedEntry[], owner: UsageOwner): readonly string[] {
  return entries.map((entry) => JSON.stringify(usageEventOf(entry, owner)));
}

export function eventsHash(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** Holds events against their manifest: every byte, the place of each, the chain and the sums. */
export function checkEvents(
  manifest: BatchManifest,
  lines: readonly string[],
): readonly UsageEvent[] | BatchProblem {
  if (eventsHash(lines) !== manifest.eventsHash) return "events-altered";
  if (lines.length !== manifest.entryCount) return "wrong-count";
  const events: UsageEvent[] = [];
  for (const line of lines) {
    const event = parseEvent(line);
    if (event === null) return "not-an-event";
    events.push(event);
  }
  return chainProblem(manifest, events) ?? events;
}

function chainProblem(manifest: BatchManifest, events: readonly UsageEvent[]): BatchProblem | null {
  let chain = manifest.chainBefore;
  let sequence = manifest.fromSequence;
  let amountMicros = 0;
  let billedMs = 0;
  for (const event of events) {
    const isOwners =
      event.source === usageSource(manifest.applianceId) && event.subject === manifest.customer;
    if (!isOwners) return "wrong-owner";
    if (event.data.sequence !== sequence) return "gap-in-sequence";
    const { sequence: at, hash, ...entry } = entryOfEvent(event);
    chain = entryHash(entry, at, chain);
    if (hash !== chain) return "broken-chain";
    sequence += 1;
    amountMicros += entry.amountMicros;
    billedMs += entry.billedMs;
  }
  if (sequence !== manifest.toSequence + 1) return "gap-in-sequence";
  if (chain !== manifest.chainAfter) return "broken-chain";
  const isSum = amountMicros === manifest.amountMicros && billedMs === manifest.billedMs;
  return isSum ? null : "wrong-sum";
}

function parseEvent(line: string): UsageEvent | null {
  try {
    return usageEventSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // not JSON
  }
}

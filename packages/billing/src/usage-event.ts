import { z } from "zod";
import { type BookedEntry, ledgerEntrySchema } from "./ledger-entry.ts";

/** The CloudEvents type of a ledger entry. */
const usageEventType = "agentcall.call.usage.v1";

const dataSchema = z.strictObject({
  ...ledgerEntrySchema.omit({ entryId: true }).shape,
  sequence: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * A ledger entry as a CloudEvent (CloudEvents 1.0, JSON format). OpenMeter's ingest takes it as it
 * is: `source` and `id` make it one, `subject` is the customer, meters read from `data`.
 */
export const usageEventSchema = z.strictObject({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  type: z.literal(usageEventType),
  subject: z.string().min(1),
  time: z.iso.datetime(),
  datacontenttype: z.literal("application/json"),
  data: dataSchema,
});
export type UsageEvent = z.infer<typeof usageEventSchema>;

/** Who the usage belongs to. */
export type UsageOwner = { readonly applianceId: string; readonly customer: string };

/** The event of an entry. The same entry always makes the same text. */
export function usageEventOf(booked: BookedEntry, owner: UsageOwner): UsageEvent {
  const { entryId, ...data } = booked;
  return {
    specversion: "1.0",
    id: entryId,
    source: usageSource(owner.applianceId),
    type: usageEventType,
    subject: owner.customer,
    time: new Date(booked.bookedAtMs).toISOString(),
    datacontenttype: "application/json",
    data,
  };
}

/** The entry of an event. */
export function entryOfEvent({ id, data }: UsageEvent): BookedEntry {
  return { entryId: id, ...data };
}

export function usageSource(applianceId: string): string {
  return `urn:agentcall:${applianceId}`;
}

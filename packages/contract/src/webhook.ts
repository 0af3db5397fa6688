import { z } from "zod";

const urlCharsMax = 2_048;

/** What a webhook can be told of. */
export const webhookEvents = [
  "call.inbound",
  "call.ringing",
  "call.status",
  "call.recording",
  "call.transcript",
  "call.report.ready",
  "transcript.partial",
  "usage.export.delivered",
  "byok.key.failing",
] as const;
export const webhookEventSchema = z.enum(webhookEvents);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** `POST /v1/webhooks` */
export const webhookCreationSchema = z.strictObject({
  url: z.string().min(1).max(urlCharsMax),
  events: z
    .array(webhookEventSchema)
    .min(1)
    .refine((events) => new Set(events).size === events.length, "names an event twice"),
});
export type WebhookCreation = z.infer<typeof webhookCreationSchema>;

/** One webhook as the API shows it: never its secret. */
export const webhookViewSchema = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(webhookEventSchema),
  createdAt: z.iso.datetime(),
  /** Until then the secret before the present one is valid too; null: there is none. */
  formerSecretUntil: z.iso.datetime().nullable(),
});
export type WebhookView = z.infer<typeof webhookViewSchema>;

/** The answer that made a secret: it is shown here, and null when the answer is replayed. */
export const webhookSecretViewSchema = z.object({
  ...webhookViewSchema.shape,
  secret: z.string().nullable(),
});
export type WebhookSecretView = z.infer<typeof webhookSecretViewSchema>;

/** The body of every delivery. */
export const webhookBodySchema = z.object({
  event: webhookEventSchema,
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});

export const deliveryStateSchema = z.enum(["waiting", "acknowledged", "parked"]);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

/** One event on its way to one webhook. */
export const deliveryViewSchema = z.object({
  id: z.string(),
  /** The `webhook-id` header: the same on each attempt and redelivery. */
  eventId: z.string(),
  event: webhookEventSchema,
  callId: z.string().nullable(),
  status: deliveryStateSchema,
  /** The delivery that this one repeats by hand. */
  redeliveryOf: z.string().nullable(),
  createdAt: z.iso.datetime(),
  acknowledgedAt: z.iso.datetime().nullable(),
  /** The last ones, oldest first. */
  attempts: z.array(
    z.object({
      at: z.iso.datetime(),
      durationMs: z.int(),
      /** Null when no answer came. */
      httpStatus: z.int().nullable(),
      /** Why it was not acknowledged; null when it was. */
      reason: z.string().nullable(),
    }),
  ),
});
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

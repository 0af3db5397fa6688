import { z } from "zod";

/** One message of `GET /v1/events`, and of the webhooks: the id is what `Last-Event-ID` names. */
export const liveMessageSchema = z.object({
  id: z.string(),
  event: z.enum([
    "call.inbound",
    "call.ringing",
    "call.status",
    "call.recording",
    "call.transcript",
    "call.report.ready",
    "transcript.partial",
    "byok.key.failing",
    "trunk.status",
    "alert.raised",
    "alert.cleared",
    "usage.budget",
    "usage.export.delivered",
    "usage.export.failing",
  ]),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});
export type LiveMessage = z.infer<typeof liveMessageSchema>;

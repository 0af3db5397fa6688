import { z } from "zod";
import { callIdSchema } from "./ids.ts";

const disclosureCharsMax = 500;
const pauseSecsMax = 60; // longer than anybody takes between two digits
const retentionDaysMax = 3_650;

/** How a number records, in its `inbound-config`. */
export const recordingSettingsSchema = z.strictObject({
  /** Said before the first message where that does not mention the recording; null: in the number's language. */
  disclosure: z.string().trim().min(1).max(disclosureCharsMax).nullable().default(null),
  /** Silence is recorded from the first key that the caller presses until `pauseSecs` after the last. */
  pauseOnDtmf: z.boolean().default(true),
  pauseSecs: z.int().min(1).max(pauseSecsMax).default(5),
  retentionDays: z.int().min(1).max(retentionDaysMax).default(365),
});
export type RecordingSettings = z.infer<typeof recordingSettingsSchema>;

/**
 * What is not as it should be with a recording. `recovered`: the gateway stopped in the middle of
 * the call. `disk_full`, `write_failed`: it ends where the gateway could not write any more.
 * `damaged`: it ends where it could not be read. `undisclosed`: the caller could not be told.
 */
export const recordingFlaws = [
  "recovered",
  "disk_full",
  "write_failed",
  "damaged",
  "undisclosed",
] as const;
export const recordingFlawSchema = z.enum(recordingFlaws);
export type RecordingFlaw = z.infer<typeof recordingFlawSchema>;

/** `running` until it is whole in the control plane; `failed` where nothing can be listened to. */
export const recordingStates = ["running", "ready", "failed", "deleted"] as const;
export type RecordingState = (typeof recordingStates)[number];

/** A call's recording as the API shows it. */
export const recordingViewSchema = z.object({
  status: z.enum(recordingStates),
  flaw: recordingFlawSchema.nullable(),
  /** Null until it is ready. */
  durationMs: z.int().nullable(),
  deletedAt: z.iso.datetime().nullable(),
});
export type RecordingView = z.infer<typeof recordingViewSchema>;

// ── Over the control link ───────────────────────────────────────────────────────────────

/** How a gateway records a call; part of its plan. */
export const recordingPlanSchema = z.object({
  /** Base64, 32 bytes, for this recording alone. The gateway makes a `Secret` of it at once. */
  dataKey: z.string().max(64),
  /** How long the recording is silent after a key was pressed; null: it goes on. */
  pauseMs: z.int().positive().nullable(),
});
export type RecordingPlan = z.infer<typeof recordingPlanSchema>;

/** A piece at most; base64 makes a third more of it, and the frame's limit is 1 MB. */
export const recordingPieceBytesMax = 196_608;
const recordingBytesMax = 2 ** 31; // 37 hours of both sides
const base64CharsMax = (recordingPieceBytesMax / 3) * 4;

/** The gateway has the whole file of an ended call: `recording.progress` says what is missing. */
export const recordingOfferSchema = z.object({
  callId: callIdSchema,
  bytes: z.int().min(0).max(recordingBytesMax),
  flaw: recordingFlawSchema.nullable(),
});
export type RecordingOffer = z.infer<typeof recordingOfferSchema>;

export const recordingPieceSchema = z.object({
  callId: callIdSchema,
  /** Where in the file it begins. */
  at: z.int().min(0).max(recordingBytesMax),
  data: z.base64().max(base64CharsMax),
});
export type RecordingPiece = z.infer<typeof recordingPieceSchema>;

export const recordingProgressSchema = z.discriminatedUnion("kind", [
  /** So many bytes of the file are here. */
  z.object({ kind: z.literal("stored"), bytes: z.int().min(0) }),
  /** All of it is here for good, or not wanted: the gateway forgets it. */
  z.object({ kind: z.literal("done") }),
  /** It cannot be taken at this moment. */
  z.object({ kind: z.literal("later") }),
]);
export type RecordingProgress = z.infer<typeof recordingProgressSchema>;

import { z } from "zod";
import { urgencySchema } from "./call-report.ts";

const nameCharsMax = 200;
const notesCharsMax = 4_000;
const tagCharsMax = 50;
const tagsMax = 20;
export const memoryTextCharsMax = 500;
/** The contract's figure. */
export const briefCharsMax = 600;

/** Somebody who has called, by phone number. */
export const contactViewSchema = z.object({
  id: z.string(),
  phone: z.string(),
  displayName: z.string().nullable(),
  tags: z.array(z.string()),
  ownerNotes: z.string().nullable(),
  verified: z.boolean(),
  blockedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ContactView = z.infer<typeof contactViewSchema>;

/** `PATCH /v1/contacts/:id`: what is not named stays as it is. */
export const contactChangeSchema = z.strictObject({
  displayName: z.string().trim().max(nameCharsMax).nullable().optional(),
  tags: z.array(z.string().trim().min(1).max(tagCharsMax)).max(tagsMax).optional(),
  ownerNotes: z.string().max(notesCharsMax).nullable().optional(),
  verified: z.boolean().optional(),
  blockedAt: z.iso.datetime().nullable().optional(),
});
export type ContactChange = z.infer<typeof contactChangeSchema>;

export const memoryKindSchema = z.enum(["fact", "preference", "commitment"]);
export type MemoryKind = z.infer<typeof memoryKindSchema>;

/** What holds now of a contact, one row a slot. */
export const memoryViewSchema = z.object({
  id: z.string(),
  contactId: z.string(),
  slot: z.string(),
  kind: memoryKindSchema,
  text: z.string(),
  confidence: z.number(),
  sourceCallId: z.string(),
  /** Stands verbatim in that call's transcript. */
  quote: z.string(),
  ownerApproved: z.boolean(),
  corroborations: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type MemoryView = z.infer<typeof memoryViewSchema>;

export const candidateStateSchema = z.enum(["pending", "accepted", "corroborated", "rejected"]);
export type CandidateState = z.infer<typeof candidateStateSchema>;

/** What a call has offered for the memory, and what became of it. */
export const candidateViewSchema = z.object({
  id: z.string(),
  contactId: z.string(),
  status: candidateStateSchema,
  slot: z.string(),
  kind: memoryKindSchema,
  text: z.string(),
  confidence: z.number(),
  sourceCallId: z.string(),
  quote: z.string(),
  /** Why it was not taken. */
  reason: z.string().nullable(),
  memoryId: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type CandidateView = z.infer<typeof candidateViewSchema>;

/** One step in the life of a slot. */
export const memoryEventViewSchema = z.object({
  what: z.enum([
    "created",
    "corroborated",
    "superseded",
    "candidate_rejected",
    "approved",
    "edited",
    "deleted",
  ]),
  at: z.iso.datetime(),
  memoryId: z.string().nullable(),
  text: z.string(),
  quote: z.string().nullable(),
  sourceCallId: z.string().nullable(),
  reason: z.string().nullable(),
});
export type MemoryEventView = z.infer<typeof memoryEventViewSchema>;

/** `PATCH /v1/memory/:id` */
export const memoryChangeSchema = z.strictObject({
  text: z.string().trim().min(1).max(memoryTextCharsMax),
});

/** `GET …/next-call-context` */
export const nextCallContextSchema = z.object({
  contactId: z.string().nullable(),
  phone: z.string(),
  numberId: z.string().nullable(),
  brief: z.string(),
  contextBlock: z.string(),
  contextBlockChars: z.int(),
  isEmpty: z.boolean(),
  updatedAt: z.iso.datetime().nullable(),
});
export type NextCallContext = z.infer<typeof nextCallContextSchema>;

export const briefStateSchema = z.enum(["open", "acknowledged", "resolved"]);
export type BriefState = z.infer<typeof briefStateSchema>;

/** What the owner should know of a call. */
export const briefViewSchema = z.object({
  id: z.string(),
  callId: z.string(),
  contactId: z.string().nullable(),
  text: z.string(),
  urgency: urgencySchema,
  status: briefStateSchema,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type BriefView = z.infer<typeof briefViewSchema>;

/** `GET/PUT /v1/settings/memory` */
export const memorySettingSchema = z.strictObject({ enabled: z.boolean() });

import { AppError } from "@agentcall/base";
import {
  candidateStateSchema,
  type CandidateView,
  candidateViewSchema,
  contactChangeSchema,
  type ContactView,
  contactViewSchema,
  memoryChangeSchema,
  memoryEventViewSchema,
  memorySettingSchema,
  type MemoryView,
  memoryViewSchema,
  type NextCallContext,
  nextCallContextSchema,
  pageQuerySchema,
  pageSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import { contextBlockOf } from "./caller-brief.ts";
import type { CallerMemory } from "./caller-memory.ts";
import { type Contact, contactById, contactByPhone, listContacts } from "./contact-store.ts";
import {
  type Candidate,
  currentMemory,
  listCandidates,
  type Memory,
  memoryById,
  timelineOf,
} from "./memory-store.ts";

const idParams = z.object({ id: z.string() });
const phoneParams = z.object({ e164: z.string() });
const contactQuery = z.strictObject({ contactId: z.string() });
const candidateQuery = z.strictObject({
  ...pageQuerySchema.shape,
  status: candidateStateSchema.optional(),
  contactId: z.string().optional(),
});

/** `/v1/contacts`, `/v1/memory` and its setting. */
export function addMemoryRoutes(app: App, db: Database, memory: CallerMemory): void {
  addContactRoutes(app, db, memory);
  addContextRoutes(app, db, memory);
  addTruthRoutes(app, db, memory);
  addCandidateRoutes(app, db, memory);
  const setting = { schema: { response: { 200: memorySettingSchema } } };
  app.get("/v1/settings/memory", setting, async () => ({ enabled: await memory.isEnabled() }));
  app.put(
    "/v1/settings/memory",
    { schema: { body: memorySettingSchema, response: { 200: memorySettingSchema } } },
    async (request) => {
      await memory.enable(request.body.enabled, actorOf(request));
      return { enabled: request.body.enabled };
    },
  );
}

function addContactRoutes(app: App, db: Database, memory: CallerMemory): void {
  app.get(
    "/v1/contacts",
    { schema: { querystring: pageQuerySchema, response: { 200: pageSchema(contactViewSchema) } } },
    async ({ query: { limit, cursor } }) =>
      pageOf(await listContacts(db, limit + 1, parseCursor(cursor)), limit, placeOf, contactViewOf),
  );
  app.get(
    "/v1/contacts/by-phone/:e164",
    { schema: { params: phoneParams, response: { 200: contactViewSchema } } },
    async ({ params: { e164 } }) => {
      const contact = await contactByPhone(db, e164);
      if (contact === null) throw new AppError("not_found", "There is no such contact.");
      return contactViewOf(contact);
    },
  );
  app.patch(
    "/v1/contacts/:id",
    {
      schema: { params: idParams, body: contactChangeSchema, response: { 200: contactViewSchema } },
    },
    async (request) => {
      const { params, body } = request;
      return contactViewOf(await memory.changeContact(params.id, body, actorOf(request)));
    },
  );
  app.delete("/v1/contacts/:id", { schema: { params: idParams } }, async (request, reply) => {
    await memory.forget(request.params.id, actorOf(request));
    return reply.code(204).send();
  });
}

function addContextRoutes(app: App, db: Database, memory: CallerMemory): void {
  const response = { 200: nextCallContextSchema };
  app.get(
    "/v1/contacts/:id/next-call-context",
    { schema: { params: idParams, response } },
    async ({ params: { id } }) => {
      const contact = await contactById(db, id);
      return contextViewOf(contact.phone, contact, await memory.isEnabled());
    },
  );
  app.get(
    "/v1/contacts/by-phone/:e164/next-call-context",
    { schema: { params: phoneParams, response } },
    async ({ params: { e164 } }) =>
      contextViewOf(e164, await contactByPhone(db, e164), await memory.isEnabled()),
  );
}

function addTruthRoutes(app: App, db: Database, memory: CallerMemory): void {
  app.get(
    "/v1/memory/current",
    { schema: { querystring: contactQuery, response: { 200: pageSchema(memoryViewSchema) } } },
    async ({ query: { contactId } }) => {
      const { id } = await contactById(db, contactId);
      return { items: (await currentMemory(db, id)).map(memoryViewOf), nextCursor: null };
    },
  );
  app.get(
    "/v1/memory/:id/timeline",
    { schema: { params: idParams, response: { 200: pageSchema(memoryEventViewSchema) } } },
    async ({ params: { id } }) => {
      const { contactId, slot } = await memoryById(db, id, "any");
      const events = await timelineOf(db, contactId, slot);
      return {
        items: events.map(({ what, atMs, memoryId, text, quote, sourceCallId, reason }) => {
          return { what, at: timeText(atMs), memoryId, text, quote, sourceCallId, reason };
        }),
        nextCursor: null,
      };
    },
  );
  app.patch(
    "/v1/memory/:id",
    { schema: { params: idParams, body: memoryChangeSchema, response: { 200: memoryViewSchema } } },
    async (request) => {
      const { params, body } = request;
      return memoryViewOf(await memory.edit(params.id, body.text, actorOf(request)));
    },
  );
  app.delete("/v1/memory/:id", { schema: { params: idParams } }, async (request, reply) => {
    await memory.delete(request.params.id, actorOf(request));
    return reply.code(204).send();
  });
}

function addCandidateRoutes(app: App, db: Database, memory: CallerMemory): void {
  app.get(
    "/v1/memory/candidates",
    { schema: { querystring: candidateQuery, response: { 200: pageSchema(candidateViewSchema) } } },
    async ({ query: { limit, cursor, ...filter } }) => {
      const rows = await listCandidates(db, filter, limit + 1, parseCursor(cursor));
      return pageOf(rows, limit, placeOf, candidateViewOf);
    },
  );
  const decision = { schema: { params: idParams, response: { 200: candidateViewSchema } } };
  app.post("/v1/memory/candidates/:id/approve", decision, async (request) =>
    candidateViewOf(await memory.approve(request.params.id, actorOf(request))),
  );
  app.post("/v1/memory/candidates/:id/reject", decision, async (request) =>
    candidateViewOf(await memory.reject(request.params.id, actorOf(request))),
  );
}

function placeOf(row: { readonly createdAtMs: number; readonly id: string }): {
  atMs: number;
  id: string;
} {
  return { atMs: row.createdAtMs, id: row.id };
}

function contactViewOf(contact: Contact): ContactView {
  const { id, phone, displayName, tags, ownerNotes, verified, blockedAtMs } = contact;
  return {
    id,
    phone,
    displayName,
    tags: [...tags],
    ownerNotes,
    verified,
    blockedAt: blockedAtMs === null ? null : timeText(blockedAtMs),
    createdAt: timeText(contact.createdAtMs),
    updatedAt: timeText(contact.updatedAtMs),
  };
}

function contextViewOf(
  phone: string,
  contact: Contact | null,
  isEnabled: boolean,
): NextCallContext {
  const brief = isEnabled && contact !== null ? contact.brief : "";
  const contextBlock = contextBlockOf(brief);
  return {
    contactId: contact?.id ?? null,
    phone,
    numberId: contact?.numberId ?? null,
    brief,
    contextBlock,
    contextBlockChars: contextBlock.length,
    isEmpty: brief === "",
    updatedAt: contact === null ? null : timeText(contact.updatedAtMs),
  };
}

function memoryViewOf({ createdAtMs, updatedAtMs, ...memory }: Memory): MemoryView {
  return { ...memory, createdAt: timeText(createdAtMs), updatedAt: timeText(updatedAtMs) };
}

function candidateViewOf({ state, createdAtMs, ...candidate }: Candidate): CandidateView {
  return { ...candidate, status: state, createdAt: timeText(createdAtMs) };
}

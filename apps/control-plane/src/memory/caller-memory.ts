import { AppError, type Clock, newId, type Random } from "@agentcall/base";
import {
  type CallExtraction,
  type CallId,
  type ContactChange,
  memorySettingSchema,
  memoryTextCharsMax,
  parseE164,
} from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { Database, SqlReader, SqlWriter } from "../sqlite/database.ts";
import { callerBrief } from "./caller-brief.ts";
import {
  changeContact,
  type Contact,
  contactById,
  contactByPhone,
  ensureContact,
  forgetContact,
  setBrief,
  setNextCallContext,
} from "./contact-store.ts";
import { decideCandidate } from "./decide-candidate.ts";
import {
  addMemoryEvent,
  type Candidate,
  candidateById,
  changeMemory,
  type Claimed,
  currentMemory,
  endMemory,
  insertCandidate,
  insertMemory,
  type Memory,
  memoryById,
  type MemoryEvent,
  settleCandidate,
  truthOf,
} from "./memory-store.ts";

export type CallerMemoryOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
};

/** A finished call, as far as the memory needs it. */
export type RememberedCall = {
  readonly id: CallId;
  readonly phone: string;
  readonly numberId: string | null;
};

const slotCharsMax = 64;
const candidatesPerCallMax = 50; // a call of an hour says less of its caller

/** What is kept of callers between calls. Throws `not_found` and `conflict`. */
export class CallerMemory {
  readonly #options: CallerMemoryOptions;

  constructor(options: CallerMemoryOptions) {
    this.#options = options;
  }

  async isEnabled(reader: SqlReader = this.#options.db): Promise<boolean> {
    const row = await reader.get("SELECT value FROM setting WHERE name = 'memory'");
    if (row === null) return true;
    return memorySettingSchema.parse(JSON.parse(String(row["value"]))).enabled;
  }

  /** Holds from the next call on: nothing is made up for later. */
  async enable(enabled: boolean, actor: Actor): Promise<void> {
    const { db, audit } = this.#options;
    await db.tx(async (writer) => {
      await writer.run(
        `INSERT INTO setting (name, value) VALUES ('memory', ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        JSON.stringify({ enabled }),
      );
      await audit.append(writer, actor, "memory.switched", "memory", { after: { enabled } });
    });
  }

  /** What the agent may know of who calls: one look by an index. Empty where memory is off. */
  async briefFor(phone: string): Promise<string> {
    if (!(await this.isEnabled())) return "";
    return (await contactByPhone(this.#options.db, phone))?.brief ?? "";
  }

  /** Takes in what a call has said, in the transaction of its report. Null: the caller has no number. */
  async remember(
    writer: SqlWriter,
    call: RememberedCall,
    extraction: CallExtraction,
  ): Promise<Contact | null> {
    if (parseE164(call.phone) === null) return null;
    const { clock, random } = this.#options;
    const { phone, numberId } = call;
    const made = { id: newId("ct", random), phone, numberId };
    const nowMs = clock.nowMs(); // one for all: what comes of a call has an order that is not chance
    const contact = await ensureContact(writer, made, nowMs);
    for (const claim of claimsOf(extraction, call.id)) {
      await this.#offer(writer, contact.id, claim, nowMs);
    }
    await setNextCallContext(writer, contact.id, extraction.nextCallContext);
    await this.#renewBrief(writer, contact.id);
    return contact;
  }

  async changeContact(id: string, change: ContactChange, actor: Actor): Promise<Contact> {
    const { db, audit, clock } = this.#options;
    return db.tx(async (writer) => {
      await changeContact(writer, await contactById(writer, id), change, clock.nowMs());
      await this.#renewBrief(writer, id);
      await audit.append(writer, actor, "contact.changed", id, { fields: Object.keys(change) });
      return contactById(writer, id);
    });
  }

  async forget(id: string, actor: Actor): Promise<void> {
    const { db, audit } = this.#options;
    await db.tx(async (writer) => {
      await forgetContact(writer, await contactById(writer, id));
      await audit.append(writer, actor, "contact.forgotten", id);
    });
    await db.checkpoint(); // gone from the file as well
  }

  /** The owner's word: it takes the place of whatever holds. */
  async approve(candidateId: string, actor: Actor): Promise<Candidate> {
    const { db, clock } = this.#options;
    return db.tx(async (writer) => {
      const candidate = await candidateById(writer, candidateId);
      if (candidate.state !== "pending" && candidate.state !== "rejected") {
        throw new AppError("conflict", "This candidate is part of the memory already.");
      }
      const truth = await truthOf(writer, candidate.contactId, candidate.slot);
      if (truth !== null) await this.#end(writer, truth, "superseded", "approved_another");
      const memory = this.#newMemory(candidate.contactId, candidate, true, clock.nowMs());
      await insertMemory(writer, memory);
      await this.#note(writer, memory, "approved", null);
      await settleCandidate(writer, candidateId, "accepted", null, memory.id);
      await this.#decided(writer, actor, "memory.approved", candidate.contactId, candidateId);
      return candidateById(writer, candidateId);
    });
  }

  async reject(candidateId: string, actor: Actor): Promise<Candidate> {
    const { db } = this.#options;
    return db.tx(async (writer) => {
      const candidate = await candidateById(writer, candidateId);
      if (candidate.state !== "pending") {
        throw new AppError("conflict", "This candidate is decided already.");
      }
      await settleCandidate(writer, candidateId, "rejected", "owner_rejected", null);
      const { contactId } = candidate;
      await this.#note(writer, { ...candidate, id: null }, "candidate_rejected", "owner_rejected");
      await this.#decided(writer, actor, "memory.rejected", contactId, candidateId);
      return candidateById(writer, candidateId);
    });
  }

  /** In the owner's own words, which stand from now on. */
  async edit(id: string, text: string, actor: Actor): Promise<Memory> {
    const { db, clock } = this.#options;
    return db.tx(async (writer) => {
      const memory = await memoryById(writer, id, "active");
      const changed = { ...memory, text, ownerApproved: true, updatedAtMs: clock.nowMs() };
      await changeMemory(writer, changed);
      await this.#note(writer, changed, "edited", null);
      await this.#decided(writer, actor, "memory.edited", memory.contactId, id);
      return changed;
    });
  }

  /** It holds no more; its timeline stays. */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.#options.db.tx(async (writer) => {
      const memory = await memoryById(writer, id, "active");
      await this.#end(writer, memory, "deleted", null);
      await this.#decided(writer, actor, "memory.deleted", memory.contactId, id);
    });
  }

  async #offer(writer: SqlWriter, contactId: string, claim: Claimed, nowMs: number): Promise<void> {
    const { random } = this.#options;
    const truth = await truthOf(writer, contactId, claim.slot);
    const verdict = decideCandidate(truth, claim);
    const isTaken = verdict.kind === "accepted" || verdict.kind === "superseded";
    const memory = isTaken ? this.#newMemory(contactId, claim, false, nowMs) : truth;
    const reason = verdict.kind === "rejected" ? verdict.reason : null;
    const isNew = await insertCandidate(writer, {
      ...claim,
      id: newId("cand", random),
      contactId,
      state: verdict.kind === "superseded" ? "accepted" : verdict.kind,
      reason,
      memoryId: verdict.kind === "rejected" ? null : (memory?.id ?? null),
      createdAtMs: nowMs,
    });
    if (!isNew) return; // the report was made again
    switch (verdict.kind) {
      case "accepted":
      case "superseded":
        if (truth !== null) await this.#end(writer, truth, "superseded", "surer_claim");
        if (memory === null) return;
        await insertMemory(writer, memory);
        await this.#note(writer, memory, "created", null);
        return;
      case "corroborated":
        if (truth !== null) await this.#corroborate(writer, truth, claim);
        return;
      case "rejected":
        await this.#note(writer, { ...claim, contactId, id: null }, "candidate_rejected", reason);
        return;
      case "pending":
        return;
    }
  }

  async #corroborate(writer: SqlWriter, truth: Memory, claim: Claimed): Promise<void> {
    await changeMemory(writer, {
      ...truth,
      confidence: Math.max(truth.confidence, claim.confidence),
      corroborations: truth.corroborations + 1,
      updatedAtMs: this.#options.clock.nowMs(),
    });
    const { id, contactId } = truth;
    await this.#note(writer, { ...claim, id, contactId }, "corroborated", null);
  }

  async #end(
    writer: SqlWriter,
    memory: Memory,
    what: "superseded" | "deleted",
    reason: string | null,
  ): Promise<void> {
    await endMemory(writer, memory.id, what, this.#options.clock.nowMs());
    await this.#note(writer, memory, what, reason);
  }

  #newMemory(contactId: string, claim: Claimed, ownerApproved: boolean, nowMs: number): Memory {
    const { random } = this.#options;
    const { slot, kind, text, confidence, quote, sourceCallId } = claim;
    return {
      id: newId("mem", random),
      contactId,
      slot,
      kind,
      text,
      confidence,
      quote,
      sourceCallId,
      ownerApproved,
      corroborations: 0,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
  }

  async #note(
    writer: SqlWriter,
    of: Pick<Memory, "contactId" | "slot" | "text" | "quote" | "sourceCallId"> & {
      readonly id: string | null;
    },
    what: MemoryEvent["what"],
    reason: string | null,
  ): Promise<void> {
    const { contactId, slot, text, quote, sourceCallId, id: memoryId } = of;
    const atMs = this.#options.clock.nowMs();
    const event = { contactId, slot, text, quote, sourceCallId, memoryId, what, reason, atMs };
    await addMemoryEvent(writer, event);
  }

  async #decided(
    writer: SqlWriter,
    actor: Actor,
    action: string,
    contactId: string,
    object: string,
  ): Promise<void> {
    await this.#renewBrief(writer, contactId);
    await this.#options.audit.append(writer, actor, action, object, { contactId });
  }

  async #renewBrief(writer: SqlWriter, contactId: string): Promise<void> {
    const { displayName, ownerNotes, nextCallContext } = await contactById(writer, contactId);
    const truths = await currentMemory(writer, contactId);
    const brief = callerBrief({ displayName, ownerNotes, truths, nextCallContext });
    await setBrief(writer, contactId, brief, this.#options.clock.nowMs());
  }
}

/** What an extraction offers for the memory. Its quotes have been found in the transcript. */
function claimsOf(extraction: CallExtraction, sourceCallId: CallId): readonly Claimed[] {
  const { facts, preferences, commitments } = extraction;
  const all = [
    ...facts.map((item) => ({ ...item, kind: "fact" as const })),
    ...preferences.map((item) => ({ ...item, kind: "preference" as const })),
    ...commitments.map((item) => ({ ...item, kind: "commitment" as const })),
  ];
  return all
    .map(({ slot, kind, text, confidence, quote }) => ({
      slot: plainSlot(slot),
      kind,
      text: text.slice(0, memoryTextCharsMax),
      confidence,
      quote,
      sourceCallId,
    }))
    .filter(({ slot, text }) => slot !== "" && text.trim() !== "")
    .slice(0, candidatesPerCallMax);
}

/** `Preferred time` and `preferred-time` name one slot. */
function plainSlot(slot: string): string {
  return slot
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, slotCharsMax);
}

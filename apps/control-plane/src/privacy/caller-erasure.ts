import { AppError, type Clock, newId, type Random } from "@agentcall/base";
import {
  type CallerFile,
  type CallId,
  type ErasureProof,
  erasureProofSchema,
} from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import { contactById, forgetContact } from "../memory/contact-store.ts";
import type { Database, SqlReader, SqlWriter } from "../sqlite/database.ts";
import { removeReports, removeTranscripts } from "./call-content.ts";
import type { CallerData, CallRecordings, Subject } from "./caller-data.ts";
import { checksumOf } from "./checksum.ts";
import { noteRemoval } from "./retention-store.ts";

export type CallerErasureOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly data: CallerData;
  readonly recordings: CallRecordings;
  readonly clock: Clock;
  readonly random: Random;
};

/** Deletes all that was said by one caller and all that was made of it. The calls stay as shells. */
export class CallerErasure {
  readonly #options: CallerErasureOptions;

  constructor(options: CallerErasureOptions) {
    this.#options = options;
  }

  /** Of a contact; asked for again, the same proof. Throws `not_found` and `conflict`. */
  async eraseContact(contactId: string, actor: Actor): Promise<ErasureProof> {
    const { db, data } = this.#options;
    const row = await db.get("SELECT proof FROM erasure WHERE contact_id = ?", contactId);
    if (row !== null) return erasureProofSchema.parse(JSON.parse(String(row["proof"])));
    return this.erase(await data.subjectOf(contactId), actor);
  }

  /** Throws `conflict` while a call of the caller is in progress. */
  async erase(subject: Subject, actor: Actor): Promise<ErasureProof> {
    const { db, audit, data, recordings, clock, random } = this.#options;
    await assertNoCall(db, subject);
    const callIds = await data.callIds(subject);
    const proof: ErasureProof = {
      id: newId("era", random),
      contactId: subject.contactId,
      erasedAt: new Date(clock.nowMs()).toISOString(),
      callIds: [...callIds],
      erased: await this.#checksums(subject, callIds),
    };
    // Before the rest: a crash between the two leaves something to be erased again, not a lost sound.
    for (const callId of callIds) await recordings.remove(callId);
    await db.tx(async (writer) => {
      await assertNoCall(writer, subject);
      await this.#remove(writer, subject, callIds);
      await writer.run(
        "INSERT INTO erasure (id, contact_id, at_ms, proof) VALUES (?, ?, ?, ?)",
        proof.id,
        proof.contactId,
        clock.nowMs(),
        JSON.stringify(proof),
      );
      const detail = { erasureId: proof.id, calls: callIds.length, files: proof.erased.length };
      await audit.append(
        writer,
        actor,
        "contact.erased",
        subject.contactId ?? "no-contact",
        detail,
      );
    });
    await db.checkpoint(); // gone from the files as well
    return proof;
  }

  async #remove(writer: SqlWriter, subject: Subject, callIds: readonly CallId[]): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await removeTranscripts(writer, callIds);
    await removeReports(writer, callIds);
    await noteRemoval(writer, callIds, "transcript", nowMs);
    await noteRemoval(writer, callIds, "report", nowMs);
    await writer.run(
      "DELETE FROM webhook_message WHERE call_id IN (SELECT value FROM json_each(?))",
      JSON.stringify(callIds),
    );
    if (subject.contactId === null) return;
    await forgetContact(writer, await contactById(writer, subject.contactId));
  }

  async #checksums(subject: Subject, callIds: readonly CallId[]): Promise<CallerFile[]> {
    const erased: CallerFile[] = [];
    for (const { path, isErasable, open } of this.#options.data.files(subject, callIds)) {
      const content = isErasable ? await open() : null;
      if (content !== null) erased.push({ path, ...(await checksumOf(content)) });
    }
    return erased;
  }
}

/** What is said after the erasure would be there again. */
async function assertNoCall(reader: SqlReader, { phone }: Subject): Promise<void> {
  const row = await reader.get(
    "SELECT 1 FROM call WHERE record IS NULL AND (from_address = ?1 OR to_address = ?1) LIMIT 1",
    phone,
  );
  if (row !== null) {
    throw new AppError("conflict", "This caller is on the telephone: erase when the call is over.");
  }
}

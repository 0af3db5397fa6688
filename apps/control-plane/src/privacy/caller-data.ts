import type { Readable } from "node:stream";
import { AppError } from "@agentcall/base";
import { type CallId, callIdSchema, parseE164 } from "@agentcall/contract";
import { callOf } from "../calls/call-store.ts";
import { conversationOf } from "../calls/conversation-store.ts";
import { viewOfCall, viewOfTranscript } from "../calls/call-view.ts";
import { contactById, contactByPhone } from "../memory/contact-store.ts";
import { reportOf } from "../reports/report-store.ts";
import type { Database, SqlRow } from "../sqlite/database.ts";

/** Whose data: a caller is known by the number, and has a contact once something was remembered. */
export type Subject = { readonly contactId: string | null; readonly phone: string };

/** Recordings as an export and an erasure need them. */
export type CallRecordings = {
  /** The audio of a call as WAV; null where there is none. */
  openWav(callId: CallId): Promise<Readable | null>;
  /** For good. False where there was none. */
  remove(callId: CallId): Promise<boolean>;
};

/** One file of a caller's data. */
export type CallerDataFile = {
  readonly path: string;
  /** False for what stays when the caller is erased. */
  readonly isErasable: boolean;
  /** Null where there is nothing (any more). */
  readonly open: () => Promise<string | Readable | null>;
};

/** All that this appliance holds of one caller, as files that are read when they are wanted. */
export class CallerData {
  readonly #db: Database;
  readonly #recordings: CallRecordings;

  constructor(db: Database, recordings: CallRecordings) {
    this.#db = db;
    this.#recordings = recordings;
  }

  /** Throws `not_found`. */
  async subjectOf(contactId: string): Promise<Subject> {
    const { id, phone } = await contactById(this.#db, contactId);
    return { contactId: id, phone };
  }

  /** Also of a caller who has no contact, because memory was off. Throws `not_found`. */
  async subjectByPhone(phone: string): Promise<Subject> {
    const contact = await contactByPhone(this.#db, phone);
    if (contact !== null) return { contactId: contact.id, phone };
    const subject = { contactId: null, phone };
    if (parseE164(phone) !== null && (await this.callIds(subject)).length > 0) return subject;
    throw new AppError("not_found", "There is no such caller.");
  }

  /** Oldest first. */
  async callIds({ phone }: Subject): Promise<readonly CallId[]> {
    const rows = await this.#db.all(
      "SELECT id FROM call WHERE from_address = ?1 OR to_address = ?1 ORDER BY started_at_ms, id",
      phone,
    );
    return rows.map(({ id }) => callIdSchema.parse(id));
  }

  files(subject: Subject, callIds: readonly CallId[]): readonly CallerDataFile[] {
    const { contactId } = subject;
    const ofContact =
      contactId === null
        ? []
        : contactTables.map(([path, sql]) => ({
            path,
            isErasable: true,
            open: () => this.#rows(sql, contactId),
          }));
    return [...ofContact, ...callIds.flatMap((callId) => this.#filesOf(callId))];
  }

  #filesOf(callId: CallId): readonly CallerDataFile[] {
    const path = (name: string): string => `calls/${callId}/${name}`;
    return [
      { path: path("call.json"), isErasable: false, open: () => this.#call(callId) },
      { path: path("transcript.json"), isErasable: true, open: () => this.#transcript(callId) },
      {
        path: path("report.json"),
        isErasable: true,
        open: async () => jsonOf((await reportOf(this.#db, callId))?.report ?? null),
      },
      {
        path: path("brief.json"),
        isErasable: true,
        open: () => this.#rows("SELECT * FROM owner_brief WHERE call_id = ?", callId),
      },
      {
        path: path("context.json"),
        isErasable: true,
        open: () => this.#rows("SELECT * FROM call_context WHERE call_id = ?", callId),
      },
      {
        path: path("recording.wav"),
        isErasable: true,
        open: () => this.#recordings.openWav(callId),
      },
    ];
  }

  async #call(callId: CallId): Promise<string | null> {
    const row = await this.#db.get("SELECT * FROM call WHERE id = ?", callId);
    return row === null ? null : jsonOf(viewOfCall(callOf(row)));
  }

  async #transcript(callId: CallId): Promise<string | null> {
    const row = await this.#db.get("SELECT * FROM call WHERE id = ?", callId);
    const conversation = await conversationOf(this.#db, callId);
    if (row === null || conversation.length === 0) return null;
    return jsonOf(viewOfTranscript(callOf(row), conversation, null));
  }

  async #rows(sql: string, key: string): Promise<string | null> {
    const rows = await this.#db.all(sql, key);
    return rows.length === 0 ? null : jsonOf(rows.map(withTimes));
  }
}

const contactTables = [
  ["contact.json", "SELECT * FROM contact WHERE id = ?"],
  ["memory.json", "SELECT * FROM memory WHERE contact_id = ? ORDER BY created_at_ms, id"],
  [
    "memory-candidates.json",
    "SELECT * FROM memory_candidate WHERE contact_id = ? ORDER BY created_at_ms, id",
  ],
  ["memory-timeline.json", "SELECT * FROM memory_event WHERE contact_id = ? ORDER BY seq"],
] as const;

/** As people read it: times are not numbers. */
function withTimes(row: SqlRow): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) =>
      column.endsWith("_at_ms") && typeof value === "number"
        ? [column.replace(/_ms$/, ""), new Date(value).toISOString()]
        : [column, value],
    ),
  );
}

function jsonOf(value: object | null): string | null {
  return value === null ? null : `${JSON.stringify(value, null, 2)}\n`;
}

import { type Clock, newId, type Random, Secret } from "@agentcall/base";
import {
  type CallExtraction,
  callIdSchema,
  inboundConfigSchema,
  type MailSettings,
  type MailSettingsView,
  mailSettingsViewSchema,
} from "@agentcall/contract";
import { z } from "zod";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import { callOf, type StoredCall } from "../calls/call-store.ts";
import { timeText } from "../calls/call-view.ts";
import type { JobKind, JobOutcome } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import { reportOf } from "../reports/report-store.ts";
import type { Database, SqlReader, SqlWriter } from "../sqlite/database.ts";
import type { Vault } from "../vault/vault.ts";
import { type Letter, sendMail } from "./mail-sender.ts";
import { summaryMail } from "./summary-mail.ts";

export type MailOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly random: Random;
};

const passwordPurpose = "smtp-password";
const owner = "appliance";
const payload = z.object({ callId: callIdSchema });
type Payload = z.infer<typeof payload>;

/** Mail about calls, by the customer's own SMTP server. */
export class Mail {
  readonly #options: MailOptions;
  readonly job: JobKind<Payload>;

  constructor(options: MailOptions) {
    this.#options = options;
    this.job = {
      name: "mail.summary",
      payload,
      atOnceMax: 2, // small servers take few connections at once
      atOncePerShareMax: 2,
      retry: { firstMs: 10_000, maxMs: 3_600_000 },
      attemptsMax: 10, // about four hours
      attemptMsMax: 60_000,
      run: ({ callId }) => this.#run(callId),
    };
  }

  /** A `ReportFollower`: spam and numbers without an address get no mail. */
  readonly follow = async (
    writer: SqlWriter,
    call: StoredCall,
    report: CallExtraction,
  ): Promise<void> => {
    if (report.spam || (await notifyOf(writer, call))?.emailTo == null) return;
    await this.#options.jobs.enqueue(writer, this.job, {
      dedupeId: call.id,
      share: "mail",
      payload: { callId: call.id },
    });
  };

  async settings(reader: SqlReader = this.#options.db): Promise<MailSettingsView> {
    const row = await reader.get("SELECT value FROM setting WHERE name = 'mail'");
    return row === null ? null : mailSettingsViewSchema.parse(JSON.parse(String(row["value"])));
  }

  /** The password goes into the vault, the rest beside it. */
  async configure({ password, ...server }: MailSettings, actor: Actor): Promise<MailSettingsView> {
    const { db, audit, vault } = this.#options;
    return db.tx(async (writer) => {
      if (password === null) await vault.remove(writer, passwordPurpose, owner);
      if (typeof password === "string") {
        const secret = new Secret(password);
        await vault.put(writer, { purpose: passwordPurpose, ownerId: owner, secret, preview: "…" });
      }
      const before = await this.settings(writer);
      const hasPassword = await vault.has(writer, passwordPurpose, owner);
      const after = { ...server, hasPassword };
      await writer.run(
        `INSERT INTO setting (name, value) VALUES ('mail', ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        JSON.stringify(after),
      );
      await audit.append(writer, actor, "mail.configured", "mail", { before, after });
      return after;
    });
  }

  /** Sends one letter now. Null when the server took it, else why not. */
  async test(to: string): Promise<string | null> {
    const text = "This is a test: mail about calls will arrive here.";
    const id = newId("test", this.#options.random);
    return this.post(id, { to, subject: "Test of AgentCall", text, html: `<p>${text}</p>` });
  }

  /** The same for any letter; `id` is the same on each attempt. Throws `vault_sealed`. */
  async post(id: string, letter: Omit<Letter, "messageId">): Promise<string | null> {
    const server = await this.settings();
    if (server === null) return "not_configured";
    const messageId = messageIdOf(id, server.from);
    return sendMail(server, await this.#password(), { ...letter, messageId });
  }

  async #run(callId: string): Promise<JobOutcome> {
    const { db } = this.#options;
    const row = await db.get("SELECT * FROM call WHERE id = ?", callId);
    if (row === null) return { kind: "done" }; // taken out meanwhile
    const call = callOf(row);
    const report = (await reportOf(db, call.id))?.report ?? null;
    const notify = await notifyOf(db, call);
    if (report === null || notify?.emailTo == null) return { kind: "done" };
    const server = await this.settings();
    if (server === null) return { kind: "refused", reason: "not_configured" };
    const { emailTo: to, businessName, agencyName } = notify;
    const caller = call.direction === "inbound" ? call.from : call.to;
    const calledAt = timeText(call.startedAtMs);
    const mail = summaryMail({ caller, calledAt, businessName, agencyName, report });
    const messageId = messageIdOf(call.id, server.from);
    const problem = await sendMail(server, await this.#password(), { ...mail, messageId, to });
    return problem === null ? { kind: "done" } : { kind: "failed", reason: problem };
  }

  #password(): Promise<Secret | null> {
    return this.#options.vault.open(passwordPurpose, owner);
  }
}

async function notifyOf(
  reader: SqlReader,
  { numberId }: StoredCall,
): Promise<z.infer<typeof inboundConfigSchema>["notify"] | null> {
  if (numberId === null) return null;
  const row = await reader.get("SELECT inbound FROM number WHERE id = ?", numberId);
  const inbound = row?.["inbound"];
  if (typeof inbound !== "string") return null;
  return inboundConfigSchema.parse(JSON.parse(inbound)).notify;
}

function messageIdOf(id: string, from: string): string {
  return `<${id}@${from.split("@").at(-1) ?? "appliance"}>`;
}

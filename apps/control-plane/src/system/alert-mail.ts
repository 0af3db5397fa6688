import {
  alertCatalogue,
  alertCodeSchema,
  type AlertSettings,
  alertSettingsSchema,
} from "@agentcall/contract";
import { z } from "zod";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import { timeText } from "../calls/call-view.ts";
import type { JobKind } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Mail } from "../mail/mail.ts";
import type { Database, SqlReader, SqlWriter } from "../sqlite/database.ts";
import type { Alert } from "./alert.ts";

export type AlertMailOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly jobs: JobQueue;
  readonly mail: Pick<Mail, "post">;
};

const payload = z.object({
  code: alertCodeSchema,
  subject: z.string(),
  raisedAtMs: z.int(),
});
type Payload = z.infer<typeof payload>;

/** Mail about alerts, to the address that an admin has named. */
export class AlertMail {
  readonly #options: AlertMailOptions;
  readonly job: JobKind<Payload>;

  constructor(options: AlertMailOptions) {
    this.#options = options;
    this.job = {
      name: "mail.alert",
      payload,
      atOnceMax: 1,
      atOncePerShareMax: 1,
      retry: { firstMs: 10_000, maxMs: 3_600_000 },
      attemptsMax: 10, // about four hours
      attemptMsMax: 60_000,
      run: async (alert) => {
        const problem = await this.send(alert);
        return problem === null ? { kind: "done" } : { kind: "failed", reason: problem };
      },
    };
    options.jobs.register(this.job);
  }

  async settings(reader: SqlReader = this.#options.db): Promise<AlertSettings> {
    const row = await reader.get("SELECT value FROM setting WHERE name = 'alerts'");
    if (row === null) return { mailTo: null };
    return alertSettingsSchema.parse(JSON.parse(String(row["value"])));
  }

  async configure(after: AlertSettings, actor: Actor): Promise<AlertSettings> {
    const { db, audit } = this.#options;
    return db.tx(async (writer) => {
      const before = await this.settings(writer);
      await writer.run(
        `INSERT INTO setting (name, value) VALUES ('alerts', ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        JSON.stringify(after),
      );
      await audit.append(writer, actor, "alerts.configured", "alerts", { before, after });
      return after;
    });
  }

  /** Writes the mail as a job, in the transaction of the alert. */
  async enqueue(writer: SqlWriter, { code, subject, raisedAtMs }: Alert): Promise<void> {
    if ((await this.settings(writer)).mailTo === null) return;
    await this.#options.jobs.enqueue(writer, this.job, {
      dedupeId: idOf({ code, subject, raisedAtMs }),
      share: "mail",
      payload: { code, subject, raisedAtMs },
    });
  }

  /** Sends it now. Null when it went, or nobody is to get one; else why not. */
  async send(alert: Alert): Promise<string | null> {
    const { mailTo } = await this.settings();
    if (mailTo === null) return null;
    const { code, subject, raisedAtMs } = alert;
    const { message, remedy } = alertCatalogue[code];
    const about = subject === "" ? "" : ` (${subject})`;
    const since = timeText(raisedAtMs);
    return this.#options.mail.post(idOf(alert), {
      to: mailTo,
      subject: `AgentCall: ${message}`,
      text: `${message}${about}\n\nSince ${since}, code ${code}.\n\n${remedy}\n`,
      html: `<p><b>${message}</b>${about}</p><p>Since ${since}, code ${code}.</p><p>${remedy}</p>`,
    });
  }
}

/** The same for each attempt: whoever gets two of them may drop one. */
function idOf({ code, subject, raisedAtMs }: Alert): string {
  return `alert.${code}.${subject}.${String(raisedAtMs)}`;
}

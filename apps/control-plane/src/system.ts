import type { Log } from "@agentcall/base";
import type { AuditLog } from "./audit/audit-log.ts";
import type { EventStream } from "./events/event-stream.ts";
import type { JobQueue } from "./jobs/job-queue.ts";
import type { Mail } from "./mail/mail.ts";
import { AlertMail } from "./system/alert-mail.ts";
import { Alerts } from "./system/alerts.ts";
import type { SystemParts } from "./system/system-routes.ts";
import { SystemState, type SystemStateOptions } from "./system/system-state.ts";

export type SystemOptions = SystemStateOptions & {
  readonly audit: AuditLog;
  readonly jobs: JobQueue;
  readonly mail: Mail;
  readonly stream: EventStream;
  readonly log: Log;
};

/** How the appliance fares and what needs somebody. Its job is registered; it looks once it is started. */
export async function openSystem(options: SystemOptions): Promise<SystemParts> {
  const { db, stream, clock, log } = options;
  const state = new SystemState(options);
  const mail = new AlertMail(options);
  const { conditions } = state;
  const alerts = await Alerts.open({ db, stream, mail, conditions, clock, log });
  return { state, alerts, mail };
}

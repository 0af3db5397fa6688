import type { Clock, Log, Random } from "@agentcall/base";
import type { AuditLog } from "./audit/audit-log.ts";
import { CallNews } from "./calls/call-news.ts";
import type { CallFollower } from "./calls/call-store.ts";
import type { EventStream } from "./events/event-stream.ts";
import type { JobQueue } from "./jobs/job-queue.ts";
import { OutgoingHttp } from "./outside/outgoing-http.ts";
import type { AllowedHosts } from "./outside/outgoing-url.ts";
import type { Database } from "./sqlite/database.ts";
import type { Vault } from "./vault/vault.ts";
import { webhookDeliveryJob } from "./webhooks/webhook-delivery-job.ts";
import { WebhookOutbox } from "./webhooks/webhook-outbox.ts";
import { Webhooks } from "./webhooks/webhooks.ts";

export type AfterCallOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly jobs: JobQueue;
  readonly stream: EventStream;
  /** Hosts that customers' addresses may name although they are not on the public internet. */
  readonly outgoingAllowed: AllowedHosts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** What makes a call useful afterwards. */
export type AfterCall = {
  /** What is written in the transaction of each event of a call. */
  readonly followers: readonly CallFollower[];
  readonly http: OutgoingHttp;
  readonly outbox: WebhookOutbox;
  readonly webhooks: Webhooks;
};

/** Makes the parts and registers their jobs: before the queue starts. */
export function openAfterCall(options: AfterCallOptions): AfterCall {
  const { db, audit, vault, jobs, stream, outgoingAllowed, clock, random, log } = options;
  const http = new OutgoingHttp({ allowedHosts: outgoingAllowed, clock });
  const outbox = new WebhookOutbox({ jobs, clock, random });
  const webhooks = new Webhooks({ db, audit, vault, outbox, http, clock, random });
  jobs.register(webhookDeliveryJob({ db, webhooks, http, clock }));
  const news = new CallNews({ outbox, stream, vault, log });
  return { followers: [news.follow], http, outbox, webhooks };
}

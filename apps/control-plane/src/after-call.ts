import type { Clock, Log, Random } from "@agentcall/base";
import type { AuditLog } from "./audit/audit-log.ts";
import type { ManagedKey } from "./byok/managed-key.ts";
import { CallerContext } from "./control/caller-context.ts";
import { Mail } from "./mail/mail.ts";
import { CallerMemory } from "./memory/caller-memory.ts";
import { CallReports } from "./reports/call-reports.ts";
import { CallNews } from "./calls/call-news.ts";
import type { CallFollower } from "./calls/call-store.ts";
import { LiveTranscript } from "./events/live-transcript.ts";
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
  readonly managedKey: Pick<ManagedKey, "find">;
  /** Where reports are drawn from transcripts, such as `https://api.openai.com/v1`, and by what. */
  readonly provider: { readonly baseUrl: string; readonly model: string };
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
  readonly memory: CallerMemory;
  readonly mail: Mail;
  readonly reports: CallReports;
  readonly context: CallerContext;
  readonly liveTranscript: LiveTranscript;
  readonly db: Database;
};

/** Makes the parts and registers their jobs: before the queue starts. */
export function openAfterCall(options: AfterCallOptions): AfterCall {
  const { db, vault, jobs, stream, outgoingAllowed, clock, log } = options;
  const http = new OutgoingHttp({ allowedHosts: outgoingAllowed, clock });
  const outbox = new WebhookOutbox(options);
  const webhooks = new Webhooks({ ...options, outbox, http });
  jobs.register(webhookDeliveryJob({ db, webhooks, http, clock }));
  const memory = new CallerMemory(options);
  const mail = new Mail(options);
  jobs.register(mail.job);
  const provider = { ...options.provider, baseUrl: restUrlOf(options.provider.baseUrl) };
  const toProvider = new Set([new URL(provider.baseUrl).host]);
  const reports = new CallReports({
    ...options,
    outbox,
    memory,
    provider,
    http: new OutgoingHttp({ allowedHosts: toProvider, clock }),
    followers: [mail.follow],
  });
  jobs.register(reports.job);
  const liveTranscript = new LiveTranscript(stream);
  const news = new CallNews({ outbox, stream, liveTranscript, vault, log });
  const context = new CallerContext({ db, vault, memory, http, clock, log });
  const followers = [news.follow, reports.follow];
  return {
    ...{ db, followers, http, outbox, webhooks, memory, mail, reports, context },
    liveTranscript,
  };
}

/** The provider's address may be given as a WebSocket's. */
function restUrlOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace("ws", "http");
  return url.href.replace(/\/$/, "");
}

import type { Clock, Log } from "@agentcall/base";
import type { AuditLog } from "./audit/audit-log.ts";
import type { EventStream } from "./events/event-stream.ts";
import { ExportAdmin } from "./exports/export-admin.ts";
import { ExportJobs } from "./exports/export-job.ts";
import type { ExportParts } from "./exports/export-routes.ts";
import { type DefaultReceiver, ExportSettingsStore } from "./exports/export-settings.ts";
import { ExportStore } from "./exports/export-store.ts";
import { Exporter } from "./exports/exporter.ts";
import type { Identity } from "./identity/identity.ts";
import type { JobQueue } from "./jobs/job-queue.ts";
import { LedgerStore } from "./ledger/ledger-store.ts";
import type { Licensing } from "./license/licensing.ts";
import { OutgoingHttp } from "./outside/outgoing-http.ts";
import type { AllowedHosts } from "./outside/outgoing-url.ts";
import type { Database } from "./sqlite/database.ts";
import type { WebhookOutbox } from "./webhooks/webhook-outbox.ts";
import type { Vault } from "./vault/vault.ts";

export type UsageOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly identity: Identity;
  readonly licensing: Licensing;
  readonly jobs: JobQueue;
  readonly stream: EventStream;
  /** Webhooks are told what was delivered. */
  readonly outbox: Pick<WebhookOutbox, "publish">;
  /** Where this program was told that billing is; the licence's word goes before it. */
  readonly billing: DefaultReceiver;
  /** Hosts beyond the public internet that an endpoint may name. */
  readonly outgoingAllowed: AllowedHosts;
  readonly clock: Clock;
  readonly log: Log;
};

/** The export of usage with all its parts. Its jobs are registered, and begin with the queue. */
export function openUsage(options: UsageOptions): ExportParts {
  const { db, audit, vault, identity, licensing, jobs, stream, outbox, billing, clock, log } =
    options;
  const allowedHosts = new Set(options.outgoingAllowed);
  if (billing.endpoint !== null) allowedHosts.add(new URL(billing.endpoint).host);
  const http = new OutgoingHttp({ allowedHosts, clock });
  const nowMs = (): number => clock.nowMs();
  const settings = new ExportSettingsStore({
    db,
    audit,
    vault,
    http,
    byDefault: () => ({
      ...billing,
      endpoint: licensing.entitlement().billingEndpoint ?? billing.endpoint,
    }),
    nowMs,
  });
  const store = new ExportStore(db);
  const { applianceId } = vault;
  const exporter = new Exporter({
    db,
    settings,
    http,
    signer: identity,
    applianceId,
    customer: () => licensing.entitlement().license?.customer ?? applianceId,
    stream,
    outbox,
    clock,
    log,
  });
  return {
    db,
    ledger: new LedgerStore(db),
    store,
    settings,
    exporter,
    admin: new ExportAdmin({ db, audit, store, settings, nowMs }),
    jobs: new ExportJobs({ db, jobs, exporter, settings, clock }),
    clock,
  };
}

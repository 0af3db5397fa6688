import fastifyRateLimit from "@fastify/rate-limit";
import fastifySwagger from "@fastify/swagger";
import { AppError, type Clock, type Log } from "@agentcall/base";
import { fastify, type FastifyInstance } from "fastify";
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { AfterCall } from "../after-call.ts";
import { addApiKeyRoutes } from "../access/api-key-routes.ts";
import type { ApiKeyStore } from "../access/api-key-store.ts";
import { addAuthorization, countedAs } from "../access/authorization.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { addAuditRoutes } from "../audit/audit-routes.ts";
import { addBudgetRoutes } from "../budgets/budget-routes.ts";
import type { Budgets } from "../budgets/budgets.ts";
import type { ByokKeys } from "../byok/byok-keys.ts";
import { addByokRoutes } from "../byok/byok-routes.ts";
import type { KeyDelivery } from "../byok/key-delivery.ts";
import { addKeyDeliveryRoutes } from "../byok/key-delivery-routes.ts";
import type { ManagedKey } from "../byok/managed-key.ts";
import { addCallRoutes, type HangUp, type Transfer } from "../calls/call-routes.ts";
import type { CallStore } from "../calls/call-store.ts";
import { addEventRoutes } from "../events/event-routes.ts";
import type { EventStream } from "../events/event-stream.ts";
import { addHealthRoutes, type Readiness } from "../health/health-routes.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Identity } from "../identity/identity.ts";
import { addJobRoutes } from "../jobs/job-routes.ts";
import { addLicenseRoutes } from "../license/license-routes.ts";
import type { Licensing } from "../license/licensing.ts";
import { addExportRoutes, type ExportParts } from "../exports/export-routes.ts";
import { addUsageRoutes } from "../ledger/usage-routes.ts";
import { addMailRoutes } from "../mail/mail-routes.ts";
import { addMemoryRoutes } from "../memory/memory-routes.ts";
import { addReconciliationRoutes } from "../reconciliation/reconciliation-routes.ts";
import { addRecordingRoutes } from "../recordings/recording-routes.ts";
import type { Recordings } from "../recordings/open-recordings.ts";
import { addReportRoutes } from "../reports/report-routes.ts";
import type { OutboundCalls } from "../outbound/outbound-calls.ts";
import { addOutboundRoutes } from "../outbound/outbound-routes.ts";
import type { OutboundRules } from "../outbound/outbound-rules.ts";
import { addNumberRoutes } from "../numbers/number-routes.ts";
import type { NumberStore } from "../numbers/number-store.ts";
import { addSystemRoutes, type SystemParts } from "../system/system-routes.ts";
import { addTrunkRoutes } from "../trunks/trunk-routes.ts";
import type { TrunkDesk } from "../trunks/trunk-desk.ts";
import type { TrunkStore } from "../trunks/trunk-store.ts";
import { addVaultRoutes, type VaultRoutesDeps } from "../vault/vault-routes.ts";
import { addWebhookRoutes } from "../webhooks/webhook-routes.ts";
import { addMcpRoutes } from "../mcp/mcp-routes.ts";
import { addDocsRoutes } from "../openapi/docs-routes.ts";
import { addPairingRoutes } from "../pairing/pairing-routes.ts";
import type { Privacy } from "../privacy/open-privacy.ts";
import { addPrivacyRoutes } from "../privacy/privacy-routes.ts";
import type { PairingDesk } from "../pairing/pairing-desk.ts";
import { addBrowserOrigins, type BrowserOrigins } from "./browser-origins.ts";
import { addConsoleRedirect } from "./console-redirect.ts";
import { addErrorAnswers } from "./error-answers.ts";
import type { IdempotentAnswers } from "./idempotent-answers.ts";

export type AppDeps = {
  readonly apiKeys: ApiKeyStore;
  readonly audit: AuditLog;
  readonly identity: Identity;
  readonly pairing: PairingDesk;
  /** Of the appliance's authority; null while the API is served on loopback only. */
  readonly certificateFingerprint: string | null;
  /** Where the console's page is served in evaluation; null in production. */
  readonly consoleUrl: string | null;
  /** Of pages whose scripts may use the API. */
  readonly browserOrigins: BrowserOrigins;
  readonly numbers: NumberStore;
  readonly trunks: TrunkStore;
  readonly trunkDesk: TrunkDesk;
  readonly byokKeys: ByokKeys;
  readonly managedKey: ManagedKey;
  readonly keyDelivery: KeyDelivery;
  readonly licensing: Licensing;
  readonly budgets: Budgets;
  readonly system: SystemParts;
  readonly calls: CallStore;
  readonly stream: EventStream;
  readonly usage: ExportParts;
  readonly jobs: JobQueue;
  readonly afterCall: AfterCall;
  readonly privacy: Privacy;
  readonly recordings: Recordings;
  readonly idempotent: IdempotentAnswers;
  readonly vault: Omit<VaultRoutesDeps, "idempotent">;
  readonly hangUp: HangUp;
  readonly transfer: Transfer;
  readonly outbound: { readonly calls: OutboundCalls; readonly rules: OutboundRules };
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly log: Log;
};

const bodyBytesMax = 1_048_576; // a prompt and its tools fit many times
const requestsPerMinuteMax = 100; // the contract's figure, for each key

/** The HTTP application with all its routes, not yet listening. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: bodyBytesMax, routerOptions: { ignoreTrailingSlash: false } });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  addErrorAnswers(app, deps.log);
  addBrowserOrigins(app, deps.browserOrigins);
  addAuthorization(app, deps.apiKeys);
  await app.register(fastifyRateLimit, {
    max: requestsPerMinuteMax,
    timeWindow: "1 minute",
    keyGenerator: countedAs,
    errorResponseBuilder: (_, { after }) =>
      new AppError("rate_limited", `Too many requests: try again in ${after}.`),
  });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "AgentCall appliance", version: "1" },
      components: { securitySchemes: { apiKey: { type: "http", scheme: "bearer" } } },
      security: [{ apiKey: [] }],
    },
    transform: jsonSchemaTransform,
  });
  addRoutes(app, deps);
  await app.ready();
  return app;
}

/** Routes come after the plugins that see each of them. */
function addRoutes(plain: FastifyInstance, deps: AppDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addHealthRoutes(app, deps.readiness);
  addNumberRoutes(app, deps);
  addTrunkRoutes(app, deps.trunks, deps.trunkDesk, deps.idempotent);
  addByokRoutes(app, deps);
  addKeyDeliveryRoutes(app, deps.keyDelivery);
  addLicenseRoutes(app, deps.licensing);
  const { db, context, mail, memory, reports, webhooks } = deps.afterCall;
  addCallRoutes(app, {
    ...deps,
    db,
    context,
    checkTransfer: (call, to) => deps.outbound.calls.checkTransfer(call, to),
  });
  addOutboundRoutes(app, deps);
  addRecordingRoutes(app, { ...deps, db });
  addReportRoutes(app, { ...deps, db, reports, nowMs: () => deps.clock.nowMs() });
  addMemoryRoutes(app, db, memory);
  addMailRoutes(app, mail);
  addPrivacyRoutes(app, deps.privacy, deps.idempotent);
  addEventRoutes(app, deps);
  addApiKeyRoutes(app, deps.apiKeys, deps.idempotent);
  addAuditRoutes(app, deps);
  addPairingRoutes(app, deps);
  if (deps.consoleUrl !== null) addConsoleRedirect(app, deps.consoleUrl);
  addBudgetRoutes(app, deps.budgets);
  addUsageRoutes(app, { ...deps.usage, audit: deps.audit }, deps.idempotent);
  addSystemRoutes(app, deps.system);
  addExportRoutes(app, deps.usage, deps.idempotent);
  addReconciliationRoutes(app, { ...deps.usage, audit: deps.audit }, deps.idempotent);
  addJobRoutes(app, deps.jobs);
  addVaultRoutes(app, { ...deps.vault, idempotent: deps.idempotent });
  addWebhookRoutes(app, webhooks, deps.idempotent);
  addMcpRoutes(app, {
    document: addDocsRoutes(app),
    rates: () => deps.licensing.entitlement().rateCard,
    browserOrigins: deps.browserOrigins,
  });
}

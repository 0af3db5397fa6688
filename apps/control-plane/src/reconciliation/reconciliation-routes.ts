import {
  cdrImportSchema,
  importBytesMax,
  pageQuerySchema,
  pageSchema,
  providerImportSchema,
  type ReconciliationImportView,
  reconciliationImportViewSchema,
  reconciliationQuerySchema,
  reconciliationViewSchema,
} from "@agentcall/contract";
import { AppError, type Clock } from "@agentcall/base";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { timeText } from "../calls/call-view.ts";
import type { ExportStore } from "../exports/export-store.ts";
import { pageOf, parseCursor } from "../http/cursor.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { LedgerStore } from "../ledger/ledger-store.ts";
import { parsePeriod, periodOf } from "../ledger/period.ts";
import type { Database } from "../sqlite/database.ts";
import { type CdrFile, readCdrFile } from "./cdr-file.ts";
import { ImportStore, type StoredImport } from "./import-store.ts";
import { readProviderFile } from "./provider-file.ts";
import { reconcile } from "./reconciler.ts";

export type ReconciliationParts = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly ledger: LedgerStore;
  readonly store: ExportStore;
  readonly clock: Clock;
};

const idParams = z.object({ id: z.string() });

/** `/v1/usage/reconciliation`: a month of ours against billing, carriers and the provider. */
export function addReconciliationRoutes(
  app: App,
  parts: ReconciliationParts,
  idempotent: IdempotentAnswers,
): void {
  const { db, audit, clock } = parts;
  const imports = new ImportStore({ db, audit, nowMs: () => clock.nowMs() });

  app.get(
    "/v1/usage/reconciliation",
    {
      schema: {
        querystring: reconciliationQuerySchema,
        response: { 200: reconciliationViewSchema },
      },
    },
    async ({ query: { period, ...tolerance } }) =>
      reconcile(parts, parsePeriod(period ?? periodOf(clock.nowMs())), tolerance),
  );

  addImportRoutes(app, imports, idempotent);

  app.get(
    "/v1/usage/reconciliation/imports",
    {
      schema: {
        querystring: pageQuerySchema,
        response: { 200: pageSchema(reconciliationImportViewSchema) },
      },
    },
    async ({ query: { limit, cursor } }) =>
      pageOf(
        await imports.list(limit + 1, parseCursor(cursor)),
        limit,
        ({ importedAtMs, id }) => ({ atMs: importedAtMs, id }),
        viewOf,
      ),
  );

  app.delete(
    "/v1/usage/reconciliation/imports/:id",
    { schema: { params: idParams } },
    async (request, reply) => {
      await imports.delete(request.params.id, actorOf(request));
      return reply.code(204).send();
    },
  );
}

function addImportRoutes(app: App, imports: ImportStore, idempotent: IdempotentAnswers): void {
  const response = { 201: reconciliationImportViewSchema };

  app.post(
    "/v1/usage/reconciliation/cdr",
    { bodyLimit: importBytesMax, schema: { body: cdrImportSchema, response } },
    async (request, reply) =>
      idempotent.once(request, reply, reconciliationImportViewSchema, async () => {
        const given = request.body;
        if (Date.parse(given.until) <= Date.parse(given.from)) {
          throw new AppError("validation_failed", "The file covers no time.", {
            details: { fields: { until: "must be later than from" } },
          });
        }
        const file = readCdrFile(given);
        refuseUnreadable(file);
        return viewOf(await imports.addCdr(given, file, actorOf(request)));
      }),
  );

  app.post(
    "/v1/usage/reconciliation/provider-usage",
    { bodyLimit: importBytesMax, schema: { body: providerImportSchema, response } },
    async (request, reply) =>
      idempotent.once(request, reply, reconciliationImportViewSchema, async () => {
        const file = readProviderFile(request.body);
        const content = JSON.stringify(request.body);
        return viewOf(await imports.addProvider(content, file, actorOf(request)));
      }),
  );
}

/** A mapping that fits no line is a wrong mapping, and every call would be missing at the carrier. */
function refuseUnreadable({ lines, problems }: CdrFile): void {
  const [first] = problems;
  if (lines.length > 0 || first === undefined) return;
  throw new AppError("validation_failed", "No line of the file could be read.", {
    details: { fields: { csv: `line ${String(first.line)}: ${first.problem}` } },
  });
}

function viewOf(stored: StoredImport): ReconciliationImportView {
  const { fromMs, untilMs, importedAtMs, problems, ...rest } = stored;
  return {
    ...rest,
    from: timeText(fromMs),
    until: timeText(untilMs),
    problems: [...problems],
    importedAt: timeText(importedAtMs),
  };
}

import type { Clock } from "@agentcall/base";
import {
  correctionCreationSchema,
  ledgerEntryViewSchema,
  ledgerPageSchema,
  ledgerQuerySchema,
  usageViewSchema,
} from "@agentcall/contract";
import { z } from "zod";
import { actorOf } from "../access/authorization.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { IdempotentAnswers } from "../http/idempotent-answers.ts";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import { bookCorrection } from "./correction.ts";
import type { LedgerStore } from "./ledger-store.ts";
import { parsePeriod, periodOf } from "./period.ts";
import { tokensOf } from "./token-totals.ts";
import { totalsOf } from "./usage-totals.ts";
import { viewOfEntry, viewOfUsage } from "./usage-view.ts";

const usageQuery = z.strictObject({ period: z.string().max(20).optional() });

export type UsageParts = {
  readonly db: Database;
  readonly ledger: LedgerStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
};

/** `/v1/usage`: what a month has cost, the lines that it is made of, and corrections of them. */
export function addUsageRoutes(app: App, parts: UsageParts, idempotent: IdempotentAnswers): void {
  const { db, ledger, clock } = parts;
  app.get(
    "/v1/usage",
    { schema: { querystring: usageQuery, response: { 200: usageViewSchema } } },
    async ({ query }) => {
      const period = parsePeriod(query.period ?? periodOf(clock.nowMs())).text;
      const rows = await db.all("SELECT id, e164 FROM number");
      const numbers = new Map(rows.map(({ id, e164 }) => [String(id), String(e164)]));
      const totals = await totalsOf(db, period);
      const tokens = await tokensOf(db, period);
      return viewOfUsage(period, totals, tokens, (id) => numbers.get(id) ?? null);
    },
  );

  app.get(
    "/v1/usage/ledger",
    { schema: { querystring: ledgerQuerySchema, response: { 200: ledgerPageSchema } } },
    async ({ query: { since, limit } }) => {
      const entries = await ledger.list(since, limit + 1);
      const shown = entries.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map(viewOfEntry),
        nextCursor: entries.length > limit ? String(last?.sequence) : null,
      };
    },
  );

  app.post(
    "/v1/usage/corrections",
    { schema: { body: correctionCreationSchema, response: { 201: ledgerEntryViewSchema } } },
    async (request, reply) =>
      idempotent.once(request, reply, ledgerEntryViewSchema, async () => {
        const { entryId: correctsEntryId, ...rest } = request.body;
        const correction = { ...rest, correctsEntryId };
        return viewOfEntry(
          await bookCorrection(parts, correction, clock.nowMs(), actorOf(request)),
        );
      }),
  );
}

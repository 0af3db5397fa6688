import type { Clock } from "@agentcall/base";
import { ledgerPageSchema, ledgerQuerySchema, usageViewSchema } from "@agentcall/contract";
import { z } from "zod";
import type { App } from "../http/typed-app.ts";
import type { Database } from "../sqlite/database.ts";
import type { LedgerStore } from "./ledger-store.ts";
import { parsePeriod, periodOf } from "./period.ts";
import { tokensOf } from "./token-totals.ts";
import { totalsOf } from "./usage-totals.ts";
import { viewOfEntry, viewOfUsage } from "./usage-view.ts";

const usageQuery = z.strictObject({ period: z.string().max(20).optional() });

export type UsageParts = {
  readonly db: Database;
  readonly ledger: LedgerStore;
  readonly clock: Clock;
};

/** `/v1/usage`: what a month has cost, and the lines that it is made of. */
export function addUsageRoutes(app: App, { db, ledger, clock }: UsageParts): void {
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
}

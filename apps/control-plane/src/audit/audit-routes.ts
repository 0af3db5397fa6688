import { AppError, type Clock } from "@agentcall/base";
import {
  auditEntryViewSchema,
  auditHeadSchema,
  auditVerdictSchema,
  auditVerifyQuerySchema,
  pageQuerySchema,
  pageSchema,
} from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { App } from "../http/typed-app.ts";
import type { Identity } from "../identity/identity.ts";
import type { AuditLog } from "./audit-log.ts";
import { signedHead } from "./signed-head.ts";

export type AuditRoutesDeps = {
  readonly audit: AuditLog;
  readonly identity: Identity;
  readonly clock: Clock;
};

/** `/v1/audit`: who changed what, and whether nobody has touched that record. */
export function addAuditRoutes(app: App, { audit, identity, clock }: AuditRoutesDeps): void {
  app.get(
    "/v1/audit",
    {
      schema: { querystring: pageQuerySchema, response: { 200: pageSchema(auditEntryViewSchema) } },
    },
    async ({ query: { limit, cursor } }) => {
      const rows = await audit.list(limit + 1, parseSeq(cursor));
      const shown = rows.slice(0, limit);
      return {
        items: shown.map(({ atMs, actor, ...entry }) => ({
          ...entry,
          at: timeText(atMs),
          actor: actor.id,
          role: actor.role,
        })),
        nextCursor: rows.length > limit ? String(shown.at(-1)?.seq) : null,
      };
    },
  );

  app.get("/v1/audit/head", { schema: { response: { 200: auditHeadSchema } } }, () =>
    signedHead(audit, identity, clock),
  );

  app.get(
    "/v1/audit/verify",
    { schema: { querystring: auditVerifyQuerySchema, response: { 200: auditVerdictSchema } } },
    async ({ query: { entries, head } }) => {
      const known = entries === undefined || head === undefined ? null : { entries, head };
      const verdict = await audit.verify(known);
      return verdict.kind === "intact"
        ? { ok: true, entries: verdict.entries, head: verdict.head, brokenAt: null, fault: null }
        : { ok: false, entries: null, head: null, brokenAt: verdict.seq, fault: verdict.fault };
    },
  );
}

function parseSeq(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new AppError("validation_failed", "The cursor is not one of this list.", {
    details: { fields: { cursor: "must be the nextCursor of a former page" } },
  });
}

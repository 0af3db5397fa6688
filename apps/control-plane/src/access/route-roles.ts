import type { Role } from "@agentcall/contract";

/** Who may call a route: `public` needs no key. */
export type Access = Role | "public";

/**
 * Every route of the API, and the least role that may call it. A route that is not here does not
 * start, so that none is open because somebody forgot to close it.
 */
export const routeRoles: Readonly<Record<string, Access>> = {
  "GET /healthz": "public",
  "GET /readyz": "public",
  "GET /openapi.json": "public",
  "GET /docs": "public",
  "GET /docs/style.css": "public",
  "POST /mcp": "viewer",
  "GET /mcp": "viewer",
  "DELETE /mcp": "viewer",
  "GET /console": "public",
  "GET /console/": "public",

  "GET /v1/numbers": "viewer",
  "POST /v1/numbers": "operator",
  "GET /v1/numbers/:id": "viewer",
  "PATCH /v1/numbers/:id": "operator",
  "DELETE /v1/numbers/:id": "operator",
  "GET /v1/numbers/:id/inbound-config": "viewer",
  "POST /v1/numbers/:id/inbound-config": "operator",
  "DELETE /v1/numbers/:id/inbound-config": "operator",

  "POST /v1/numbers/:id/byok/test": "admin",
  "POST /v1/numbers/:id/byok/key": "admin",
  "DELETE /v1/numbers/:id/byok/key": "admin",
  "POST /v1/numbers/:id/byok-key": "admin",
  "DELETE /v1/numbers/:id/byok-key": "admin",

  "GET /v1/byok/health": "admin",
  "POST /v1/byok/bulk": "admin",
  "PUT /v1/settings/managed-key": "admin",
  "DELETE /v1/settings/managed-key": "admin",
  "GET /v1/settings/key-delivery": "admin",
  "PUT /v1/settings/key-delivery": "admin",

  "GET /v1/trunks": "viewer",
  "POST /v1/trunks": "admin",
  "GET /v1/trunks/:id": "viewer",
  "PATCH /v1/trunks/:id": "admin",
  "DELETE /v1/trunks/:id": "admin",
  "GET /v1/trunks/:id/status": "viewer",
  "POST /v1/trunks/:id/test": "admin",

  "GET /v1/calls": "viewer",
  "GET /v1/calls/:id": "viewer",
  "GET /v1/calls/:id/transcript": "viewer",
  "POST /v1/calls/:id/hangup": "operator",
  "POST /v1/calls/:id/transfer": "operator",

  "GET /v1/usage": "viewer",
  "GET /v1/usage/ledger": "viewer",
  "GET /v1/usage/exports": "viewer",
  "GET /v1/usage/exports/:id": "viewer",
  "GET /v1/usage/exports/:id/file": "admin",
  "POST /v1/usage/exports": "admin",
  "POST /v1/usage/exports/epoch": "admin",
  "POST /v1/usage/exports/acknowledgements": "admin",
  "GET /v1/usage/schedule": "viewer",
  "PUT /v1/usage/schedule": "admin",
  "GET /v1/events": "viewer",

  "GET /v1/calls/:id/report": "viewer",
  "POST /v1/calls/:id/report": "operator",
  "GET /v1/reports": "viewer",
  "GET /v1/briefs": "viewer",
  "POST /v1/briefs/:id/ack": "operator",
  "POST /v1/briefs/:id/resolve": "operator",

  "GET /v1/contacts": "viewer",
  "GET /v1/contacts/by-phone/:e164": "viewer",
  "PATCH /v1/contacts/:id": "operator",
  "DELETE /v1/contacts/:id": "operator",
  "GET /v1/contacts/:id/next-call-context": "viewer",
  "GET /v1/contacts/by-phone/:e164/next-call-context": "viewer",
  "GET /v1/memory/current": "viewer",
  "GET /v1/memory/:id/timeline": "viewer",
  "PATCH /v1/memory/:id": "operator",
  "DELETE /v1/memory/:id": "operator",
  "GET /v1/memory/candidates": "viewer",
  "POST /v1/memory/candidates/:id/approve": "operator",
  "POST /v1/memory/candidates/:id/reject": "operator",
  "GET /v1/settings/memory": "viewer",
  "PUT /v1/settings/memory": "admin",
  "GET /v1/settings/mail": "admin",
  "PUT /v1/settings/mail": "admin",
  "POST /v1/settings/mail/test": "admin",

  "GET /v1/webhooks": "admin",
  "POST /v1/webhooks": "admin",
  "DELETE /v1/webhooks/:id": "admin",
  "POST /v1/webhooks/:id/rotate": "admin",
  "GET /v1/webhooks/:id/deliveries": "admin",
  "POST /v1/webhooks/:id/deliveries/:deliveryId/redeliver": "admin",

  "GET /v1/jobs": "admin",
  "POST /v1/jobs/:id/retry": "admin",
  "POST /v1/pairing": "admin",
  "POST /v1/pairing/claim": "public",

  "GET /v1/license": "viewer",
  "PUT /v1/license": "admin",

  "GET /v1/api-keys": "admin",
  "POST /v1/api-keys": "admin",
  "DELETE /v1/api-keys/:id": "admin",
  "GET /v1/vault": "viewer",
  "POST /v1/vault/unseal": "admin",
  "POST /v1/vault/seal": "admin",
  "POST /v1/vault/rotate": "admin",
  "POST /v1/vault/rekey": "admin",

  "GET /v1/audit": "admin",
  "GET /v1/audit/head": "admin",
  "GET /v1/audit/verify": "admin",
};

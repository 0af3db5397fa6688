import type { Operation } from "./operation.ts";

/** What calls cost, and how billing learns of it. */
export const usageOperations = {
  "GET /v1/usage": {
    id: "usage.get",
    summary: "Sums up a month: calls, minutes, amounts and token usage by number and mode.",
    example: { query: { period: "2026-01" } },
  },
  "GET /v1/usage/ledger": {
    id: "usage.ledger",
    summary: "Lists the immutable entries that the sums are made of.",
  },
  "POST /v1/usage/corrections": {
    id: "usage.correct",
    summary: "Takes back a part of an entry, or gives it again, by an entry that names it.",
    example: {
      body: {
        entryId: "ent_0123456789abcdefghjkmnpqrstvwxyz",
        amountMicros: -400000,
        billedMs: -60000,
        reason: "The line was bad.",
      },
    },
  },
  "GET /v1/usage/reconciliation": {
    id: "usage.reconciliation.get",
    summary:
      "Holds a month against billing, the carrier's records and the provider's usage, each difference with its reason.",
    example: { query: { period: "2026-01" } },
  },
  "POST /v1/usage/reconciliation/cdr": {
    id: "usage.reconciliation.importCdr",
    summary: "Takes in a carrier's call records as CSV, and tells each line that cannot be read.",
    example: {
      body: {
        csv: "start,from,to,secs\n2026-01-05T12:00:00Z,+14155550199,+14155550100,61\n",
        from: "2026-01-01T00:00:00Z",
        until: "2026-02-01T00:00:00Z",
        columns: { startedAt: "start", from: "from", to: "to", duration: "secs" },
      },
    },
  },
  "POST /v1/usage/reconciliation/provider-usage": {
    id: "usage.reconciliation.importProviderUsage",
    summary: "Takes in the provider's usage by day and key, as its usage API answers it.",
    example: {
      body: {
        keys: [{ apiKeyId: "key_1", key: "managed" }],
        pages: [
          {
            data: [
              {
                start_time: 1767225600,
                end_time: 1767312000,
                results: [{ api_key_id: "key_1", input_tokens: 900, output_tokens: 400 }],
              },
            ],
          },
        ],
      },
    },
  },
  "GET /v1/usage/reconciliation/imports": {
    id: "usage.reconciliation.imports",
    summary: "Lists what was imported of carriers and of the provider, newest first.",
  },
  "DELETE /v1/usage/reconciliation/imports/:id": {
    id: "usage.reconciliation.deleteImport",
    summary: "Takes an import back with all its records.",
    answer: "nothing",
  },
  "GET /v1/usage/exports": {
    id: "usage.exports.list",
    summary: "Lists the batches that were told to billing, newest first.",
  },
  "POST /v1/usage/exports": {
    id: "usage.exports.run",
    summary: "Seals what is due into a batch and sends it now.",
  },
  "GET /v1/usage/exports/:id": { id: "usage.exports.get", summary: "Shows one batch." },
  "GET /v1/usage/exports/:id/file": {
    id: "usage.exports.file",
    summary: "Downloads a batch, signed (CloudEvents) or as a table (CSV).",
    answer: "file",
    example: { query: { format: "csv" } },
  },
  "POST /v1/usage/exports/epoch": {
    id: "usage.exports.beginEpoch",
    summary: "Begins a new epoch after the receiver and this appliance came to differ.",
  },
  "POST /v1/usage/exports/acknowledgements": {
    id: "usage.exports.acknowledge",
    summary: "Takes in a receiver's signed acknowledgement that came as a file.",
  },
  "GET /v1/usage/schedule": {
    id: "usage.schedule.get",
    summary: "Shows when usage is sent, where to, and how far that has come.",
  },
  "PUT /v1/usage/schedule": {
    id: "usage.schedule.set",
    summary: "Sets when usage is sent, and where to.",
    example: { body: { cron: "0 3 * * *", timezone: "Europe/Berlin", endpoint: null } },
  },
} as const satisfies Record<string, Operation>;

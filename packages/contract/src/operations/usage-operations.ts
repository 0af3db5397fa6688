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

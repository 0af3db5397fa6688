import type { Command } from "./command.ts";

/** What calls cost, and how billing learns of it. */
export const usageCommands: readonly Command[] = [
  {
    words: "usage show",
    options: { period: "A month such as 2026-01; without it the present one." },
    help: "Sums up a month.",
    run: async (client, { options }) => ({
      kind: "value",
      value: await client.usage.get({ period: options["period"] }),
    }),
  },
  {
    words: "usage export",
    help: "Seals what is due into a batch and sends it now.",
    run: async (client) => ({ kind: "value", value: await client.usage.exports.run() }),
  },
  {
    words: "usage exports",
    help: "Lists the batches that were told to billing.",
    run: (client) => ({
      kind: "rows",
      rows: client.usage.exports.list({ limit: 100 }),
      columns: ["id", "sealedAt", "state", "entryCount", "amountMicros", "lastProblem"],
    }),
  },
  {
    words: "usage file",
    arguments: ["exportId"],
    options: { format: "cloudevents or csv." },
    help: "Writes a batch to standard output: agentcall usage file exp_… --format csv > january.csv",
    run: async (client, { arguments: { exportId = "" }, options }) => ({
      kind: "file",
      response: await client.usage.exports.file(exportId, {
        format: options["format"] === "csv" ? "csv" : "cloudevents",
      }),
    }),
  },
];

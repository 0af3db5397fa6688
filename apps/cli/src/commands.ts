import { callCommands } from "./call-commands.ts";
import type { AgentCall } from "agentcall-appliance";
import type { Command, Given, Output } from "./command.ts";
import { keyCommands } from "./key-commands.ts";
import { usageCommands } from "./usage-commands.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  {
    words: "health",
    help: "Says whether calls can be answered.",
    run: async (client) => value(await client.health.ready()),
  },
  {
    words: "license",
    help: "Shows the licence, the plan and the rates.",
    run: async (client) => value(await client.license.get()),
  },
  {
    words: "numbers list",
    options: { q: "Part of a number or a label.", mode: "managed or byok." },
    help: "Lists the numbers.",
    run: (client, { options }) => ({
      kind: "rows",
      rows: client.numbers.list({
        q: options["q"],
        voiceMode: voiceModeOf(options["mode"]),
        limit: 100,
      }),
      columns: ["id", "number", "label", "voiceMode", "keyPreview", "status"],
    }),
  },
  {
    words: "numbers get",
    arguments: ["numberId"],
    help: "Shows one number.",
    run: async (client, { arguments: { numberId = "" } }) =>
      value(await client.numbers.get(numberId)),
  },
  {
    words: "numbers create",
    arguments: ["number"],
    options: { label: "What people call it." },
    help: "Registers a number.",
    run: async (client, { arguments: { number = "" }, options }) =>
      value(await client.numbers.create({ number, label: options["label"] })),
  },
  {
    words: "numbers delete",
    arguments: ["numberId"],
    help: "Deletes a number, and its key with it.",
    run: async (client: AgentCall, { arguments: { numberId = "" } }: Given): Promise<Output> => {
      await client.numbers.delete(numberId);
      return { kind: "done", message: `${numberId} is deleted.` };
    },
  },
  ...keyCommands,
  ...callCommands,
  ...usageCommands,
  {
    words: "contacts list",
    help: "Lists everybody who has called.",
    run: (client) => ({
      kind: "rows",
      rows: client.contacts.list({ limit: 100 }),
      columns: ["id", "phone", "displayName", "tags", "updatedAt"],
    }),
  },
  {
    words: "briefs list",
    help: "Lists what the owner should know of the calls.",
    run: (client) => ({
      kind: "rows",
      rows: client.briefs.list({ limit: 100 }),
      columns: ["id", "urgency", "status", "text", "callId"],
    }),
  },
  {
    words: "trunks list",
    help: "Lists the SIP trunks and how they stand.",
    run: (client) => ({
      kind: "rows",
      rows: client.trunks.list({ limit: 100 }),
      columns: ["id", "name", "state", "transport"],
    }),
  },
  {
    words: "audit verify",
    help: "Checks the chain of the audit.",
    run: async (client) => value(await client.audit.verify()),
  },
];

function value(of: object): Output {
  return { kind: "value", value: of };
}

/** What is neither is left to the appliance's own refusal. */
function voiceModeOf(text: string | undefined): "managed" | "byok" | undefined {
  return text === "managed" || text === "byok" ? text : undefined;
}

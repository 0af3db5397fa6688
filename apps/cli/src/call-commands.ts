import type { AgentCall } from "agentcall-appliance";
import type { Command, Given, Output } from "./command.ts";

const callId = ["callId"];

/** Calls: those there were, and those there are. */
export const callCommands: readonly Command[] = [
  {
    words: "calls list",
    options: { since: "ISO 8601.", until: "ISO 8601.", number: "The id of a number." },
    help: "Lists calls, newest first.",
    run: (client, { options }) => ({
      kind: "rows",
      rows: client.calls.list({
        since: options["since"],
        until: options["until"],
        numberId: options["number"],
        limit: 100,
      }),
      columns: ["id", "startedAt", "from", "to", "status", "durationMs", "hangupCause.cause"],
    }),
  },
  {
    words: "calls get",
    arguments: callId,
    help: "Shows one call.",
    run: async (client, { arguments: given }) => ({
      kind: "value",
      value: await client.calls.get(given["callId"] ?? ""),
    }),
  },
  {
    words: "calls transcript",
    arguments: callId,
    help: "Shows what was said.",
    run: async (client, { arguments: given }) => ({
      kind: "rows",
      rows: (await client.calls.transcript(given["callId"] ?? "")).entries,
      columns: ["timestamp", "role", "text"],
    }),
  },
  {
    words: "calls tail",
    options: { after: "Go on after this event." },
    help: "Shows what happens, until it is interrupted; it resumes after every loss.",
    run: (client, { options, signal }) => ({
      kind: "rows",
      rows: client.events.stream({
        signal,
        ...(options["after"] === undefined ? {} : { lastEventId: options["after"] }),
      }),
      columns: ["timestamp", "event", "data.callId", "data.status", "data.role", "data.text"],
    }),
  },
  {
    words: "calls hangup",
    arguments: callId,
    help: "Ends a call.",
    run: async (client: AgentCall, { arguments: given }: Given): Promise<Output> => {
      await client.calls.hangUp(given["callId"] ?? "");
      return { kind: "done", message: `${given["callId"] ?? ""} is being ended.` };
    },
  },
];

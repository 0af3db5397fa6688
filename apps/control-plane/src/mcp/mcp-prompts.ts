type PromptArgument = {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
};

export type McpPrompt = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  text(given: Readonly<Record<string, string>>): string;
};

/** Ways through the tools that people ask for again and again. */
export const mcpPrompts: readonly McpPrompt[] = [
  {
    name: "set_up_receptionist",
    title: "Set up a receptionist",
    description: "Has a number answered by an agent that fits the business.",
    arguments: [
      needed("number", "The number, in E.164 form, such as +14155550123."),
      needed("business", "What the business is, and what the receptionist should do."),
      optional("forwardTo", "Who takes over when the model cannot be had."),
    ],
    text: ({
      number = "",
      business = "",
      forwardTo = "nobody",
    }) => `Set up a receptionist on ${number}.
The business: ${business}
When the model fails, forward to: ${forwardTo}

1. health_ready and trunks_list: say what is not ready before you change anything.
2. numbers_list with q: register the number with numbers_create when it is missing.
3. Draft the system prompt, the first message and the voice, show them with the price that numbers_inboundConfig_set states, and ask for a yes.
4. numbers_inboundConfig_set, then numbers_get: report the number's status, and what to do where it is not "ready".`,
  },
  {
    name: "switch_number_to_byok",
    title: "Switch a number to a key of its own",
    description: "Moves a number from managed to BYOK and says what that changes.",
    arguments: [needed("number", "The number, in E.164 form, or its id.")],
    text: ({ number = "" }) => `Switch ${number} to an OpenAI key of its own.

1. license_get: BYOK needs the plan pro. numbers_list with q: find the number and its present mode.
2. usage_get: say what the number cost this month, and what the same minutes would have cost with a key of its own.
3. Do not ask for the key in this conversation: whoever reads it could use it. Ask the admin to run \`agentcall byok save <numberId> < key.txt\` on their own machine, or to use the console. Use numbers_byok_save only where the admin insists.
4. numbers_get and byok_health: confirm the mode, the preview and the last test.`,
  },
  {
    name: "investigate_failed_call",
    title: "Investigate a failed call",
    description: "Finds out why a call failed and what would prevent the next one.",
    arguments: [needed("callId", "The call, such as call_01h….")],
    text: ({ callId = "" }) => `Find out why ${callId} failed.

1. calls_get: read hangupCause (its sentence, SIP status and Q.850 cause), the latency figures, mediaStats and the failure ladder as far as it was climbed.
2. calls_transcript: what was said until then.
3. By the cause: a key (byok_health, numbers_get), a trunk (trunks_status), the appliance (health_ready), a limit (numbers_inboundConfig_get), or the caller.
4. calls_list with the same numberId: was it once, or does it go on?
5. Say the cause in one sentence, the evidence, and what a person should do. Change nothing.`,
  },
  {
    name: "monthly_usage_review",
    title: "Review a month's usage",
    description: "Sums up a month, checks that billing has it, and looks for what stands out.",
    arguments: [needed("period", "The month, such as 2026-01.")],
    text: ({ period = "" }) => `Review the usage of ${period}.

1. usage_get with this period and the one before: calls, minutes and amounts by number and mode. Amounts are micro-dollars: 1000000 is one dollar.
2. usage_schedule_get and usage_exports_list: is everything acknowledged by billing, and if not, why?
3. Numbers in managed mode with many minutes: what would a key of their own have cost?
4. calls_list with status failed in this period: were callers lost?
5. Answer with a table by number, three sentences on what stands out, and what a person should decide. Change nothing.`,
  },
];

function needed(name: string, description: string): PromptArgument {
  return { name, description, required: true };
}

function optional(name: string, description: string): PromptArgument {
  return { name, description, required: false };
}

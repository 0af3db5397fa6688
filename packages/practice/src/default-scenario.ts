import { parseScenario, type Scenario } from "./scenario.ts";

/** The demo's conversation: a restaurant's service desk, whatever the caller says. */
export const defaultScenario: Scenario = parseScenario({
  name: "service desk",
  turns: [
    {
      caller: "Hello, are you open tonight?",
      agent: { say: "Yes, we are open tonight until eleven. Would you like to reserve a table?" },
    },
    {
      caller: "Yes please, a table for two at half past seven.",
      agent: { say: "Of course. A table for two at half past seven. What name may I write down?" },
    },
    {
      caller: "The name is Miller.",
      agent: { say: "Thank you. Your table is reserved. Is there anything else I can do for you?" },
    },
    {
      caller: "Do you have something without meat?",
      agent: {
        say: "We do. There are four dishes without meat on the menu, and a soup of the day.",
      },
    },
    {
      caller: "That is all, thank you.",
      agent: { say: "You are welcome. We look forward to seeing you. Goodbye." },
    },
  ],
  after: "start-over",
  extractions: [
    {
      when: "The name is Miller.",
      give: {
        summary: "Miller reserved a table for two tonight at half past seven.",
        callerName: "Miller",
        intent: "scheduling",
        urgency: "low",
        callbackBy: null,
        spam: false,
        entities: [{ kind: "person", text: "Miller", quote: "The name is Miller." }],
        facts: [{ slot: "name", text: "Miller", confidence: 0.95, quote: "The name is Miller." }],
        preferences: [],
        decisions: [
          {
            text: "A table for two at half past seven",
            quote: "a table for two at half past seven",
          },
        ],
        commitments: [],
        tasks: [],
        risks: [],
        unresolved: [],
        nextCallContext: "Reserved a table for two at half past seven.",
        ownerBrief: "A table for two at half past seven for Miller.",
      },
    },
    {
      when: "Hello, are you open tonight?",
      give: {
        summary: "Somebody asked whether the restaurant is open tonight.",
        callerName: null,
        intent: "general_inquiry",
        urgency: "low",
        callbackBy: null,
        spam: false,
        entities: [],
        facts: [],
        preferences: [],
        decisions: [],
        commitments: [],
        tasks: [],
        risks: [],
        unresolved: [],
        nextCallContext: "Asked whether the restaurant is open tonight.",
        ownerBrief: "",
      },
    },
  ],
});

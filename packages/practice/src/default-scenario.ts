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
});

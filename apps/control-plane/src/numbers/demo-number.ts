import { type E164, inboundConfigSchema } from "@agentcall/contract";
import { applianceActor } from "../audit/audit-log.ts";
import type { NumberStore } from "./number-store.ts";

const agent = inboundConfigSchema.parse({
  mode: "ai",
  systemPrompt:
    "You answer the telephone of Harbour Street Kitchen, a small restaurant that is open from noon to eleven every day but Monday. Be warm and brief: one or two sentences at a time. Take reservations: day, time, how many people, and a name.",
  firstMessage: "Hello, this is Harbour Street Kitchen. How can I help you?",
  voice: "marin",
  language: "en",
  liveTranscript: true,
});

/** Makes sure that the evaluation's number is there. What an admin has changed on it stays. */
export async function ensureDemoNumber(numbers: NumberStore, e164: E164): Promise<void> {
  if ((await numbers.byE164(e164)) !== null) return;
  const { id } = await numbers.create({ number: e164, label: "Demo number" }, applianceActor);
  await numbers.setInbound(id, agent, applianceActor);
}

import { inboundConfigSchema, languages } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { disclosedFirstMessage, mentionsRecording } from "./disclosure.ts";

describe("mentionsRecording", () => {
  test.each([
    "This call is recorded for quality.",
    "Recording helps us to train our staff.",
    "Guten Tag, das Gespräch wird aufgezeichnet.",
    "Zur Sicherheit wird dieser Anruf mitgeschnitten.",
    "Cet appel est enregistré.",
    "Esta llamada será grabada.",
    "Questa telefonata viene registrata.",
    "Esta ligação está sendo gravada.",
    "Dit gesprek wordt opgenomen.",
    "この通話は録音されます。",
    "이 통화는 녹음됩니다.",
    "本通话会被录音。",
    "यह कॉल रिकॉर्ड की जाएगी।",
    "سيتم تسجيل هذه المكالمة.",
  ])("hears it in %j", (text) => {
    expect(mentionsRecording(text)).toBe(true);
  });

  test.each([
    "Hello, this is the surgery. How can I help you?",
    "We keep your medical records safe.",
    "You have reached the record office.",
    "This call is not recorded.",
    "This call will not be recorded.",
    "Dieses Gespräch wird nicht aufgezeichnet.",
    "Cet appel n'est pas enregistré.",
    "Guten Tag, hier ist die Praxis.",
  ])("does not hear it in %j", (text) => {
    expect(mentionsRecording(text)).toBe(false);
  });
});

describe("disclosedFirstMessage", () => {
  test("says the disclosure before the first message, in the number's language", () => {
    expect(first({ firstMessage: "Hello.", language: "auto" })).toBe(
      "This call is being recorded. Hello.",
    );
    expect(first({ firstMessage: "Guten Tag.", language: "de" })).toBe(
      "Dieses Gespräch wird aufgezeichnet. Guten Tag.",
    );
  });

  test("says the number's own words where it has some", () => {
    const recording = { disclosure: "We record our calls to learn from them." };

    expect(first({ firstMessage: "Hello.", recording })).toBe(
      "We record our calls to learn from them. Hello.",
    );
  });

  test("leaves a first message alone that tells it", () => {
    const firstMessage = "Hello. This call is recorded.";

    expect(first({ firstMessage })).toBe(firstMessage);
  });

  test("does not leave it to the agent's own words", () => {
    expect(first({ firstMessage: null })).toBe("This call is being recorded. How can I help you?");
  });

  test.each(languages)(
    "in %s the usual words tell it, so that they are not said twice",
    (language) => {
      const once = first({ firstMessage: null, language });

      expect(first({ firstMessage: once, language })).toBe(once);
    },
  );
});

function first(agent: object): string {
  return disclosedFirstMessage(
    inboundConfigSchema.parse({ mode: "ai", systemPrompt: "Be brief.", ...agent }),
  );
}

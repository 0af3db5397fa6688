import type { ByokKeyHealth } from "@agentcall/contract";
import type { StatusKind } from "../../parts/status-dot.tsx";
import { keyRefusalOf } from "../numbers/key-refusal.ts";

/** How a key stands, in words, and what to do where something is to be done. */
export type KeyState = {
  readonly kind: StatusKind;
  readonly words: string;
  readonly remedy: string | null;
};

/** A damaged copy counts before a refusal: it keeps numbers from answering whatever OpenAI says. */
export function keyStateOf(
  health: Pick<ByokKeyHealth, "unreadableNumberIds" | "lastErrorReason" | "lastCallAt">,
): KeyState {
  const { unreadableNumberIds, lastErrorReason, lastCallAt } = health;
  if (unreadableNumberIds.length > 0) {
    const numbers = unreadableNumberIds.length === 1 ? "one number" : "some numbers";
    return {
      kind: "bad",
      words: `Damaged for ${numbers}`,
      remedy: "The stored key does not open. Save it again at the number.",
    };
  }
  if (lastErrorReason !== null) {
    const { sentence, remedy } = keyRefusalOf(lastErrorReason);
    return { kind: "bad", words: sentence, remedy };
  }
  if (lastCallAt === null) return { kind: "good", words: "Tested, no call yet", remedy: null };
  return { kind: "good", words: "Works", remedy: null };
}

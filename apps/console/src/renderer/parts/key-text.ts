import type { VoiceMode } from "@agentcall/contract";

/** Whose key pays for the model. */
export function keyText(voiceMode: VoiceMode | null): string {
  switch (voiceMode) {
    case "byok":
      return "Own";
    case "managed":
      return "Managed";
    case null:
      return "–";
  }
}

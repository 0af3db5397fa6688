import type { Speaker } from "@agentcall/contract";
import type { SpokenPart } from "../../api/spoken-part.ts";

/** Who speaks on which call; calls on which nobody does are not here. */
export type Speaking = ReadonlyMap<string, Speaker>;

/** Who speaks after this part of a turn. The same map where nothing has changed. */
export function nextSpeaking(speaking: Speaking, { callId, role, final }: SpokenPart): Speaking {
  const isSpeaking = speaking.get(callId) === role;
  if (isSpeaking !== final) return speaking;
  const next = new Map(speaking);
  if (final) next.delete(callId);
  else next.set(callId, role);
  return next;
}

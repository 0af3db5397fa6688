import { type EndCause, endCauseOfRefusal } from "@agentcall/contract";
import type { SessionReport } from "@agentcall/realtime";

type ProviderRefusal = Extract<SessionReport, { kind: "failed" }>["reason"];

/** What a provider's refusal means for the call. */
export function endCauseOf(refusal: ProviderRefusal): EndCause {
  return endCauseOfRefusal[refusal];
}

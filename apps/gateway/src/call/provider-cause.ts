import type { EndCause } from "@agentcall/contract";
import type { SessionReport } from "@agentcall/realtime";

type ProviderRefusal = Extract<SessionReport, { kind: "failed" }>["reason"];

/** What a provider's refusal means for the call. */
export function endCauseOf(refusal: ProviderRefusal): EndCause {
  return causes[refusal];
}

const causes: Readonly<Record<ProviderRefusal, EndCause>> = {
  malformed_key: "key_invalid",
  invalid_api_key: "key_invalid",
  insufficient_quota: "key_no_quota",
  rate_limited: "key_rate_limited",
  model_not_found: "key_model_not_found",
  permission_denied: "key_permission_denied",
  region_blocked: "key_region_blocked",
  provider_unreachable: "provider_unreachable",
  tls_error: "provider_tls_error",
  provider_error: "provider_error",
  timeout: "provider_timeout",
  session_expired: "session_expired",
  session_lost: "session_lost",
};

/** Why a session did not come about, or ended before its time. */
export type ProviderRefusal =
  | "malformed_key"
  | "invalid_api_key"
  | "model_not_found"
  | "insufficient_quota"
  | "rate_limited"
  | "permission_denied"
  | "region_blocked"
  | "provider_unreachable"
  /** Its certificate could not be verified, or no common version of TLS was found. */
  | "tls_error"
  | "provider_error"
  | "timeout"
  | "session_expired"
  | "session_lost";

/** The provider's error object, as REST bodies, `error` events and failed responses have it. */
export type ProviderFault = {
  readonly type: string | null;
  readonly code: string | null;
  /** The provider's own sentence. It may quote a part of the key: never logged or passed on. */
  readonly message: string;
};

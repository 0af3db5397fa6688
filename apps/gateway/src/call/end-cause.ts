import type { CallRecord, Direction, EndCause, EndedBy } from "@agentcall/contract";

const notEndedBySystem: Readonly<Partial<Record<EndCause, EndedBy>>> = {
  caller_hung_up: "caller",
  caller_cancelled: "caller",
  callee_hung_up: "callee",
  callee_declined: "callee",
  agent_hung_up: "agent",
  api_hung_up: "api",
};

/** Who hung up on a call of ours is not its caller, but the called party. */
export function causeTold(direction: Direction, cause: EndCause): EndCause {
  return direction === "outbound" && cause === "caller_hung_up" ? "callee_hung_up" : cause;
}

/** Who ended a call that ended for this cause. */
export function endedByOf(cause: EndCause): EndedBy {
  return notEndedBySystem[cause] ?? "system";
}

/** The status of the call record: an answered call is completed, whatever ended it afterwards. */
export function recordStatusOf(
  cause: EndCause,
  answered: boolean,
  sipStatus: number,
): CallRecord["status"] {
  if (answered) return cause === "ack_timeout" ? "failed" : "completed";
  if (cause === "callee_no_answer") return "no_answer";
  if (sipStatus === 480 || sipStatus === 487) return "no_answer";
  return sipStatus === 486 || sipStatus === 600 ? "busy" : "failed";
}

const statusesOfRefusal: Readonly<Partial<Record<EndCause, number>>> = {
  number_unknown: 404,
  number_without_agent: 480,
  trial_exhausted: 480,
  budget_exhausted: 480,
  managed_key_missing: 480,
  caller_not_allowed: 403,
  no_common_codec: 488,
  malformed_sdp: 488,
  srtp_required: 488,
  srtp_off: 488,
  no_common_suite: 488,
  caller_cancelled: 487,
  api_hung_up: 603,
  gateway_fault: 500,
};

/** The SIP status of a call that is refused for this cause; 503 where it is the house's own trouble. */
export function refusalStatusOf(cause: EndCause): number {
  return statusesOfRefusal[cause] ?? 503;
}

const reasonPhrases: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  423: "Interval Too Brief",
  480: "Temporarily Unavailable",
  486: "Busy Here",
  487: "Request Terminated",
  488: "Not Acceptable Here",
  500: "Server Internal Error",
  503: "Service Unavailable",
  603: "Decline",
};

/** The reason phrase of a SIP status (RFC 3261 section 21). */
export function reasonPhraseOf(sipStatus: number): string {
  return reasonPhrases[sipStatus] ?? "Refused";
}

/** The cause value of ITU-T Q.850 that tells the same. */
export function q850CauseOf(cause: EndCause): number {
  return q850Causes[cause];
}

const normalClearing = 16;
const temporaryFailure = 41;
const networkOutOfOrder = 38;
const timerExpired = 102;
const serviceNotAvailable = 63;

const q850Causes: Readonly<Record<EndCause, number>> = {
  caller_hung_up: normalClearing,
  agent_hung_up: normalClearing,
  api_hung_up: normalClearing,
  max_duration: normalClearing,
  transferred: normalClearing,
  forwarded: normalClearing,
  far_end_hung_up: normalClearing,
  callee_hung_up: normalClearing,
  callee_busy: 17, // user busy
  callee_no_answer: 19, // no answer from user: he was alerted
  callee_declined: 21, // call rejected
  callee_unknown: 1, // unallocated number
  carrier_refused: 21,
  carrier_unreachable: networkOutOfOrder,
  caller_cancelled: normalClearing,
  number_unknown: 1, // unallocated number
  number_without_agent: 20, // subscriber absent
  caller_not_allowed: 21, // call rejected
  no_common_codec: 88, // incompatible destination
  malformed_sdp: 100, // invalid information element contents
  srtp_required: 88, // incompatible destination
  srtp_off: 88,
  no_common_suite: 88,
  all_calls_taken: 34, // no circuit available
  trunk_calls_taken: 34,
  number_calls_taken: 17, // user busy
  trial_exhausted: 21, // call rejected
  budget_exhausted: 21,
  managed_key_missing: 20, // subscriber absent
  control_plane_unreachable: networkOutOfOrder,
  storage_full: temporaryFailure,
  vault_sealed: serviceNotAvailable,
  key_unreadable: serviceNotAvailable,
  answer_deadline: timerExpired,
  ack_timeout: timerExpired,
  media_timeout: temporaryFailure,
  signalling_lost: timerExpired,
  session_lost: temporaryFailure,
  session_expired: temporaryFailure,
  model_mute: temporaryFailure,
  provider_unreachable: networkOutOfOrder,
  provider_tls_error: networkOutOfOrder,
  provider_error: serviceNotAvailable,
  provider_timeout: timerExpired,
  key_invalid: serviceNotAvailable,
  key_no_quota: serviceNotAvailable,
  key_rate_limited: serviceNotAvailable,
  key_model_not_found: serviceNotAvailable,
  key_permission_denied: serviceNotAvailable,
  key_region_blocked: serviceNotAvailable,
  gateway_draining: temporaryFailure,
  gateway_fault: temporaryFailure,
  gateway_lost: temporaryFailure,
};

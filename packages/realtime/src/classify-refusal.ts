import { AppError } from "@agentcall/base";
import type { ProviderFault, ProviderRefusal } from "./provider-refusal.ts";
import { readJson, readRecord, readText } from "./json.ts";
import type { UpgradeRefusal } from "./realtime-transport.ts";

/** What is known of a refusal. The provider has four ways of telling one. */
export type RefusalEvidence =
  /** The upgrade was answered with an HTTP status: proxies, regional hosts, Azure. */
  | ({ readonly kind: "upgrade" } & UpgradeRefusal)
  /** An `error` event, or the error of a failed response. */
  | { readonly kind: "fault"; readonly fault: ProviderFault }
  /** The socket closed. A refused key looks like this: 101, `error`, close 3000. */
  | {
      readonly kind: "close";
      readonly code: number;
      readonly reason: string;
      readonly lastFault: ProviderFault | null;
      readonly wasReady: boolean;
    }
  /** No connection, or one that broke. */
  | { readonly kind: "broken"; readonly error: Error; readonly wasReady: boolean };

export type ClassifiedRefusal = {
  readonly reason: ProviderRefusal;
  /** For the operator's log. Holds statuses and codes, never the provider's own sentences. */
  readonly message: string;
};

/** The reason behind a refusal, in whichever of its shapes it came. */
export function classifyRefusal(evidence: RefusalEvidence): ClassifiedRefusal {
  switch (evidence.kind) {
    case "upgrade":
      return classifyUpgrade(evidence);
    case "fault":
      return {
        reason: reasonOfFault(evidence.fault) ?? "provider_error",
        message: `The provider told the error ${nameOf(evidence.fault)}.`,
      };
    case "close":
      return classifyClose(evidence);
    case "broken":
      return classifyBreak(evidence.error, evidence.wasReady);
  }
}

/**
 * The reason that a fault alone tells for certain, or null where its code means nothing for the
 * session: an `error` event by itself ends nothing.
 */
export function reasonOfFault(fault: ProviderFault): ProviderRefusal | null {
  const byCode = fault.code === null ? undefined : reasonsByCode.get(fault.code);
  if (byCode !== undefined) return byCode;
  const byType = fault.type === null ? undefined : reasonsByCode.get(fault.type);
  if (byType !== undefined) return byType;
  // Two refusals of the live service carry no code of their own.
  if (/token expired/i.test(fault.message)) return "invalid_api_key";
  if (/insufficient permissions|missing scopes/i.test(fault.message)) return "permission_denied";
  if (/maximum duration of \d+ minutes/i.test(fault.message)) return "session_expired";
  return null;
}

/** The code for an `AppError` of a transport whose key cannot stand in an HTTP header at all. */
export const malformedKeyCode = "malformed_key";
/** The code for an `AppError` of a transport that got no answer to its upgrade in time. */
export const handshakeTimeoutCode = "handshake_timeout";
/** The code for an `AppError` of a transport whose peer broke WebSocket's rules or our limits. */
export const protocolBrokenCode = "protocol_broken";

const reasonsByCode: ReadonlyMap<string, ProviderRefusal> = new Map<string, ProviderRefusal>([
  ["invalid_api_key", "invalid_api_key"],
  ["missing_api_key", "invalid_api_key"],
  ["invalid_authentication", "invalid_api_key"],
  ["authentication_error", "invalid_api_key"],
  ["token_expired", "invalid_api_key"],
  ["model_not_found", "model_not_found"],
  ["invalid_model", "model_not_found"],
  ["missing_model", "model_not_found"],
  ["DeploymentNotFound", "model_not_found"], // Azure: the model is a deployment
  ["insufficient_quota", "insufficient_quota"],
  ["credit_balance_exhausted", "insufficient_quota"],
  ["billing_hard_limit_reached", "insufficient_quota"],
  ["organization_spend_limit_exceeded", "insufficient_quota"],
  ["account_deactivated", "insufficient_quota"],
  ["rate_limit_exceeded", "rate_limited"],
  ["inference_rate_limit_exceeded", "rate_limited"], // Azure
  ["insufficient_permissions", "permission_denied"],
  ["permission_denied", "permission_denied"],
  ["permission_error", "permission_denied"],
  ["unsupported_country_region_territory", "region_blocked"],
  ["session_expired", "session_expired"],
  ["beta_api_shape_disabled", "provider_error"],
]);

function classifyUpgrade(refusal: UpgradeRefusal): ClassifiedRefusal {
  const fault = faultOfBody(refusal.body);
  const message = `The provider refused the upgrade with HTTP ${String(refusal.httpStatus)} (${
    fault === null ? "no error in the body" : nameOf(fault)
  }).`;
  const reason = fault === null ? null : reasonOfFault(fault);
  return { reason: reason ?? reasonOfStatus(refusal.httpStatus), message };
}

function reasonOfStatus(httpStatus: number): ProviderRefusal {
  switch (httpStatus) {
    case 401:
      return "invalid_api_key";
    case 402:
      return "insufficient_quota";
    case 403:
      return "permission_denied";
    case 408:
    case 504:
      return "timeout";
    case 429:
      return "rate_limited";
    case 451:
      return "region_blocked";
    default:
      // A 404 without the code of a missing model is a wrong address; 5xx is the provider's own.
      return "provider_error";
  }
}

function classifyClose(close: Extract<RefusalEvidence, { kind: "close" }>): ClassifiedRefusal {
  const named = faultOfCloseReason(close.reason);
  const message = `The provider closed the connection with ${String(close.code)} (${nameOf(
    named ?? close.lastFault,
  )}).`;
  const reason =
    (named === null ? null : reasonOfFault(named)) ??
    reasonsByCloseCode.get(close.code) ??
    // What it said before is the reason only while the session was being set up.
    (close.wasReady || close.lastFault === null ? null : reasonOfFault(close.lastFault));
  return { reason: reason ?? (close.wasReady ? "session_lost" : "provider_error"), message };
}

const reasonsByCloseCode: ReadonlyMap<number, ProviderRefusal> = new Map([
  [3000, "invalid_api_key"],
  [4004, "model_not_found"],
] as const);

function classifyBreak(error: Error, wasReady: boolean): ClassifiedRefusal {
  if (error instanceof AppError && error.code === malformedKeyCode) {
    return { reason: "malformed_key", message: "The key cannot be sent: it is not a key." };
  }
  if (error instanceof AppError && error.code === protocolBrokenCode) {
    return { reason: "provider_error", message: "The provider broke the rules of the connection." };
  }
  if (wasReady) return { reason: "session_lost", message: "The connection broke." };
  if (error instanceof AppError && error.code === handshakeTimeoutCode) {
    return { reason: "timeout", message: "The provider did not answer the upgrade in time." };
  }
  if (isTlsError(error)) {
    return { reason: "tls_error", message: "No TLS connection to the provider came about." };
  }
  return { reason: "provider_unreachable", message: "No connection to the provider came about." };
}

/** Node tells what TLS refuses by codes of OpenSSL's certificate checks, and by those of its own. */
function isTlsError(error: Error): boolean {
  return chainOf(error).some(
    (each) => "code" in each && typeof each.code === "string" && tlsCodes.test(each.code),
  );
}

const tlsCodes =
  /^(ERR_SSL|ERR_TLS|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/;
const causesMax = 4; // an error that names itself as its cause would be followed for ever

/** An error and what caused it, the outermost first. */
function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < causesMax; next = next.cause) {
    chain.push(next);
  }
  return chain;
}

/** The close reason is `<error.type>.<error.code>`, for an expired session a sentence. */
function faultOfCloseReason(reason: string): ProviderFault | null {
  if (reason === "") return null;
  const parts = /^([A-Za-z_]+)\.([A-Za-z_]+)$/.exec(reason);
  if (parts === null) return { type: null, code: null, message: reason };
  return { type: parts[1] ?? null, code: parts[2] ?? null, message: "" };
}

/** `{"error":{…}}` as the provider writes it; a bare `{"code":…}` as some proxies do. */
function faultOfBody(body: string): ProviderFault | null {
  const record = readRecord(readJson(body));
  if (record === null) return null;
  const error = readRecord(record["error"]) ?? record;
  const code = readText(error["code"]);
  const type = readText(error["type"]);
  const message = readText(error["message"]) ?? "";
  return code === null && type === null && message === "" ? null : { type, code, message };
}

/** A code is text from outside: only what looks like a code goes into a message. */
function nameOf(fault: ProviderFault | null): string {
  const name = fault?.code ?? fault?.type ?? null;
  return name !== null && /^[A-Za-z_.]{1,64}$/.test(name) ? name : "no code";
}

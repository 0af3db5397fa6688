import { maskedKey, type PracticeDay } from "./practice-key.ts";

/** The error object that REST bodies, `error` events and failed responses share. */
export type ProviderError = {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
};

/** How a connection to `/v1/realtime` is refused. */
export type RealtimeRefusal =
  | {
      readonly shape: "upgrade-refused";
      readonly httpStatus: number;
      readonly retryAfterSecs: number | null;
      readonly error: ProviderError;
    }
  | {
      readonly shape: "closed-after-error";
      readonly closeCode: number;
      readonly error: ProviderError;
    };

/** Said in a header of every HTTP answer, in every response's metadata and in the log. */
export const practiceNotice = "practice provider: does not understand speech";

export const practiceHeader = "x-practice-provider";

const quotaText =
  "You exceeded your current quota, please check your plan and billing details. (practice)";
const rateText = "Rate limit reached for requests. Please try again in 1s. (practice)";

/** The real service's answer to a key it does not know. */
export function invalidKey(key: string): ProviderError {
  return {
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: `Incorrect API key provided: ${maskedKey(key)}. This is a practice provider: use a practice key.`,
    param: null,
  };
}

export const missingKey: ProviderError = {
  type: "invalid_request_error",
  code: "missing_api_key",
  message: "You didn't provide an API key. This is a practice provider: use a practice key.",
  param: null,
};

export const insufficientQuota: ProviderError = {
  type: "insufficient_quota",
  code: "insufficient_quota",
  message: quotaText,
  param: null,
};

export const rateLimited: ProviderError = {
  type: "requests",
  code: "rate_limit_exceeded",
  message: rateText,
  param: null,
};

export const rateLimitRetrySecs = 1;

/** No access to this model, in the words of both REST and Realtime. */
export function modelNotFound(model: string): ProviderError {
  return {
    type: "invalid_request_error",
    code: "model_not_found",
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    param: null,
  };
}

/**
 * Whether this key's day, or the request itself, keeps a Realtime session from opening
 * (reference: the shapes seen of the real service). Null: the session opens; `noquota` then
 * fails its responses.
 */
export function realtimeRefusal(
  key: string | null,
  day: PracticeDay | null,
  model: string | null,
  betaHeader: boolean,
): RealtimeRefusal | null {
  if (key === null) return refuseUpgrade(401, missingKey);
  if (day === null) return refuseUpgrade(401, invalidKey(key));
  if (day.kind === "ratelimited") return refuseUpgrade(429, rateLimited, rateLimitRetrySecs);
  if (day.kind === "invalid") return closeAfter(3000, invalidKey(key));
  if (betaHeader) return closeAfter(4000, requestError("beta_api_shape_disabled", betaText));
  if (model === null || model === "")
    return closeAfter(4000, requestError("missing_model", "You must provide a model parameter."));
  if (!model.includes("realtime"))
    return closeAfter(
      4000,
      requestError("invalid_model", `Model "${model}" is not supported in realtime mode.`),
    );
  return day.kind === "nomodel" ? closeAfter(4004, modelNotFound(model)) : null;
}

const betaText =
  "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.";

function requestError(code: string, message: string): ProviderError {
  return { type: "invalid_request_error", code, message, param: null };
}

function refuseUpgrade(
  httpStatus: number,
  error: ProviderError,
  retryAfterSecs: number | null = null,
): RealtimeRefusal {
  return { shape: "upgrade-refused", httpStatus, retryAfterSecs, error };
}

function closeAfter(closeCode: number, error: ProviderError): RealtimeRefusal {
  return { shape: "closed-after-error", closeCode, error };
}

import { errorBodySchema, errorCatalogue, type ErrorEntry } from "@agentcall/contract";
import { z } from "zod";

const detailsOf: Readonly<Record<string, object>> = {
  validation_failed: { details: { fields: { number: "must be a phone number in E.164 form" } } },
  rate_limited: { details: { retryAfterSecs: 12 } },
  byok_key_invalid: { reason: "insufficient_quota" },
  byok_test_failed: { reason: "provider_unreachable" },
  recording_not_found: { reason: "not_ready" },
  license_invalid: { reason: "signature" },
  destination_not_allowed: { reason: "country_not_allowed" },
  usage_exhausted: { reason: "budget_exhausted" },
  call_limit_reached: { reason: "number_calls", details: { retryAfterSecs: 30 } },
};

/** Every status with its codes, each with an example: `components.responses` of the document. */
export function errorResponses(): Record<string, unknown> {
  return Object.fromEntries(
    statuses().map((status) => {
      const codes = codesOf(status);
      return [
        `Error${String(status)}`,
        {
          description: codes.map((code) => `\`${code}\``).join(", "),
          ...(status === 429
            ? {
                headers: {
                  "Retry-After": { schema: { type: "integer" }, description: "Seconds." },
                },
              }
            : {}),
          content: {
            "application/json": {
              schema: bodySchemaOf(codes),
              examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
            },
          },
        },
      ];
    }),
  );
}

/** Which statuses an operation may answer with beside success. */
export function errorStatusesOf(operation: {
  readonly isPublic: boolean;
  readonly hasInput: boolean;
  readonly changes: boolean;
  readonly namesOne: boolean;
}): readonly number[] {
  const { isPublic, hasInput, changes, namesOne } = operation;
  return statuses().filter((status) => {
    switch (status) {
      case 401:
        return !isPublic;
      case 405:
        return false; // of what is no operation of REST
      case 404:
        return namesOne || hasInput || changes;
      case 409:
      case 413:
        return changes;
      case 416:
        return namesOne && !changes;
      case 422:
        return hasInput || changes;
      case 502:
      case 504:
        return changes;
      default:
        return true;
    }
  });
}

function statuses(): readonly number[] {
  const all = Object.values(entries).flatMap(({ httpStatus, httpStatusByReason = {} }) => [
    httpStatus,
    ...Object.values(httpStatusByReason),
  ]);
  return [...new Set(all)].sort((one, other) => one - other);
}

function codesOf(status: number): readonly string[] {
  return Object.entries(entries)
    .filter(
      ([, { httpStatus, httpStatusByReason = {} }]) =>
        httpStatus === status || Object.values(httpStatusByReason).includes(status),
    )
    .map(([code]) => code);
}

const entries: Readonly<Record<string, ErrorEntry>> = errorCatalogue;

/** The body of every error, whose code is one of these. */
function bodySchemaOf(codes: readonly string[]): unknown {
  return z.toJSONSchema(
    errorBodySchema.extend({
      error: errorBodySchema.shape.error.extend({ code: z.enum(codes) }),
    }),
  );
}

function exampleOf(code: string): { readonly summary: string; readonly value: unknown } {
  const { message = "", remedy = "" } = entries[code] ?? {};
  return { summary: remedy, value: { error: { code, message, ...detailsOf[code] } } };
}

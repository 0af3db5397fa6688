import { AppError, InvariantError, type Log } from "@agentcall/base";
import {
  type ErrorBody,
  type ErrorCode,
  errorCatalogue,
  type ErrorEntry,
} from "@agentcall/contract";
import type { FastifyError, FastifyInstance } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

type Answer = { readonly httpStatus: number; readonly body: ErrorBody };

/** Every error leaves as the contract's body; what is our fault is logged, and told without its inside. */
export function addErrorAnswers(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const { httpStatus, body } = answerOf(error);
    if (httpStatus >= 500) {
      log.error(
        { err: error, route: request.routeOptions.url, requestId: request.id },
        "request failed",
      );
    }
    const retryAfterSecs = body.error.details?.["retryAfterSecs"];
    if (typeof retryAfterSecs === "number") void reply.header("retry-after", retryAfterSecs);
    return reply.code(httpStatus).send(body);
  });
  app.setNotFoundHandler((_, reply) => {
    const { httpStatus, body } = answer("not_found", "There is no such path in this API.");
    return reply.code(httpStatus).send(body);
  });
}

export function answerOf(error: unknown): Answer {
  if (error instanceof AppError) return answerOfAppError(error as AppError);
  if (hasZodFastifySchemaValidationErrors(error)) {
    return answer("validation_failed", errorCatalogue.validation_failed.message, {
      details: { fields: Object.fromEntries(error.validation.map(fieldProblem)) },
    });
  }
  if (error instanceof Error && !(error instanceof InvariantError)) {
    const status = (error as Partial<FastifyError>).statusCode ?? 500;
    if (status === 413) return answer("payload_too_large");
    if (status >= 400 && status < 500) return answer("malformed_request");
  }
  return answer("internal_error");
}

function answerOfAppError(error: AppError): Answer {
  const { code } = error;
  // What has no code of the API is our own fault, and its message is for the log.
  if (!isErrorCode(code) || code === "internal_error") return answer("internal_error");
  return answer(code, error.message, {
    ...(error.reason === null ? {} : { reason: error.reason }),
    ...(error.details === null ? {} : { details: error.details }),
  });
}

function answer(
  code: ErrorCode,
  message: string = errorCatalogue[code].message,
  more: Omit<ErrorBody["error"], "code" | "message"> = {},
): Answer {
  const entry: ErrorEntry = errorCatalogue[code];
  return {
    httpStatus: entry.httpStatusByReason?.[more.reason ?? ""] ?? entry.httpStatus,
    body: { error: { code, message, ...more } },
  };
}

/** `/firstMessage` and `/tools/0/name` are told as `firstMessage` and `tools.0.name`. */
function fieldProblem(problem: { instancePath: string; message?: string }): [string, string] {
  const field = problem.instancePath.replace(/^\//, "").replaceAll("/", ".");
  return [field === "" ? "body" : field, problem.message ?? "is not valid"];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

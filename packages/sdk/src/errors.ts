import type { ErrorCode } from "./generated/api-types.ts";

/** The appliance's refusal. `code` is one of docs/errors.md; the message is for people. */
export class AgentCallError extends Error {
  override readonly name = "AgentCallError";
  readonly status: number;
  /** `unknown` where what answered was no appliance, such as a proxy in between. */
  readonly code: ErrorCode | "unknown";
  readonly reason: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, body: unknown) {
    const { code, message, reason, details } = errorOf(body);
    super(message ?? `The answer was ${String(status)}, and not of an appliance.`);
    this.status = status;
    this.code = code ?? "unknown";
    this.reason = reason ?? null;
    this.details = details ?? {};
  }
}

/** No answer came: the appliance was not reached, or not in time. `cause` says why. */
export class AgentCallConnectionError extends Error {
  override readonly name = "AgentCallConnectionError";

  constructor(cause: unknown) {
    super("The appliance gave no answer.", { cause });
  }
}

type ErrorFields = {
  readonly code?: ErrorCode;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** The border: a body with a code is the appliance's, whose document says what the rest is. */
function errorOf(body: unknown): ErrorFields {
  if (typeof body !== "object" || body === null || !("error" in body)) return {};
  const { error } = body;
  const isOurs = typeof error === "object" && error !== null && "code" in error;
  return isOurs ? (error as ErrorFields) : {};
}

import { errorBodySchema } from "@agentcall/contract";
import type { z } from "zod";

/** What the appliance (or the way to it) said no with. `status` is 0 where nothing answered at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly reason: string | null;
  /** Field names and what is wrong with each, of `validation_failed`. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, error: z.infer<typeof errorBodySchema>["error"]) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.reason = error.reason ?? null;
    this.fields = fieldsOf(error.details?.["fields"]);
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The answer of the appliance's API, parsed by its schema. Throws `ApiError`. `path` begins with a slash. */
export async function ask<Schema extends z.ZodType>(
  method: Method,
  path: string,
  schema: Schema,
  options: Pick<SendOptions, "body" | "signal" | "alsoAnswers"> = {},
): Promise<z.infer<Schema>> {
  const answer = await send(method, path, options);
  return schema.parse(await answer.json());
}

/** The same for answers without a body. */
export async function tell(method: Method, path: string, body?: unknown): Promise<void> {
  await send(method, path, { body });
}

type SendOptions = {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses beside 2xx that come with an answer and not with an error. */
  readonly alsoAnswers?: readonly number[];
};

/** The raw answer, for what streams. Throws `ApiError` for every status but 2xx and `alsoAnswers`. */
export async function send(
  method: Method,
  path: string,
  { body, signal, headers = {}, alsoAnswers = [] }: SendOptions = {},
): Promise<Response> {
  const answer = await fetch(apiUrl(path), {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw unreachable();
  });
  if (answer.ok || alsoAnswers.includes(answer.status)) return answer;
  const told = errorBodySchema.safeParse(await answer.json().catch(() => null));
  throw told.success ? new ApiError(answer.status, told.data.error) : unreachable();
}

/** Where a part of the API lies for this page, as the source of an audio element too. */
function apiUrl(path: string): string {
  return new URL(`api${path}`, document.baseURI).href;
}

function unreachable(): ApiError {
  return new ApiError(0, { code: "unreachable", message: "The appliance does not answer." });
}

function fieldsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

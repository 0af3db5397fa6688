import type { Environment } from "./environment.ts";
import { AgentCallConnectionError, AgentCallError } from "./errors.ts";
import { type Failure, retryDelayMs } from "./retry.ts";

/** What a single call may say beside its arguments. */
export type CallOptions = {
  readonly signal?: AbortSignal;
  /** Of a POST; made by the client where none is given. */
  readonly idempotencyKey?: string;
  /** Of each attempt. */
  readonly timeoutMs?: number;
};

/** What is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** `file` answers a `Response` whose body has not been read. */
  readonly as: "json" | "nothing" | "file";
  /** Statuses above 299 that answer in the operation's own form. */
  readonly alsoStatuses?: readonly number[];
};

export type Target = {
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
  readonly retriesMax: number;
  readonly environment: Environment;
};

/** Sends requests to one appliance, again where that is due. */
export class Transport {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Rejects with `AgentCallError`, `AgentCallConnectionError`, or the signal's reason. */
  async send<Answer>(request: Request, options: CallOptions = {}): Promise<Answer> {
    const { retriesMax, environment } = this.#target;
    const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey();
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt(request, { ...options, idempotencyKey });
      if (outcome.kind === "done") return outcome.answer as Answer; // the generated methods know what their operation answers
      const delayMs =
        attempt < retriesMax ? retryDelayMs(outcome.failure, attempt, environment.random()) : null;
      if (delayMs === null) throw outcome.error;
      await environment.wait(delayMs, options.signal);
    }
  }

  /** Opens the event stream. Rejects as `send` does; it is not tried again here. */
  async open(lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    const response = await this.#target.environment
      .fetch(this.#urlOf({ path: "/v1/events" }), {
        headers: {
          ...this.#authorization(),
          accept: "text/event-stream",
          ...(lastEventId === null ? {} : { "last-event-id": lastEventId }),
        },
        signal,
      })
      .catch((error: unknown) => {
        throw new AgentCallConnectionError(error);
      });
    if (!response.ok) throw new AgentCallError(response.status, await jsonOf(response));
    return response;
  }

  async #attempt(
    request: Request,
    options: CallOptions & { readonly idempotencyKey: string },
  ): Promise<Outcome> {
    const { environment, timeoutMs } = this.#target;
    const timeout = AbortSignal.timeout(options.timeoutMs ?? timeoutMs);
    const { signal } = options;
    try {
      const response = await environment.fetch(this.#urlOf(request), {
        method: request.method,
        headers: this.#headersOf(request, options.idempotencyKey),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      if (response.ok || (request.alsoStatuses ?? []).includes(response.status)) {
        return { kind: "done", answer: await answerOf(response, request.as) };
      }
      return await refusalOf(response);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      // Another appliance, or somebody in between: asking again would change nothing.
      if (isNamed(error, "PinMismatchError")) throw new AgentCallConnectionError(error);
      const failure = { kind: "no-answer" } as const;
      return { kind: "failed", failure, error: new AgentCallConnectionError(error) };
    }
  }

  #urlOf({ path, query = {} }: Pick<Request, "path" | "query">): string {
    const url = new URL(`${this.#target.baseUrl.replace(/\/$/, "")}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  #headersOf({ method, body }: Request, idempotencyKey: string): Record<string, string> {
    return {
      ...this.#authorization(),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "POST" ? { "idempotency-key": idempotencyKey } : {}),
    };
  }

  #authorization(): Record<string, string> {
    const { apiKey } = this.#target;
    return apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  }
}

type Outcome =
  | { readonly kind: "done"; readonly answer: unknown }
  | { readonly kind: "failed"; readonly failure: Failure; readonly error: Error };

async function answerOf(response: Response, as: Request["as"]): Promise<unknown> {
  if (as === "file") return response;
  if (as === "nothing") {
    await response.body?.cancel();
    return undefined;
  }
  return response.json();
}

async function refusalOf(response: Response): Promise<Outcome> {
  const error = new AgentCallError(response.status, await jsonOf(response));
  const { status, code } = error;
  const retryAfter = response.headers.get("retry-after");
  return { kind: "failed", failure: { kind: "answer", status, code, retryAfter }, error };
}

/** By its name: the class belongs to the entry for Node, which this one must not need. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

async function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => null);
}

const keyBytes = 16; // as many as a UUID: `crypto.randomUUID` is missing on pages without HTTPS

function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes));
  return `sdk-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

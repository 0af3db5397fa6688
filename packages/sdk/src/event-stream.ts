import type { Environment } from "./environment.ts";
import { AgentCallError } from "./errors.ts";
import type { EventsStreamMessage } from "./generated/api-types.ts";
import { readServerSentEvents } from "./server-sent-events.ts";
import type { Transport } from "./transport.ts";

export type EventStreamOptions = {
  /** Goes on after this message; without it the stream begins now. */
  readonly lastEventId?: string;
  /** Ends the stream: the loop over it ends without an error. */
  readonly signal?: AbortSignal;
};

const silenceMsMax = 15_000; // the appliance gives a sign of life every 5 s
const reconnectMsMin = 500;
const reconnectMsMax = 10_000;

/**
 * What happens on the appliance, from one connection to the next without a gap: after each loss it
 * resumes behind the last message that was read. Ends when the signal says so, and rejects with the
 * `AgentCallError` of a refusal that no waiting mends.
 */
export async function* streamEvents(
  transport: Transport,
  environment: Environment,
  options: EventStreamOptions,
): AsyncGenerator<EventsStreamMessage, void, undefined> {
  const { signal } = options;
  let lastEventId = options.lastEventId ?? null;
  for (let failures = 0; signal?.aborted !== true; failures += 1) {
    try {
      for await (const message of connection(transport, environment, lastEventId, signal)) {
        failures = 0;
        lastEventId = message.id;
        yield message;
      }
    } catch (error) {
      if (isFinal(error)) throw error;
    }
    await pause(environment, failures, signal);
  }
}

async function* connection(
  transport: Transport,
  environment: Environment,
  lastEventId: string | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventsStreamMessage, void, undefined> {
  const end = new AbortController();
  const stop = (): void => {
    end.abort();
  };
  if (signal?.aborted === true) return;
  signal?.addEventListener("abort", stop);
  const alive = new Liveness(environment, stop);
  try {
    const response = await transport.open(lastEventId, end.signal);
    if (response.body === null) return;
    for await (const data of readServerSentEvents(response.body, () => {
      alive.sign();
    })) {
      yield JSON.parse(data) as EventsStreamMessage; // the border: the document says what a message is
    }
  } finally {
    alive.close();
    signal?.removeEventListener("abort", stop);
    end.abort();
  }
}

/** Calls `onSilence` once no byte has come for too long. */
class Liveness {
  readonly #environment: Environment;
  readonly #onSilence: () => void;
  #timer = new AbortController();

  constructor(environment: Environment, onSilence: () => void) {
    this.#environment = environment;
    this.#onSilence = onSilence;
    this.#begin();
  }

  sign(): void {
    this.#timer.abort();
    this.#timer = new AbortController();
    this.#begin();
  }

  close(): void {
    this.#timer.abort();
  }

  #begin(): void {
    this.#environment.wait(silenceMsMax, this.#timer.signal).then(this.#onSilence, ignore);
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof AgentCallError && error.status < 500 && error.status !== 429;
}

async function pause(
  environment: Environment,
  failures: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const delayMs = Math.min(reconnectMsMax, reconnectMsMin * 2 ** failures);
  await environment.wait(delayMs * (0.5 + environment.random() / 2), signal).catch(ignore);
}

function ignore(): void {
  // The one who aborted knows.
}

import { type Environment, systemEnvironment } from "./environment.ts";
import { type EventStreamOptions, streamEvents } from "./event-stream.ts";
import type { EventsStreamMessage } from "./generated/api-types.ts";
import { Resources } from "./generated/resources.ts";
import { Transport } from "./transport.ts";

export type AgentCallOptions = {
  /** Such as `https://agentcall.example.com:8443`. */
  readonly baseUrl: string;
  /** `ac_live_…`; null for what needs no key. */
  readonly apiKey: string | null;
  /** Another `fetch`, such as the pinned one of `agentcall-appliance/node`. */
  readonly fetch?: typeof fetch;
  /** Of each attempt; a minute where nothing is said, since a key test takes half of one. */
  readonly timeoutMs?: number;
  /** How often a request is tried again after 429, 5xx or no answer; 3 where nothing is said. */
  readonly retriesMax?: number;
  /** Time and chance, for tests. */
  readonly environment?: Partial<Environment>;
};

const timeoutMsUsual = 60_000;
const retriesUsual = 3;

/** One appliance's API: `client.numbers.byok.save(id, { apiKey })`. */
export class AgentCall extends Resources {
  /** What happens now, resumed after every loss of the connection. */
  readonly events: {
    stream(options?: EventStreamOptions): AsyncGenerator<EventsStreamMessage, void, undefined>;
  };

  constructor(options: AgentCallOptions) {
    const environment: Environment = {
      ...systemEnvironment,
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      ...options.environment,
    };
    const transport = new Transport({
      baseUrl: options.baseUrl,
      apiKey: options.apiKey,
      timeoutMs: options.timeoutMs ?? timeoutMsUsual,
      retriesMax: options.retriesMax ?? retriesUsual,
      environment,
    });
    super(transport);
    this.events = { stream: (wanted = {}) => streamEvents(transport, environment, wanted) };
  }
}

import { AppError, type Clock, type Log, type Secret } from "@agentcall/base";
import { type InboundConfig, inboundConfigSchema } from "@agentcall/contract";
import type { ProviderRefusal } from "@agentcall/realtime";
import type { ProviderSettings } from "../control/call-plan.ts";
import { testKey } from "./key-test.ts";
import { parseOpenaiKey } from "./openai-key.ts";

/** These say something of the network or the provider, and nothing of the key. */
const notTheKeysFault: ReadonlySet<ProviderRefusal> = new Set([
  "provider_unreachable",
  "tls_error",
  "provider_error",
  "timeout",
  "session_lost",
  "session_expired",
]);

const sentences: Readonly<Partial<Record<ProviderRefusal, string>>> = {
  malformed_key: "This is not a key of an OpenAI project.",
  invalid_api_key: "OpenAI does not know this key.",
  insufficient_quota: "The account of this key has no credit left.",
  rate_limited: "The account of this key has reached its rate limit.",
  permission_denied: "The key lacks the permission for Realtime sessions.",
  region_blocked: "OpenAI does not serve this region with this key.",
};

const noAgent = inboundConfigSchema.parse({ mode: "ai", systemPrompt: "-" }); // its voice and language are the defaults

/** Reads what was pasted as a key and asks the provider what it is worth. */
export class KeyTester {
  readonly #provider: ProviderSettings;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(provider: ProviderSettings, clock: Clock, log: Log) {
    this.#provider = provider;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * The key, and the model it was tested with: that of the agent, else the appliance's. Throws
   * `byok_key_invalid` and `byok_test_failed`.
   */
  async test(
    pasted: string,
    inbound: InboundConfig | null,
  ): Promise<{ readonly key: Secret; readonly model: string }> {
    const key = parseOpenaiKey(pasted);
    if (key === null) throw refusalOf("malformed_key", "");
    const { realtimeUrl, model: usualModel } = this.#provider;
    const model = inbound?.model ?? usualModel;
    const verdict = await testKey(
      { realtimeUrl, apiKey: key, model, agent: inbound ?? noAgent },
      { clock: this.#clock, log: this.#log },
    );
    if (verdict.kind === "refused") throw refusalOf(verdict.reason, model);
    return { key, model };
  }
}

function refusalOf(reason: ProviderRefusal, model: string): AppError {
  if (!notTheKeysFault.has(reason)) {
    const sentence =
      reason === "model_not_found"
        ? `Key cannot access ${model} in this project.`
        : (sentences[reason] ?? "OpenAI refused this key.");
    return new AppError("byok_key_invalid", sentence, { reason });
  }
  return new AppError(
    "byok_test_failed",
    "The key could not be tested; this says nothing about the key.",
    { reason: toldOf(reason) },
  );
}

/** The contract knows three of these: a session that broke off is the provider's error. */
function toldOf(reason: ProviderRefusal): string {
  if (reason === "timeout") return reason;
  const isUnreachable = reason === "provider_unreachable" || reason === "tls_error";
  return isUnreachable ? "provider_unreachable" : "provider_error";
}

/** What a refused key means, and whose job the repair is. Reasons are those of the API. */
export type KeyRefusal = {
  /** At which step of the test it came to light. */
  readonly step: "format" | "reach" | "accepted" | "model" | "session";
  readonly sentence: string;
  readonly remedy: string;
};

const refusals: Readonly<Record<string, KeyRefusal>> = {
  malformed_key: {
    step: "format",
    sentence: "This is not the form of an OpenAI project key.",
    remedy: "A project key begins with sk-proj-. Copy it again, whole, from platform.openai.com.",
  },
  invalid_api_key: {
    step: "accepted",
    sentence: "OpenAI does not know this key.",
    remedy: "It was revoked or mistyped. Make a new one under OpenAI › Project › API keys.",
  },
  permission_denied: {
    step: "accepted",
    sentence: "This key may not open Realtime sessions.",
    remedy: "Give the key the permission for Realtime (or All) under OpenAI › Project › API keys.",
  },
  region_blocked: {
    step: "accepted",
    sentence: "OpenAI does not serve this key from this region.",
    remedy: "Use a project of the region that this appliance connects to.",
  },
  model_not_found: {
    step: "model",
    sentence: "The project of this key may not use the model.",
    remedy: "Allow the model under OpenAI › Project › Limits, then test again.",
  },
  insufficient_quota: {
    step: "session",
    sentence: "The account of this key has no credit left.",
    remedy: "Add credit or raise the budget under OpenAI › Billing, then test again.",
  },
  rate_limited: {
    step: "session",
    sentence: "The account of this key is at its rate limit now.",
    remedy: "Wait a minute and test again; if it stays, ask OpenAI for a higher tier.",
  },
  provider_unreachable: {
    step: "reach",
    sentence: "OpenAI could not be reached from this appliance.",
    remedy: "This says nothing about the key. Check the appliance's way to the internet.",
  },
  provider_error: {
    step: "session",
    sentence: "OpenAI answered with an error of its own.",
    remedy: "This says nothing about the key. Try again in a few minutes.",
  },
  timeout: {
    step: "session",
    sentence: "OpenAI did not open a session within ten seconds.",
    remedy: "This says nothing about the key. Try again in a few minutes.",
  },
};

const unknownRefusal: KeyRefusal = {
  step: "reach",
  sentence: "The key could not be tested.",
  remedy: "Try again.",
};

export function keyRefusalOf(reason: string | null): KeyRefusal {
  return refusals[reason ?? ""] ?? unknownRefusal;
}

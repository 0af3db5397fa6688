import { type Clock, type Log, Secret } from "@agentcall/base";
import { classifyRefusal, type ProviderRefusal } from "@agentcall/realtime";
import { z } from "zod";

export type ClientSecretRequest = {
  /** Such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly model: string;
};

/** What became of a wish for a client secret. */
export type Minted =
  | { readonly kind: "minted"; readonly secret: Secret }
  | { readonly kind: "refused"; readonly reason: ProviderRefusal };

const lifeSecs = 60; // a session is opened within the answer deadline, and lives on after it
const mintMsMax = 2_500; // a gateway waits 3 s for its plan
const bodyCharsMax = 65_536; // a session's settings come back with it: a few thousand
const answerSchema = z.object({ value: z.string().regex(/^ek_[A-Za-z0-9_-]{8,300}$/) });

/**
 * Mints a Realtime client secret (`ek_…`): a key for one session's opening, which the number's own
 * key pays for. The provider's refusals are told as those of a session are.
 */
export async function mintClientSecret(
  request: ClientSecretRequest,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Minted> {
  const abort = new AbortController();
  const timer = clock.after(mintMsMax, () => {
    abort.abort();
  });
  try {
    const response = await ask(request, abort.signal);
    const body = (await response.text()).slice(0, bodyCharsMax);
    return response.ok ? readAnswer(body) : refusalOf(response.status, body, log);
  } catch (error) {
    const reason = abort.signal.aborted ? "timeout" : "provider_unreachable";
    log.warn({ reason, err: error }, "no client secret could be minted");
    return { kind: "refused", reason };
  } finally {
    timer.cancel();
  }
}

function ask(
  { baseUrl, apiKey, model }: ClientSecretRequest,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(`${baseUrl.replace(/\/$/, "")}/realtime/client_secrets`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey.reveal()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      expires_after: { anchor: "created_at", seconds: lifeSecs },
      session: { type: "realtime", model },
    }),
    redirect: "error", // the key goes to no other place than the one it was meant for
    signal,
  });
}

function readAnswer(body: string): Minted {
  const answer = answerSchema.safeParse(parseJson(body));
  return answer.success
    ? { kind: "minted", secret: new Secret(answer.data.value) }
    : { kind: "refused", reason: "provider_error" };
}

function refusalOf(httpStatus: number, body: string, log: Log): Minted {
  const { reason, message } = classifyRefusal({
    kind: "upgrade",
    httpStatus,
    body,
    retryAfterSecs: null,
  });
  log.warn({ reason, told: message }, "the provider refused a client secret");
  return { kind: "refused", reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused by the schema
  }
}

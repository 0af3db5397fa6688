import { type Clock, type Log, newId, type Random, type Secret } from "@agentcall/base";
import type { InboundConfig, NumberId, ToolOutcome } from "@agentcall/contract";
import type { CallStore, StoredCall } from "../calls/call-store.ts";
import { timeText } from "../calls/call-view.ts";
import type { ToolAsked } from "../control/control-server.ts";
import type { NumberStore } from "../numbers/number-store.ts";
import { agentOf } from "../outbound/call-agents.ts";
import type { OutgoingHttp, OutgoingOutcome } from "../outside/outgoing-http.ts";
import type { SqlReader } from "../sqlite/database.ts";
import { actionWebhookPurpose, type Vault } from "../vault/vault.ts";
import { signatureHeaders } from "../webhooks/webhook-signature.ts";

type ToolWebhookOptions = {
  readonly db: SqlReader;
  readonly calls: CallStore;
  readonly numbers: NumberStore;
  readonly vault: Vault;
  readonly http: Pick<OutgoingHttp, "send">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** What is needed to ask a customer's server. */
type Target = {
  readonly call: StoredCall;
  readonly numberId: NumberId;
  readonly url: string;
  readonly secret: Secret;
};

const answerMsMax = 8_000; // the contract's: a caller waits on the line
const outputBytesMax = 16_000; // the model reads no better in more

/** Has the tools that are the customers' own carried out by their servers, in signed requests. */
export class ToolWebhook {
  readonly #options: ToolWebhookOptions;

  constructor(options: ToolWebhookOptions) {
    this.#options = options;
  }

  /** Never rejects: what fails is an outcome, in a sentence for the model. */
  async call(asked: ToolAsked): Promise<ToolOutcome> {
    const { log } = this.#options;
    const { callId } = asked;
    try {
      const target = await this.#targetOf(asked);
      if (target === null) return failed("This tool is not available.");
      const outcome = await this.#send(target, asked);
      log.info({ callId, outcome: outcome.kind }, "a tool was called");
      return outcomeOf(outcome);
    } catch (error) {
      log.error({ callId, err: error }, "a tool could not be called");
      return failed("The tool could not be reached.");
    }
  }

  /** Null where the call is over, or its number has no such tool any more. */
  async #targetOf({ callId, name }: ToolAsked): Promise<Target | null> {
    const { db, calls, numbers, vault } = this.#options;
    const call = await calls.byId(callId);
    if (call.numberId === null || call.record !== null) return null;
    const { inbound } = await numbers.byId(call.numberId);
    const placed = await agentOf(db, call.id);
    const url = hasTool(placed ?? inbound, name) ? (inbound?.actionWebhook?.url ?? null) : null;
    const secret = url === null ? null : await vault.open(actionWebhookPurpose, call.numberId);
    if (url === null || secret === null) return null;
    return { call, numberId: call.numberId, url, secret };
  }

  #send(target: Target, { name, toolCallId, argumentsJson }: ToolAsked): Promise<OutgoingOutcome> {
    const { clock, random, http } = this.#options;
    const { call, numberId, url, secret } = target;
    const nowMs = clock.nowMs();
    const { id: callId, from, to } = call;
    const body = JSON.stringify({
      event: "tool.call",
      timestamp: timeText(nowMs),
      data: { callId, numberId, from, to, toolCallId, name, arguments: jsonOrText(argumentsJson) },
    });
    const messageId = newId("evt", random);
    return http.send({
      method: "POST",
      url,
      headers: {
        "content-type": "application/json",
        ...signatureHeaders({ messageId, nowMs, attempt: 1, body, secrets: [secret] }),
      },
      body,
      timeoutMs: answerMsMax,
      bodyBytesMax: outputBytesMax,
    });
  }
}

function hasTool(agent: Pick<InboundConfig, "tools"> | null, name: string): boolean {
  return agent?.tools.some((tool) => tool.type === "function" && tool.name === name) === true;
}

function outcomeOf(outcome: OutgoingOutcome): ToolOutcome {
  switch (outcome.kind) {
    case "answered":
      return outcome.status >= 200 && outcome.status < 300
        ? { kind: "answered", output: outcome.body.toString("utf8") || "{}" }
        : failed(`The tool answered with the HTTP status ${String(outcome.status)}.`);
    case "refused":
      return failed("The tool's address is not allowed.");
    case "failed":
      return failed(
        outcome.reason === "timeout"
          ? "The tool did not answer within 8 seconds."
          : "The tool could not be reached.",
      );
  }
}

/** What the model wrote is mostly JSON. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function failed(message: string): ToolOutcome {
  return { kind: "failed", message };
}

import type { Clock, Log } from "@agentcall/base";
import {
  type CallContextView,
  contextBlockCharsMax,
  contextSourceSchema,
  type GatewayFrame,
  type InboundConfig,
} from "@agentcall/contract";
import { z } from "zod";
import { timeText } from "../calls/call-view.ts";
import { contextBlockOf } from "../memory/caller-brief.ts";
import type { CallerMemory } from "../memory/caller-memory.ts";
import type { RegisteredNumber } from "../numbers/number-store.ts";
import type { OutgoingHttp } from "../outside/outgoing-http.ts";
import type { Database } from "../sqlite/database.ts";
import { contextWebhookPurpose, type Vault } from "../vault/vault.ts";
import { signatureHeaders } from "../webhooks/webhook-signature.ts";

export type CallerContextOptions = {
  readonly db: Database;
  readonly vault: Vault;
  readonly memory: CallerMemory;
  readonly http: OutgoingHttp;
  readonly clock: Clock;
  readonly log: Log;
};

type Offer = Extract<GatewayFrame, { kind: "call.offer" }>;
type Agent = Pick<RegisteredNumber, "id"> & { readonly inbound: InboundConfig };

const answerSchema = z.object({ contextBlock: z.string() });

/**
 * What the agent is told of its caller before it speaks: from the memory, from the customer's
 * webhook, or both. Whatever fails leaves the call with what there is: it never fails the call.
 */
export class CallerContext {
  readonly #options: CallerContextOptions;

  constructor(options: CallerContextOptions) {
    this.#options = options;
  }

  /** The words for the prompt, kept with the call. Empty where there are none. Never rejects. */
  async forCall(offer: Offer, agent: Agent): Promise<string> {
    const { log } = this.#options;
    const { contextSource: source } = agent.inbound;
    if (source === "none") return "";
    try {
      const context = await this.#gather(offer, agent);
      await this.#keep(offer, context);
      return context.block;
    } catch (error) {
      log.error(
        { callId: offer.callId, err: error },
        "a call goes on without its caller's context",
      );
      return "";
    }
  }

  /** What was told in a call; null where its agent asks nobody. */
  async of(callId: string): Promise<CallContextView | null> {
    const row = await this.#options.db.get("SELECT * FROM call_context WHERE call_id = ?", callId);
    if (row === null) return null;
    return {
      source: contextSourceSchema.parse(row["source"]),
      block: String(row["block"]),
      webhook: String(row["webhook"]),
    };
  }

  async #gather(offer: Offer, agent: Agent): Promise<CallContextView> {
    const { memory } = this.#options;
    const { contextSource: source, contextWebhook } = agent.inbound;
    const remembered =
      source === "webhook" ? "" : contextBlockOf(await memory.briefFor(offer.from));
    if (source === "agentcall_memory" || contextWebhook === null) {
      return { source, block: remembered, webhook: "not_asked" };
    }
    const told = await this.#askWebhook(offer, agent, contextWebhook, remembered);
    const blocks = [remembered, told.block].filter((block) => block !== "");
    return { source, block: blocks.join("\n\n").slice(0, contextBlockCharsMax), webhook: told.how };
  }

  async #askWebhook(
    { callId, from, to, startedAtMs }: Offer,
    { id, inbound }: Agent,
    { url, timeoutMs }: NonNullable<InboundConfig["contextWebhook"]>,
    contextBlock: string,
  ): Promise<{ readonly block: string; readonly how: string }> {
    const { vault, http, clock } = this.#options;
    const secret = await vault.open(contextWebhookPurpose, id);
    if (secret === null) return { block: "", how: "secret_does_not_open" };
    const body = JSON.stringify({
      call: { callId, from, to, numberId: id, startedAt: timeText(startedAtMs) },
      ...(contextBlock === "" ? {} : { memory: { contextBlock } }),
    });
    const signing = { messageId: callId, nowMs: clock.nowMs(), attempt: 1, body } as const;
    const answer = await http.send({
      method: "POST",
      url,
      headers: {
        "content-type": "application/json",
        ...signatureHeaders({ ...signing, secrets: [secret] }),
      },
      body,
      // Half of the deadline is left for the session and the greeting.
      timeoutMs: Math.min(timeoutMs, inbound.answerDeadlineMs / 2),
    });
    if (answer.kind !== "answered") return { block: "", how: answer.reason };
    if (answer.status !== 200) return { block: "", how: `http_${String(answer.status)}` };
    const told = answerSchema.safeParse(parseJson(answer.body.toString("utf8")));
    return told.success
      ? { block: told.data.contextBlock.slice(0, contextBlockCharsMax), how: "ok" }
      : { block: "", how: "answer_not_of_contract" };
  }

  async #keep({ callId }: Offer, { source, block, webhook }: CallContextView): Promise<void> {
    const { db, clock } = this.#options;
    await db.tx((writer) =>
      writer.run(
        `INSERT INTO call_context (call_id, source, block, webhook, at_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (call_id) DO NOTHING`,
        callId,
        source,
        block,
        webhook,
        clock.nowMs(),
      ),
    );
  }
}

/** The prompt with what is known of the caller behind it. */
export function withContext(systemPrompt: string, block: string): string {
  return block === "" ? systemPrompt : `${systemPrompt}\n\n${block}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused by the schema
  }
}

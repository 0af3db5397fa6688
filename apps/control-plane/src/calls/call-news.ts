import type { Log } from "@agentcall/base";
import { type CallEvent, type CallId, endCauseText, type FallbackStep } from "@agentcall/contract";
import type { EventStream } from "../events/event-stream.ts";
import type { LiveTranscript } from "../events/live-transcript.ts";
import type { SqlWriter } from "../sqlite/database.ts";
import { openaiKeyPurpose, type Vault } from "../vault/vault.ts";
import type { WebhookOutbox } from "../webhooks/webhook-outbox.ts";

export type CallNewsOptions = {
  readonly outbox: WebhookOutbox;
  readonly stream: EventStream;
  readonly liveTranscript: LiveTranscript;
  readonly vault: Vault;
  readonly log: Log;
};

/** What is told of a call: to those who listen now, and to the webhooks that asked. */
type News = {
  readonly event:
    "call.inbound" | "call.ringing" | "call.status" | "transcript.partial" | "byok.key.failing";
  readonly data: Readonly<Record<string, unknown>>;
};

/** Makes news of the events of calls: webhooks in the event's transaction, listeners once it is on disk. */
export class CallNews {
  readonly #options: CallNewsOptions;

  constructor(options: CallNewsOptions) {
    this.#options = options;
  }

  /** A `CallFollower`. */
  readonly follow = async (writer: SqlWriter, event: CallEvent): Promise<void> => {
    const { outbox, stream, liveTranscript } = this.#options;
    const news = await this.#newsOf(writer, event);
    if (news === null) return;
    const { callId, eventId } = event;
    await outbox.publish(writer, { ...news, callId, dedupeId: eventId });
    writer.afterCommit(() => {
      if (event.kind === "call.turn") liveTranscript.final(callId, event.turn, event.sequence);
      else stream.publish(news.event, news.data);
      if (event.kind === "call.ended") liveTranscript.ended(callId);
    });
  };

  async #newsOf(writer: SqlWriter, event: CallEvent): Promise<News | null> {
    const { log } = this.#options;
    const { callId } = event;
    switch (event.kind) {
      case "call.started": {
        const { numberId, from, to, direction } = event;
        const data = { callId, numberId, from, to, direction };
        return direction === "inbound"
          ? { event: "call.inbound", data }
          : { event: "call.status", data: { ...data, status: "initiated" } };
      }
      case "call.ringing":
        return { event: "call.ringing", data: { callId } };
      case "call.answered":
        return { event: "call.status", data: { callId, status: "in-progress" } };
      case "call.turn": {
        const { itemId, speaker: role, text, interrupted } = event.turn;
        const { sequence } = event;
        const data = { callId, itemId, role, text, interrupted, final: true, sequence };
        return { event: "transcript.partial", data };
      }
      case "call.tool":
        return null; // told by the transcript
      case "call.usage":
        return null; // told by /v1/usage
      case "call.fallback":
        return this.#keyNews(writer, callId, event.step);
      case "call.ended": {
        const { status, endedBy, endCause, durationMs } = event.record;
        log.info({ callId, status, endedBy, endCause, durationMs }, "call ended");
        return { event: "call.status", data: { callId, status, endedBy, endCause, durationMs } };
      }
    }
  }

  /** A step that speaks of a number's own key is told by the key's fingerprint. */
  async #keyNews(
    writer: SqlWriter,
    callId: CallId,
    { what, why }: FallbackStep,
  ): Promise<News | null> {
    const { vault, log } = this.#options;
    log.warn({ callId, what, why }, "a call climbed its failure ladder");
    const call = await writer.get("SELECT number_id, voice_mode FROM call WHERE id = ?", callId);
    const numberId = call?.["number_id"];
    if (typeof numberId !== "string" || call?.["voice_mode"] !== "byok") return null;
    const fingerprint = await vault.fingerprintOf(openaiKeyPurpose, numberId);
    if (fingerprint === null) return null;
    const message = endCauseText[why];
    return {
      event: "byok.key.failing",
      data: { callId, numberId, fingerprint, cause: why, message, step: what },
    };
  }
}

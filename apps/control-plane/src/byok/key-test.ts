import type { Clock, Log, Secret } from "@agentcall/base";
import type { InboundConfig } from "@agentcall/contract";
import { type ProviderRefusal, RealtimeSession, WsTransport } from "@agentcall/realtime";

/** What a test of a key has shown. */
export type KeyVerdict =
  { readonly kind: "good" } | { readonly kind: "refused"; readonly reason: ProviderRefusal };

export type KeyTest = {
  readonly realtimeUrl: string;
  readonly apiKey: Secret;
  readonly model: string;
  readonly agent: Pick<InboundConfig, "voice" | "language">;
};

const testMsMax = 10_000; // the contract's limit
const transcriptionModel = "gpt-transcribe";
const greeting = "Hello."; // the least that can be said: a key without credit shows only when it is to pay

/**
 * Opens a real session with the key and lets the model begin to speak: some refusals come at the
 * upgrade, some as an error, and that of an empty account only with the first response.
 */
export function testKey(
  { realtimeUrl, apiKey, model, agent }: KeyTest,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<KeyVerdict> {
  const url = new URL(realtimeUrl);
  url.searchParams.set("model", model);
  return new Promise((resolve) => {
    const settle = (verdict: KeyVerdict): void => {
      timer.cancel();
      resolve(verdict);
      session.close();
    };
    const timer = clock.after(testMsMax, () => {
      settle({ kind: "refused", reason: "timeout" });
    });
    const session = new RealtimeSession({
      transport: (handlers) =>
        new WsTransport({ url: url.href, apiKey, handshakeTimeoutMs: testMsMax, log }, handlers),
      config: {
        model,
        instructions: "",
        voice: agent.voice,
        language: agent.language,
        codec: "pcmu",
        firstMessage: greeting,
        greets: true,
        tools: [],
        transcriptionModel,
        turnDetection: {
          kind: "server-vad",
          threshold: 0.5,
          prefixPaddingMs: 300,
          silenceDurationMs: 500,
        },
      },
      clock,
      log,
      onReport: (report) => {
        if (report.kind === "failed") settle({ kind: "refused", reason: report.reason });
        else if (report.kind === "closed") settle({ kind: "refused", reason: "provider_error" });
      },
      onAudio: () => {
        settle({ kind: "good" });
      },
    });
    session.open();
  });
}

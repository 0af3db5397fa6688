import type { Secret } from "@agentcall/base";
import {
  type CallView,
  callViewSchema,
  type LiveMessage,
  liveMessageSchema,
} from "@agentcall/contract";

/** What the phone asks of the appliance's API: what is said, and what became of the call. */
export class ApplianceClient {
  readonly #http: string;
  readonly #adminKey: Secret;
  readonly #ended = new AbortController();

  constructor(http: string, adminKey: Secret) {
    this.#http = http;
    this.#adminKey = adminKey;
  }

  /** Null where there is no such call, or no such appliance. */
  async call(callId: string): Promise<CallView | null> {
    try {
      const response = await fetch(`${this.#http}/v1/calls/${callId}`, {
        headers: this.#headers(),
      });
      return response.ok ? callViewSchema.parse(await response.json()) : null;
    } catch {
      return null;
    }
  }

  /** Calls back with every live event until `close()`. Resolves once the stream is open. */
  async listen(onMessage: (message: LiveMessage) => void): Promise<void> {
    const response = await fetch(`${this.#http}/v1/events`, {
      headers: this.#headers(),
      signal: this.#ended.signal,
    });
    if (!response.ok || response.body === null) return;
    void this.#read(response.body, onMessage);
  }

  close(): void {
    this.#ended.abort();
  }

  async #read(
    body: ReadableStream<Uint8Array>,
    onMessage: (message: LiveMessage) => void,
  ): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const bytes of body) {
        text += decoder.decode(bytes, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data !== undefined) onMessage(liveMessageSchema.parse(JSON.parse(data)));
        }
      }
    } catch {
      // Ended by `close()`, or by the appliance.
    }
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#adminKey.reveal()}` };
  }
}

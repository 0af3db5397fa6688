import type { Clock } from "@agentcall/base";
import type { LiveMessage } from "@agentcall/contract";

/** Prints turns as they are finished, and knows when the call has ended. */
export class LiveTranscript {
  readonly #say: (line: string) => void;
  callId: string | null = null;
  readonly #ended = Promise.withResolvers<undefined>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  show({ event, data }: LiveMessage): void {
    if (this.callId !== null && data["callId"] !== this.callId) return;
    if (event === "transcript.partial" && data["final"] === true) {
      const who = data["role"] === "ai" ? "agent " : "caller";
      this.#say(`  ${who}  ${String(data["text"])}${data["interrupted"] === true ? " —" : ""}`);
    }
    if (event === "call.status" && data["status"] !== "in-progress") this.#ended.resolve(undefined);
  }

  /** Resolves when the call's record is there, or after `withinMs`. */
  async untilEnded(clock: Clock, withinMs: number): Promise<void> {
    const late = Promise.withResolvers<undefined>();
    const timer = clock.after(withinMs, () => {
      late.resolve(undefined);
    });
    await Promise.race([this.#ended.promise, late.promise]);
    timer.cancel();
  }
}

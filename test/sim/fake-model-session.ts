import type { Random } from "@agentcall/base";
import type { ModelHandlers, ModelSession } from "../../apps/gateway/src/call/call-ports.ts";

/** What the seed decides for a model. */
type Chance = {
  readonly random: Random;
  chance(share: number): boolean;
  /** Runs `run` at some moment of the next `withinMs`. */
  soon(withinMs: number, run: () => void): void;
};

const deltaBytes = 2_000; // 250 ms of G.711, as the provider sends it
const speechByte = 0x40;
const silentByte = 0xff;

const refusals = [
  "invalid_api_key",
  "insufficient_quota",
  "rate_limited",
  "model_not_found",
  "provider_unreachable",
  "tls_error",
] as const;

const toolCalls = [
  ["hang_up", "{}"],
  ["send_dtmf", '{"digits":"12#"}'],
  ["transfer_call", '{"destination":"Sales"}'],
  ["find_order", '{"id":1}'],
  ["find_order", "no JSON"],
  ["fly", "{}"],
] as const;

/** A model that greets, answers, calls tools, is interrupted, fails and falls silent as chance has it. */
export class FakeModelSession implements ModelSession {
  readonly #world: Chance;
  readonly #greets: boolean;
  readonly #handlers: ModelHandlers;
  isOpen = false;
  isClosed = false;
  appendedBytes = 0;
  interruptions = 0;
  toolOutputs = 0;
  recalled = 0;
  #items = 0;

  constructor(world: Chance, greets: boolean, handlers: ModelHandlers) {
    this.#world = world;
    this.#greets = greets;
    this.#handlers = handlers;
  }

  open(): void {
    this.isOpen = true;
    if (this.#world.chance(0.03)) return; // the provider never says a word
    if (this.#world.chance(0.08)) {
      this.#later(800, () => {
        this.#fail(refusals[this.#world.random.below(refusals.length)] ?? "rate_limited");
      });
      return;
    }
    this.#later(800, () => {
      this.#handlers.onReport({ kind: "opened" });
      this.#later(400, () => {
        this.#handlers.onReport({ kind: "ready" });
        if (this.#greets && !this.#world.chance(0.05)) this.#answer(6);
      });
    });
    // What took the place of a lost session is likely to be lost as well: a provider's bad hour.
    if (this.#world.chance(this.#greets ? 0.15 : 0.5)) {
      this.#later(this.#greets ? 20_000 : 3_000, () => {
        this.#fail(this.#world.chance(0.8) ? "session_lost" : "session_expired");
      });
    }
  }

  appendAudio(_bytes: Uint8Array, _offset: number, length: number): void {
    this.appendedBytes += length;
  }

  interrupted(heard: readonly { itemId: string; heardMs: number; receivedMs: number }[]): void {
    this.interruptions += 1;
    for (const item of heard) {
      if (item.heardMs > item.receivedMs) throw new Error("more was heard than was said");
      if (!item.itemId.startsWith("item-")) throw new Error("the model never said this");
    }
  }

  sendUserText(): void {
    this.#answer(3);
  }

  sendToolOutput(): void {
    this.toolOutputs += 1;
    if (this.#world.chance(0.9)) this.#answer(4);
  }

  recall(_lines: readonly unknown[], speak: boolean): void {
    this.recalled += 1;
    if (speak && this.#world.chance(0.9)) this.#answer(4);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#handlers.onReport({ kind: "closed" });
  }

  /** One turn of the caller and what comes of it: an answer, a tool call, or nothing at all. */
  speak(): void {
    const itemId = this.#newItem();
    this.#handlers.onReport({ kind: "speech-started", audioStartMs: 0, itemId: null });
    this.#later(1_500, () => {
      this.#handlers.onReport({ kind: "speech-stopped" });
      this.#handlers.onReport({
        kind: "turn",
        itemId,
        previousItemId: null,
        speaker: "human",
        text: "A question",
      });
      if (this.#world.chance(0.05)) return;
      if (this.#world.chance(0.3)) this.#callTool();
      else this.#answer(10);
    });
  }

  #callTool(): void {
    const [name, argumentsJson] = toolCalls[this.#world.random.below(toolCalls.length)] ?? [
      "fly",
      "{}",
    ];
    const callId = `tool-${this.#newItem()}`;
    if (this.#world.chance(0.5)) this.#answer(4);
    this.#later(300, () => {
      this.#handlers.onReport({
        kind: "tool-call",
        itemId: `item of ${callId}`,
        previousItemId: null,
        callId,
        name,
        argumentsJson,
      });
      this.#later(100, () => {
        this.#responseDone(callId);
      });
    });
  }

  #answer(deltas: number): void {
    const itemId = this.#newItem();
    const responseId = `response-${itemId}`;
    const spoken = { itemId, previousItemId: null, speaker: "ai" } as const;
    const byte = this.#world.chance(0.05) ? silentByte : speechByte;
    this.#handlers.onReport({ kind: "response-started", responseId });
    for (let delta = 0; delta < deltas; delta += 1) {
      this.#later(40 * (delta + 1), () => {
        this.#handlers.onReport({
          kind: "transcript-partial",
          ...spoken,
          text: "An answer of ".repeat(delta + 1),
        });
        this.#handlers.onAudio(anAudioDelta(responseId, itemId, byte));
      });
    }
    this.#later(40 * deltas + 40, () => {
      this.#handlers.onReport({ kind: "item-audio-done", itemId });
      this.#handlers.onReport({ kind: "turn", ...spoken, text: "An answer of ".repeat(deltas) });
      this.#responseDone(responseId);
    });
  }

  #responseDone(responseId: string): void {
    this.#handlers.onReport({
      kind: "response-done",
      responseId,
      status: "completed",
      usage: null,
    });
  }

  #newItem(): string {
    this.#items += 1;
    return `item-${String(this.#items)}`;
  }

  #fail(reason: (typeof refusals)[number] | "session_lost" | "session_expired"): void {
    this.#handlers.onReport({ kind: "failed", reason, message: "as the seed has it" });
    this.#handlers.onReport({ kind: "closed" });
    this.isClosed = true;
  }

  /** Reports may cross our close on the wire: some of them come after it. */
  #later(withinMs: number, run: () => void): void {
    this.#world.soon(withinMs, () => {
      if (!this.isClosed || this.#world.chance(0.1)) run();
    });
  }
}

function anAudioDelta(
  responseId: string,
  itemId: string,
  byte: number,
): Parameters<ModelHandlers["onAudio"]>[0] {
  return {
    responseId,
    itemId,
    frame: new Uint8Array(),
    base64Offset: 0,
    base64Length: 0,
    bytes: deltaBytes,
    writeInto: (target: Uint8Array, offset: number) => {
      target.fill(byte, offset, offset + deltaBytes);
      return deltaBytes;
    },
  };
}

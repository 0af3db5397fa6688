import { type Clock, type Timer, unreachable } from "@agentcall/base";
import type { AudioCodec } from "../audio-format.ts";
import { practiceNotice, type ProviderError } from "../refusal.ts";
import type { AnswerStep } from "../scenario.ts";
import type { AnswerAudio, AudibleStep, AudioPiece } from "../voice/answer-audio.ts";
import type { StoredItem } from "./conversation.ts";

export type AnswerPlan = {
  readonly responseId: string;
  readonly steps: readonly AnswerStep[];
  readonly speaks: boolean;
  readonly voice: string;
  readonly codec: AudioCodec;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Out of band: its items are not added to the conversation. */
  readonly outOfBand: boolean;
  readonly createdAfterMs: number;
  readonly firstAudioAfterMs: number;
  readonly deltaEveryMs: number;
  /** What becomes of it: it is spoken, it fails, or nothing follows its beginning. */
  readonly fate:
    | { readonly kind: "spoken" }
    | { readonly kind: "mute" }
    | { readonly kind: "fails"; readonly error: ProviderError };
};

export type Frame = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What an answer needs of its session. */
export type AnswerHost = {
  emit(frame: Frame): void;
  emitAudio(responseId: string, itemId: string, outputIndex: number, base64: string): void;
  newItemId(): string;
  newCallId(): string;
  addItem(item: StoredItem): void;
  itemDone(item: StoredItem): void;
  usage(spokenMs: number, spokenText: string): Readonly<Record<string, unknown>>;
  ended(answer: Answer): void;
};

type CancelReason = "turn_detected" | "client_cancelled";

type Running = {
  readonly item: StoredItem;
  readonly step: AudibleStep;
  readonly pieces: readonly AudioPiece[];
  readonly outputIndex: number;
  next: number;
  said: string;
};

/** One response: its items, deltas and end, at the pace of its plan. It can be cancelled at any moment. */
export class Answer {
  readonly plan: AnswerPlan;
  readonly #clock: Clock;
  readonly #audio: AnswerAudio;
  readonly #host: AnswerHost;
  #timer: Timer;
  #created = false;
  #over = false;
  #stepIndex = 0;
  #running: Running | null = null;
  #spokenMs = 0;
  #spokenText = "";
  readonly #output: Readonly<Record<string, unknown>>[] = [];

  constructor(plan: AnswerPlan, clock: Clock, audio: AnswerAudio, host: AnswerHost) {
    this.plan = plan;
    this.#clock = clock;
    this.#audio = audio;
    this.#host = host;
    this.#timer = clock.after(plan.createdAfterMs, () => {
      this.#create();
    });
  }

  /** Stops here and says why; what was being said stays incomplete. */
  cancel(reason: CancelReason): void {
    if (this.#over) return;
    this.#timer.cancel();
    if (!this.#created) this.#announce();
    if (this.#running !== null) this.#endItem(this.#running, "incomplete");
    this.#end("cancelled", { type: "cancelled", reason });
  }

  /** Stops without a word: the connection is gone. */
  close(): void {
    this.#over = true;
    this.#timer.cancel();
  }

  #create(): void {
    this.#announce();
    const { fate } = this.plan;
    switch (fate.kind) {
      case "mute":
        return; // In progress for ever: the day's key wants it so.
      case "fails":
        this.#end("failed", { type: "failed", error: errorOf(fate.error) });
        return;
      case "spoken":
        this.#later(this.plan.firstAudioAfterMs, () => {
          this.#nextStep();
        });
        return;
      default:
        unreachable(fate);
    }
  }

  #announce(): void {
    this.#created = true;
    this.#host.emit({ type: "response.created", response: this.#wire("in_progress", null, null) });
  }

  #nextStep(): void {
    const step = this.plan.steps[this.#stepIndex];
    if (step === undefined) {
      this.#end("completed", null);
      return;
    }
    const outputIndex = this.#stepIndex;
    this.#stepIndex += 1;
    if (step.kind === "call") this.#callTool(step, outputIndex);
    else this.#beginMessage(step, outputIndex);
  }

  #callTool(step: Extract<AnswerStep, { kind: "call" }>, outputIndex: number): void {
    const callId = this.#host.newCallId();
    const id = this.#host.newItemId();
    const wire = (status: string, given: string): Readonly<Record<string, unknown>> => ({
      id,
      object: "realtime.item",
      type: "function_call",
      status,
      call_id: callId,
      name: step.name,
      arguments: given,
    });
    const item: StoredItem = { id, wire: wire("in_progress", ""), isAgentAudio: false, sentMs: 0 };
    const place = {
      response_id: this.plan.responseId,
      item_id: id,
      output_index: outputIndex,
      call_id: callId,
    };
    this.#beginItem(item, outputIndex);
    this.#host.emit({
      type: "response.function_call_arguments.delta",
      ...place,
      delta: step.argumentsJson,
    });
    this.#host.emit({
      type: "response.function_call_arguments.done",
      ...place,
      name: step.name,
      arguments: step.argumentsJson,
    });
    item.wire = wire("completed", step.argumentsJson);
    this.#finishItem(item, outputIndex);
    this.#nextStep();
  }

  #beginMessage(step: AudibleStep, outputIndex: number): void {
    const id = this.#host.newItemId();
    const item: StoredItem = {
      id,
      wire: message(id, "in_progress", []),
      isAgentAudio: this.plan.speaks,
      sentMs: 0,
    };
    const pieces = this.plan.speaks
      ? this.#audio.pieces(step, this.plan.voice, this.plan.codec)
      : [];
    const running: Running = { item, step, pieces, outputIndex, next: 0, said: "" };
    this.#running = running;
    this.#beginItem(item, outputIndex);
    this.#host.emit({
      type: "response.content_part.added",
      ...this.#place(running),
      part: this.#part(""),
    });
    this.#sayOn(running);
  }

  #sayOn(running: Running): void {
    const piece = running.pieces[running.next];
    if (piece === undefined) {
      if (!this.plan.speaks) this.#transcriptUpTo(running, running.step.text.length);
      this.#endItem(running, "completed");
      this.#nextStep();
      return;
    }
    running.next += 1;
    const share = running.next / running.pieces.length;
    this.#transcriptUpTo(running, Math.ceil(running.step.text.length * share));
    running.item.sentMs += piece.ms;
    this.#spokenMs += piece.ms;
    this.#host.emitAudio(this.plan.responseId, running.item.id, running.outputIndex, piece.base64);
    this.#later(this.plan.deltaEveryMs, () => {
      this.#sayOn(running);
    });
  }

  /** Sends the text up to the end of the word at this character. */
  #transcriptUpTo(running: Running, characters: number): void {
    const { text } = running.step;
    const space = text.indexOf(" ", characters);
    const delta = text.slice(running.said.length, space === -1 ? text.length : space);
    if (delta === "" || characters < running.said.length) return;
    running.said += delta;
    const type = this.plan.speaks
      ? "response.output_audio_transcript.delta"
      : "response.output_text.delta";
    this.#host.emit({ type, ...this.#place(running), delta });
  }

  #endItem(running: Running, status: "completed" | "incomplete"): void {
    const { item, outputIndex, said } = running;
    const place = this.#place(running);
    this.#running = null;
    this.#spokenText += said;
    if (this.plan.speaks) {
      this.#host.emit({ type: "response.output_audio.done", ...place });
      this.#host.emit({
        type: "response.output_audio_transcript.done",
        ...place,
        transcript: said,
      });
    } else {
      this.#host.emit({ type: "response.output_text.done", ...place, text: said });
    }
    this.#host.emit({ type: "response.content_part.done", ...place, part: this.#part(said) });
    const content = this.plan.speaks
      ? { type: "output_audio", transcript: said }
      : { type: "output_text", text: said };
    item.wire = message(item.id, status, [content]);
    this.#finishItem(item, outputIndex);
  }

  #beginItem(item: StoredItem, outputIndex: number): void {
    const { responseId } = this.plan;
    const added = { response_id: responseId, output_index: outputIndex, item: item.wire };
    this.#host.emit({ type: "response.output_item.added", ...added });
    if (!this.plan.outOfBand) this.#host.addItem(item);
  }

  #finishItem(item: StoredItem, outputIndex: number): void {
    const { responseId } = this.plan;
    this.#output.push(item.wire);
    if (!this.plan.outOfBand) this.#host.itemDone(item);
    const done = { response_id: responseId, output_index: outputIndex, item: item.wire };
    this.#host.emit({ type: "response.output_item.done", ...done });
  }

  #end(status: string, details: Readonly<Record<string, unknown>> | null): void {
    this.#over = true;
    const usage = this.#host.usage(this.#spokenMs, this.#spokenText);
    this.#host.emit({ type: "response.done", response: this.#wire(status, details, usage) });
    this.#host.ended(this);
  }

  #later(delayMs: number, run: () => void): void {
    this.#timer = this.#clock.after(delayMs, () => {
      if (!this.#over) run();
    });
  }

  #place(running: Running): Readonly<Record<string, unknown>> {
    const { item, outputIndex } = running;
    return {
      response_id: this.plan.responseId,
      item_id: item.id,
      output_index: outputIndex,
      content_index: 0,
    };
  }

  #part(said: string): Readonly<Record<string, unknown>> {
    return this.plan.speaks ? { type: "audio", transcript: said } : { type: "text", text: said };
  }

  #wire(
    status: string,
    details: Readonly<Record<string, unknown>> | null,
    usage: Readonly<Record<string, unknown>> | null,
  ): Readonly<Record<string, unknown>> {
    const { responseId, codec, voice, speaks, metadata, outOfBand } = this.plan;
    const format =
      codec === "pcm" ? { type: "audio/pcm", rate: 24_000 } : { type: `audio/${codec}` };
    return {
      object: "realtime.response",
      id: responseId,
      status,
      status_details: details,
      output: [...this.#output],
      ...(outOfBand ? {} : { conversation_id: "conv_practice" }),
      output_modalities: [speaks ? "audio" : "text"],
      max_output_tokens: "inf",
      audio: { output: { format, voice } },
      usage,
      metadata: { ...metadata, provider: practiceNotice },
    };
  }
}

function message(
  id: string,
  status: string,
  content: readonly unknown[],
): Readonly<Record<string, unknown>> {
  return { id, object: "realtime.item", type: "message", status, role: "assistant", content };
}

function errorOf(error: ProviderError): Readonly<Record<string, unknown>> {
  return { type: error.type, code: error.code, message: error.message };
}

import type { Clock } from "@agentcall/base";
import type { PracticeDay } from "../practice-key.ts";
import { insufficientQuota } from "../refusal.ts";
import type { AnswerStep, Scenario, ScenarioTurn } from "../scenario.ts";
import type { AnswerAudio } from "../voice/answer-audio.ts";
import { Answer, type AnswerHost, type AnswerPlan, type Frame } from "./answer.ts";
import type { EventRefusal, ResponseRequest } from "./client-event.ts";
import type { Conversation } from "./conversation.ts";
import { Script } from "./script.ts";
import type { SessionSettings } from "./session-settings.ts";
import type { TokenUsage } from "./token-usage.ts";

/** What the answers share with their session. */
type AnswersContext = {
  readonly day: PracticeDay;
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly answerAudio: AnswerAudio;
  readonly conversation: Conversation;
  readonly usage: TokenUsage;
  settings(): SessionSettings;
  newId(kind: string): string;
  emit(frame: Frame): void;
  sendLatin1(frame: Buffer): void;
};

const tokensPerMinute = 40_000; // shown in rate_limits.updated; nothing is limited by it

/** The responses of one session: what is said to which turn, one at a time in the conversation. */
export class SessionAnswers {
  readonly #context: AnswersContext;
  readonly #script: Script;
  readonly #running = new Set<Answer>();
  #current: Answer | null = null;
  #owed: ScenarioTurn | null = null;
  #callerHasSpoken = false;
  #agentHasSpoken = false;

  constructor(context: AnswersContext) {
    this.#context = context;
    this.#script = new Script(context.scenario);
  }

  /** True once any audio has been sent: the voice can then not change. */
  get agentHasSpoken(): boolean {
    return this.#agentHasSpoken;
  }

  /** The caller has finished a turn: what the scenario takes it to have been. An answer is owed to it. */
  callerTurn(): ScenarioTurn {
    this.#callerHasSpoken = true;
    this.#owed = this.#script.nextTurn();
    return this.#owed;
  }

  /** Server VAD wants an answer: now, or as soon as the present one ends. */
  answerTurn(): void {
    if (this.#current === null) this.#begin({});
  }

  /** The client asks for a response; what the real service has against it, or null. */
  request(request: ResponseRequest): EventRefusal | null {
    if (this.#current !== null && request.conversation !== "none")
      return activeResponse(this.#current.plan.responseId);
    this.#begin(request);
    return null;
  }

  /** Says these steps at once, whatever the scenario holds. */
  say(steps: readonly AnswerStep[]): void {
    this.#start(steps, {}, 0);
  }

  /** The caller speaks: what is being said stops, and what was owed is no longer. */
  interrupt(): void {
    this.#owed = null;
    this.#current?.cancel("turn_detected");
  }

  cancel(responseId: string | null): EventRefusal | null {
    const found = [...this.#running].find((answer) =>
      responseId === null ? answer === this.#current : answer.plan.responseId === responseId,
    );
    if (found === undefined) return notActive;
    found.cancel("client_cancelled");
    return null;
  }

  close(): void {
    for (const answer of this.#running) answer.close();
    this.#running.clear();
  }

  #begin(request: ResponseRequest): void {
    const turn = this.#turnFor(request);
    if (turn === null) this.#start(this.#script.greeting(request.instructions ?? ""), request, 0);
    else this.#start(turn.agent, request, turn.delayMs);
  }

  /** The turn this response answers; null where it only does what its instructions ask. */
  #turnFor(request: ResponseRequest): Pick<ScenarioTurn, "agent" | "delayMs"> | null {
    if (request.conversation === "none") return null;
    const owed = this.#owed;
    this.#owed = null;
    if (owed !== null) return owed;
    const last = this.#context.conversation.last?.wire;
    if (last?.["type"] === "function_call_output")
      return { agent: this.#script.afterTools(), delayMs: 0 };
    if (last?.["role"] === "user") return this.#script.nextTurn();
    if (!this.#callerHasSpoken || request.instructions !== undefined) return null;
    return this.#script.nextTurn();
  }

  #start(steps: readonly AnswerStep[], request: ResponseRequest, delayMs: number): void {
    const { clock, answerAudio, usage } = this.#context;
    if (request.instructions !== undefined) usage.read(request.instructions);
    const plan = this.#plan(steps, request, delayMs);
    const answer = new Answer(plan, clock, answerAudio, this.#host);
    this.#running.add(answer);
    if (!plan.outOfBand) this.#current = answer;
  }

  #plan(steps: readonly AnswerStep[], request: ResponseRequest, delayMs: number): AnswerPlan {
    const { day, scenario } = this.#context;
    const settings = this.#context.settings();
    const voice = request.audio?.output?.voice;
    const slowMs = day.kind === "slow" ? day.delayMs : 0;
    return {
      responseId: this.#context.newId("resp"),
      steps,
      speaks: request.output_modalities?.includes("audio") ?? settings.speaks,
      voice: typeof voice === "string" ? voice : (voice?.id ?? settings.voice),
      codec: settings.outputCodec,
      metadata: request.metadata ?? {},
      outOfBand: request.conversation === "none",
      createdAfterMs: scenario.createdAfterMs,
      firstAudioAfterMs: scenario.firstAudioAfterMs + delayMs + slowMs,
      deltaEveryMs: scenario.deltaEveryMs,
      fate: fateOf(day),
    };
  }

  readonly #host: AnswerHost = {
    emit: (frame) => {
      this.#context.emit(frame);
    },
    emitAudio: (responseId, itemId, outputIndex, base64) => {
      this.#agentHasSpoken = true;
      const eventId = this.#context.newId("event");
      // The real service's order of keys, with nothing after the audio.
      const head = `{"type":"response.output_audio.delta","event_id":"${eventId}","response_id":"${responseId}"`;
      const place = `,"item_id":"${itemId}","output_index":${String(outputIndex)},"content_index":0`;
      this.#context.sendLatin1(Buffer.from(`${head}${place},"delta":"${base64}"}`, "latin1"));
    },
    newItemId: () => this.#context.newId("item"),
    newCallId: () => this.#context.newId("call"),
    addItem: (item) => {
      const previous = this.#context.conversation.insert(item, null);
      const added = { previous_item_id: previous, item: item.wire };
      this.#context.emit({ type: "conversation.item.added", ...added });
    },
    itemDone: (item) => {
      const previous = this.#context.conversation.idBefore(item.id);
      const done = { previous_item_id: previous, item: item.wire };
      this.#context.emit({ type: "conversation.item.done", ...done });
    },
    usage: (spokenMs, spokenText) => this.#context.usage.ofResponse(spokenMs, spokenText),
    ended: (answer) => {
      this.#ended(answer);
    },
  };

  #ended(answer: Answer): void {
    this.#running.delete(answer);
    const left = { limit: tokensPerMinute, remaining: tokensPerMinute - 1000, reset_seconds: 1.5 };
    const rateLimits = [{ name: "tokens", ...left }];
    this.#context.emit({ type: "rate_limits.updated", rate_limits: rateLimits });
    if (this.#current !== answer) return;
    this.#current = null;
    const creates = this.#context.settings().turnDetection?.createResponse === true;
    if (this.#owed !== null && creates) this.#begin({});
  }
}

const notActive: EventRefusal = {
  code: "response_cancel_not_active",
  message: "Cancellation failed: no active response found",
  param: null,
};

function activeResponse(responseId: string): EventRefusal {
  const message = `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`;
  return { code: "conversation_already_has_active_response", message, param: null };
}

function fateOf(day: PracticeDay): AnswerPlan["fate"] {
  if (day.kind === "noquota") return { kind: "fails", error: insufficientQuota };
  return { kind: day.kind === "mute" ? "mute" : "spoken" };
}

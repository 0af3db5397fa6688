import { type Log, unreachable } from "@agentcall/base";
import {
  type AgentToolCall,
  type CallPlan,
  type ToolOutcome,
  toolNameCharsMax,
  toolTextCharsMax,
} from "@agentcall/contract";
import type { SessionReport } from "@agentcall/realtime";
import type { CallInput } from "./call-state.ts";
import type { ToolCall } from "../control/control-link.ts";
import type { Farewell } from "./farewell.ts";
import { readToolCall, type ToolRequest } from "./tool-request.ts";

type ToolRunnerOptions = {
  readonly plan: CallPlan;
  readonly farewell: Farewell;
  readonly callTool: (call: ToolCall) => Promise<ToolOutcome>;
  readonly sendDigits: (digits: string) => void;
  readonly sinceAnswerMs: () => number;
  /** Tells the transcript of a call: when it was asked for, and again when it is answered. */
  readonly tell: (toolCall: AgentToolCall) => void;
  /** Gives the model what came of its call. */
  readonly answer: (toolCallId: string, output: string) => void;
  readonly take: (input: CallInput) => void;
  readonly log: Log;
};

/** What the model asked for, and when, in milliseconds since the answer. */
type AgentsCall = Extract<SessionReport, { kind: "tool-call" }> & { readonly startedAtMs: number };

const done = JSON.stringify({ ok: true });

/** Carries out what the model asks for, and always answers it: the model waits for that. */
export class ToolRunner {
  readonly #options: ToolRunnerOptions;
  /** The model's call that handed the caller over, as long as it is not known what came of it. */
  #transfer: AgentsCall | null = null;

  constructor(options: ToolRunnerOptions) {
    this.#options = options;
  }

  run(asked: Extract<SessionReport, { kind: "tool-call" }>): void {
    const { plan, sinceAnswerMs, log } = this.#options;
    const call = { ...asked, startedAtMs: sinceAnswerMs() };
    const request = readToolCall(plan.tools, call);
    this.#tell(call, null);
    log.info({ tool: request.kind }, "the agent called a tool");
    this.#carryOut(call, request);
  }

  /** The caller could not be handed over: true when a call of the model was answered with it. */
  transferFailed(): boolean {
    const call = this.#transfer;
    this.#transfer = null;
    if (call === null) return false;
    this.#answer(call, failure("Nobody took the call. Tell the caller, and go on."));
    return true;
  }

  #carryOut(call: AgentsCall, request: ToolRequest): void {
    const { sendDigits, farewell, take } = this.#options;
    switch (request.kind) {
      case "hang-up":
        this.#leave(call, { kind: "agent-hung-up" });
        return;
      case "transfer":
        farewell.begin(
          () => {
            this.#transfer = call;
            take({ kind: "transfer-asked", to: request.to });
          },
          () => {
            this.#callOff(call);
          },
        );
        return;
      case "send-dtmf":
        sendDigits(request.digits);
        this.#answer(call, done);
        return;
      case "webhook":
        void this.#ask(call, request);
        return;
      case "refused":
        this.#answer(call, failure(request.message));
        return;
      default:
        unreachable(request);
    }
  }

  #leave(call: AgentsCall, input: CallInput): void {
    const { farewell, take } = this.#options;
    farewell.begin(
      () => {
        take(input);
      },
      () => {
        this.#callOff(call);
      },
    );
  }

  #callOff(call: AgentsCall): void {
    this.#answer(call, failure("The caller began to speak: the call goes on."));
  }

  #answer(call: AgentsCall, output: string): void {
    this.#tell(call, output);
    this.#options.answer(call.callId, output);
  }

  #tell(call: AgentsCall, output: string | null): void {
    const { itemId, previousItemId, name, startedAtMs } = call;
    this.#options.tell({
      itemId,
      previousItemId,
      name: name.slice(0, toolNameCharsMax),
      argumentsJson: call.argumentsJson.slice(0, toolTextCharsMax),
      output,
      startedAtMs,
    });
  }

  /** Never rejects: what fails is told to the model. */
  async #ask(
    call: AgentsCall,
    { name, argumentsJson }: Extract<ToolRequest, { kind: "webhook" }>,
  ): Promise<void> {
    const { callTool, log } = this.#options;
    try {
      const outcome = await callTool({ toolCallId: call.callId, name, argumentsJson });
      const output = outcome.kind === "answered" ? outcome.output : failure(outcome.message);
      this.#answer(call, output);
    } catch (error) {
      log.warn({ err: error }, "a tool of the customer's could not be called");
      this.#answer(call, failure("The tool could not be reached."));
    }
  }
}

function failure(message: string): string {
  return JSON.stringify({ error: message });
}

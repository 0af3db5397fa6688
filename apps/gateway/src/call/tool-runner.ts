import { type Log, unreachable } from "@agentcall/base";
import type { CallPlan, ToolOutcome } from "@agentcall/contract";
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
  /** Gives the model what came of its call; false when the session that asked is there no more. */
  readonly answer: (toolCallId: string, output: string) => void;
  readonly take: (input: CallInput) => void;
  readonly log: Log;
};

type AgentsCall = Extract<SessionReport, { kind: "tool-call" }>;

const done = JSON.stringify({ ok: true });

/** Carries out what the model asks for, and always answers it: the model waits for that. */
export class ToolRunner {
  readonly #options: ToolRunnerOptions;
  /** The model's call that handed the caller over, as long as it is not known what came of it. */
  #transferCallId: string | null = null;

  constructor(options: ToolRunnerOptions) {
    this.#options = options;
  }

  run(call: AgentsCall): void {
    const { plan, log } = this.#options;
    const request = readToolCall(plan.tools, call);
    log.info({ tool: request.kind }, "the agent called a tool");
    this.#carryOut(call, request);
  }

  /** The caller could not be handed over: true when a call of the model was answered with it. */
  transferFailed(): boolean {
    const callId = this.#transferCallId;
    this.#transferCallId = null;
    if (callId === null) return false;
    this.#options.answer(callId, failure("Nobody took the call. Tell the caller, and go on."));
    return true;
  }

  #carryOut(call: AgentsCall, request: ToolRequest): void {
    const { answer, sendDigits, farewell, take } = this.#options;
    switch (request.kind) {
      case "hang-up":
        this.#leave(call, { kind: "agent-hung-up" });
        return;
      case "transfer":
        farewell.begin(
          () => {
            this.#transferCallId = call.callId;
            take({ kind: "transfer-asked", to: request.to });
          },
          () => {
            this.#callOff(call);
          },
        );
        return;
      case "send-dtmf":
        sendDigits(request.digits);
        answer(call.callId, done);
        return;
      case "webhook":
        void this.#ask(call, request);
        return;
      case "refused":
        answer(call.callId, failure(request.message));
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
    this.#options.answer(call.callId, failure("The caller began to speak: the call goes on."));
  }

  /** Never rejects: what fails is told to the model. */
  async #ask(
    call: AgentsCall,
    { name, argumentsJson }: Extract<ToolRequest, { kind: "webhook" }>,
  ): Promise<void> {
    const { callTool, answer, log } = this.#options;
    try {
      const outcome = await callTool({ toolCallId: call.callId, name, argumentsJson });
      const output = outcome.kind === "answered" ? outcome.output : failure(outcome.message);
      answer(call.callId, output);
    } catch (error) {
      log.warn({ err: error }, "a tool of the customer's could not be called");
      answer(call.callId, failure("The tool could not be reached."));
    }
  }
}

function failure(message: string): string {
  return JSON.stringify({ error: message });
}

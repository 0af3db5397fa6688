import { type Clock, type Log, type Timer, unreachable } from "@agentcall/base";
import type { AudioDelta } from "./audio-delta.ts";
import { decideSession, newSession } from "./decide-session.ts";
import type { RealtimeTransport, TransportHandlers } from "./realtime-transport.ts";
import type { SessionConfig } from "./session-config.ts";
import type { SessionReport } from "./session-report.ts";
import type {
  HeardItem,
  SessionAction,
  SessionInput,
  SessionState,
  SessionTimer,
  SpokenLine,
} from "./session-state.ts";

export type RealtimeSessionOptions = {
  /** Makes the transport. It is opened by `open()`. */
  readonly transport: (handlers: TransportHandlers) => RealtimeTransport;
  readonly config: SessionConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReport: (report: SessionReport) => void;
  /** The delta is used again for the next audio: what is wanted of it is taken before returning. */
  readonly onAudio: (delta: AudioDelta) => void;
};

/**
 * A session with the model: carries out what `decideSession` decides. It owns its transport and
 * its timers, and has given both back when `closed` is reported.
 */
export class RealtimeSession {
  readonly #options: RealtimeSessionOptions;
  readonly #transport: RealtimeTransport;
  readonly #timers = new Map<SessionTimer, Timer>();
  /** What happened while something else was being carried out. */
  readonly #inputs: SessionInput[] = [];
  #isRunning = false;
  #state: SessionState;

  constructor(options: RealtimeSessionOptions) {
    this.#options = options;
    this.#state = newSession(options.config);
    this.#transport = options.transport(this.#handlers());
  }

  open(): void {
    this.#take({ kind: "open" });
  }

  /**
   * Appends G.711 of the caller. Before `ready` it is dropped: the provider would take it for
   * another format.
   */
  appendAudio(bytes: Uint8Array, offset: number, length: number): void {
    if (this.#state.kind === "ready") this.#transport.sendAudio(bytes, offset, length);
  }

  /** The caller spoke over the agent: what was heard of each item that was playing or waiting. */
  interrupted(heard: readonly HeardItem[]): void {
    this.#take({ kind: "interrupted", heard });
  }

  /** Answers a `tool-call`, with an error too: the model waits for it. */
  sendToolOutput(callId: string, output: string): void {
    this.#take({ kind: "tool-output", callId, output });
  }

  /** Says something in the caller's name, such as a key that was pressed, and asks for a response. */
  sendUserText(text: string): void {
    this.#take({ kind: "user-text", text });
  }

  /**
   * Tells a new session what was said in the one before it. With `speak` the agent takes up the
   * conversation at once, else it waits for the caller.
   */
  recall(lines: readonly SpokenLine[], speak: boolean): void {
    this.#take({ kind: "recall", lines, speak });
  }

  /** May be called at any time and twice. */
  close(): void {
    this.#take({ kind: "close" });
  }

  #handlers(): TransportHandlers {
    return {
      onOpen: () => {
        this.#take({ kind: "opened" });
      },
      onEvent: (event) => {
        this.#take({ kind: "event", event });
      },
      onAudio: (delta) => {
        this.#take({ kind: "audio", delta });
      },
      onRefused: (refusal) => {
        this.#take({ kind: "refused", refusal });
      },
      onClosed: ({ code, reason }) => {
        this.#take({ kind: "lost", code, reason });
      },
      onFailed: (error) => {
        this.#take({ kind: "broken", error });
      },
    };
  }

  /** Whoever hears a report may act on it at once: that waits its turn, so that order is kept. */
  #take(input: SessionInput): void {
    this.#inputs.push(input);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const step = decideSession(this.#state, next);
        this.#state = step.state;
        for (const action of step.actions) this.#carryOut(action, next);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #carryOut(action: SessionAction, input: SessionInput): void {
    const { log, onReport } = this.#options;
    switch (action.kind) {
      case "open-transport":
        this.#transport.open();
        return;
      case "send":
        this.#transport.send(action.event);
        return;
      case "report":
        onReport(action.report);
        return;
      case "pass-audio":
        this.#pass(input);
        return;
      case "start-timer":
        this.#startTimer(action.timer, action.afterMs);
        return;
      case "stop-timer":
        this.#stopTimer(action.timer);
        return;
      case "close-transport":
        this.#transport.close(action.code);
        return;
      case "log":
        log[action.level](action.fields, action.message);
        return;
      default:
        unreachable(action);
    }
  }

  #pass(input: SessionInput): void {
    if (input.kind === "audio") this.#options.onAudio(input.delta);
  }

  #startTimer(timer: SessionTimer, afterMs: number): void {
    this.#stopTimer(timer);
    const running = this.#options.clock.after(afterMs, () => {
      this.#timers.delete(timer);
      this.#take({ kind: "timer", timer });
    });
    this.#timers.set(timer, running);
  }

  #stopTimer(timer: SessionTimer): void {
    this.#timers.get(timer)?.cancel();
    this.#timers.delete(timer);
  }
}

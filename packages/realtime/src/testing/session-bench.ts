import { silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { ClientEvent } from "../client-event.ts";
import { RealtimeSession } from "../realtime-session.ts";
import type { SessionConfig } from "../session-config.ts";
import type { SessionReport } from "../session-report.ts";
import { ScriptedTransport } from "./scripted-transport.ts";
import { wire } from "./wire-samples.ts";

function aConfig(more: Partial<SessionConfig> = {}): SessionConfig {
  return {
    model: "gpt-realtime-2.1",
    instructions: "You answer the telephone.",
    voice: "marin",
    language: "auto",
    codec: "pcmu",
    firstMessage: null,
    greets: true,
    tools: [],
    transcriptionModel: "gpt-transcribe",
    turnDetection: {
      kind: "server-vad",
      threshold: 0.5,
      prefixPaddingMs: 300,
      silenceDurationMs: 500,
    },
    ...more,
  };
}

/** A session over a scripted transport, with everything it told and passed on. */
export class SessionBench {
  readonly clock = new TestClock();
  readonly reports: SessionReport[] = [];
  readonly played: {
    readonly responseId: string;
    readonly itemId: string;
    readonly bytes: number;
  }[] = [];
  readonly session: RealtimeSession;
  readonly transport: ScriptedTransport;
  /** Called with each report, as a call would act on it. */
  onReport: (report: SessionReport) => void = () => undefined;

  constructor(more: Partial<SessionConfig> = {}) {
    const made: ScriptedTransport[] = [];
    this.session = new RealtimeSession({
      transport: (handlers) => {
        const transport = new ScriptedTransport(handlers);
        made.push(transport);
        return transport;
      },
      config: aConfig(more),
      clock: this.clock,
      log: silentLog,
      onReport: (report) => {
        this.reports.push(report);
        this.onReport(report);
      },
      onAudio: ({ responseId, itemId, bytes }) => {
        this.played.push({ responseId, itemId, bytes });
      },
    });
    const [transport] = made;
    if (transport === undefined) throw new Error("the session made no transport");
    this.transport = transport;
  }

  /** A session whose settings stand, with what was said so far forgotten. */
  static ready(more: Partial<SessionConfig> = {}): SessionBench {
    const bench = new SessionBench(more);
    bench.session.open();
    bench.transport.accept();
    bench.transport.serve(wire.created(), wire.updated());
    if (more.firstMessage === undefined && more.greets !== false) {
      bench.transport.serve(wire.responseCreated("resp_hello"), wire.responseDone("resp_hello"));
    }
    bench.forget();
    return bench;
  }

  /** The agent is speaking: one second of `item_1` in `resp_1` has come. */
  static speaking(): SessionBench {
    const bench = SessionBench.ready();
    bench.transport.serve(
      wire.responseCreated("resp_1"),
      wire.outputItem("resp_1", "item_1"),
      wire.itemAdded("item_1", null),
      wire.audio("resp_1", "item_1", new Uint8Array(8_000)),
    );
    bench.forget();
    return bench;
  }

  forget(): void {
    this.reports.length = 0;
    this.transport.sent.length = 0;
  }

  get sent(): readonly ClientEvent[] {
    return this.transport.sent;
  }

  get sentTypes(): readonly string[] {
    return this.transport.sent.map(({ type }) => type);
  }

  get reportKinds(): readonly string[] {
    return this.reports.map(({ kind }) => kind);
  }
}

import type { Clock, Log, Random, Secret } from "@agentcall/base";
import { Closers, type Timer } from "@agentcall/base";
import type { Application } from "../control/application.ts";
import { ControlServer } from "../control/control-server.ts";
import { DialogTable } from "../dialog/dialog-table.ts";
import type { SipMessage } from "../message/sip-message.ts";
import { defaultTiming, giveUpMs, type SipTiming } from "../transaction/sip-timing.ts";
import { type Flow, hostText } from "../transport/flow.ts";
import { SipTransport } from "../transport/sip-transport.ts";
import type { TlsSettings } from "../transport/tls-port.ts";
import type { EngineParts } from "./engine-parts.ts";
import { sessionOfTheirAnswer } from "./session-interval.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { UserAgentClient } from "./user-agent-client.ts";
import { UserAgentServer } from "./user-agent-server.ts";

export type SipEngineOptions = {
  readonly sipHost: string;
  /** 0 takes a free one. */
  readonly sipPort: number;
  readonly drachtioHost: string;
  readonly drachtioPort: number;
  readonly secret: Secret;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** SIP over TLS, too. */
  readonly tls?: TlsSettings;
  /** Shorter in tests than RFC 3261's half second. */
  readonly timing?: SipTiming;
};

/** What an engine holds at this moment. */
export type SipEngineState = {
  readonly applications: number;
  readonly tcpConnections: number;
  /** Sockets of their own that UDP peers have. */
  readonly udpPeers: number;
  readonly dialogs: number;
  /** Requests of either side that have no final response yet. */
  readonly openTransactions: number;
  /** All of them: those that are over stay for a while, to absorb what is sent again. */
  readonly transactions: number;
  /** 2xx responses that wait for their ACK. */
  readonly unacknowledged: number;
  /** Dialogs whose session is kept alive, or ended when nobody does so. */
  readonly sessionTimers: number;
};

export type SipEngine = {
  /** `host:port` for SIP over UDP and TCP. */
  readonly sip: string;
  /** The same over TLS; null where it is not spoken. */
  readonly sips: string | null;
  /** `host:port` of drachtio's control protocol. */
  readonly drachtio: string;
  state(): SipEngineState;
  /** Closes every socket and timer. May be called twice. */
  close(): Promise<void>;
};

/**
 * Starts the evaluation SIP engine: drachtio-server's control protocol for an unmodified
 * drachtio-srf, SIP over UDP, TCP and TLS, session timers (RFC 4028) and reliable provisional
 * responses (RFC 3262). Production uses drachtio-server. Throws `port-taken`.
 */
export async function startSipEngine(options: SipEngineOptions): Promise<SipEngine> {
  const closers = new Closers();
  try {
    const engine = await Engine.open(options, closers);
    return {
      sip: engine.sip,
      sips: engine.sips,
      drachtio: engine.drachtio,
      state: () => engine.state(),
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

class Engine {
  readonly #parts: EngineParts;
  readonly #client: UserAgentClient;
  readonly #server: UserAgentServer;
  readonly #sessions: SessionKeeper;
  /** Dialogs of applications that are gone, each with what will end them. */
  readonly #orphans = new Set<Timer>();
  readonly drachtio: string;

  private constructor(parts: EngineParts, drachtio: string) {
    this.#parts = parts;
    const client = new UserAgentClient(parts);
    const sessions = new SessionKeeper(parts, {
      ask: (dialog, given, onFinal) => {
        client.ask(dialog, given, onFinal);
      },
      endUnsolicited: (dialog, reason) => {
        client.endUnsolicited(dialog, reason);
      },
      isInviting: (dialog) => client.isInviting(dialog) || this.#server.isInvited(dialog),
    });
    client.onAnswered = (dialog, response) => {
      sessions.settle(dialog, sessionOfTheirAnswer(response), "uac");
    };
    this.#client = client;
    this.#sessions = sessions;
    this.#server = new UserAgentServer(parts, {
      onAnswered: (dialog, session) => {
        sessions.settle(dialog, session, "uas");
      },
      endUnsolicited: (dialog, reason) => {
        client.endUnsolicited(dialog, reason);
      },
      isInviting: (dialog) => client.isInviting(dialog),
    });
    this.drachtio = drachtio;
  }

  static async open(options: SipEngineOptions, closers: Closers): Promise<Engine> {
    const { sipHost, sipPort, drachtioHost, drachtioPort, secret, clock, random, log } = options;
    let engine: Engine | null = null;
    const transport = await SipTransport.open(
      sipHost,
      sipPort,
      {
        onMessage: (message, flow) => engine?.receive(message, flow),
        onFlowLost: (flow) => engine?.flowLost(flow),
      },
      { clock, log },
    );
    closers.add("SIP", () => transport.close());
    if (options.tls !== undefined) await transport.openTls(options.tls);
    const control = await ControlServer.open({
      host: drachtioHost,
      port: drachtioPort,
      secret,
      hostPorts: transport.hostPorts.join(","),
      clock,
      random,
      log,
      handlers: {
        onSip: (app, frame) => engine?.receiveFromApplication(app, frame),
        onGone: (app) => engine?.applicationGone(app),
      },
    });
    closers.add("the control port", () => control.close());
    const timing = options.timing ?? defaultTiming;
    const parts = { transport, control, dialogs: new DialogTable(log), timing, clock, random, log };
    const made = new Engine(parts, `${hostText(drachtioHost)}:${String(control.port)}`);
    engine = made;
    closers.add("what is under way", () => {
      engine = null; // what still arrives comes too late
      made.close();
    });
    return made;
  }

  get sip(): string {
    return this.#parts.transport.hostPort;
  }

  get sips(): string | null {
    const place = this.#parts.transport.hostPorts.find((each) => each.startsWith("tls/"));
    return place?.slice("tls/".length) ?? null;
  }

  state(): SipEngineState {
    const { control, transport, dialogs } = this.#parts;
    const server = this.#server.state;
    const client = this.#client.state;
    return {
      applications: control.applicationCount,
      tcpConnections: transport.connectionCount,
      udpPeers: transport.udpPeerCount,
      dialogs: dialogs.count,
      openTransactions: server.open + client.open,
      transactions: server.transactions + client.transactions,
      unacknowledged: server.unacknowledged,
      sessionTimers: this.#sessions.count,
    };
  }

  close(): void {
    for (const timer of this.#orphans) timer.cancel();
    this.#sessions.close();
    this.#server.close();
    this.#client.close();
  }

  receive(message: SipMessage, flow: Flow): void {
    if (message.kind === "request") this.#server.receive(message, flow);
    else this.#client.receive(message);
  }

  flowLost(flow: Flow): void {
    this.#client.flowLost(flow);
  }

  receiveFromApplication(app: Application, frame: Parameters<UserAgentClient["send"]>[1]): void {
    const { message } = frame;
    if (message.kind === "request") this.#client.send(app, frame, message);
    else this.#server.respond(app, frame, message);
  }

  /**
   * The callers of a gateway that is gone are not left in silence: its dialogs end after the time
   * in which it may come back and end them itself.
   */
  applicationGone(app: Application): void {
    const { clock, timing, dialogs, log } = this.#parts;
    this.#server.appGone(app);
    this.#client.appGone(app);
    if (dialogs.ownedBy(app).length === 0) return;
    const timer = clock.after(giveUpMs(timing), () => {
      this.#orphans.delete(timer);
      for (const dialog of dialogs.ownedBy(app)) {
        log.info({ sipCallId: dialog.callId }, "dialog of a lost application ended");
        this.#client.bye(dialog, 'SIP;cause=503;text="Application lost"');
      }
    });
    this.#orphans.add(timer);
  }
}

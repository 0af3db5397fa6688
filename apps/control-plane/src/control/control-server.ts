import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { Clock, Log, Secret } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  type CallKey,
  type CallUsage,
  controlFrameBytesMax,
  controlLinkVersion,
  type GatewayFrame,
  type LiveEvent,
  type PlanOutcome,
  type RecordingOffer,
  type RecordingPiece,
  type RecordingProgress,
  type ToolOutcome,
  type TrunkId,
  type TrunkReport,
  type TrunkTestLine,
} from "@agentcall/contract";
import { type WebSocket, WebSocketServer } from "ws";
import type { Teller } from "../calls/call-store.ts";
import type { Dialler } from "../outbound/dialler.ts";
import { GatewayConnection } from "./gateway-connection.ts";
import type { TrunkGateway } from "../trunks/trunk-desk.ts";

/** What the link's frames mean for calls; the server only carries them. */
export type CallHandlers = {
  /** Resolves when what the gateway lost since its last life is written down. */
  onGateway(teller: Teller, liveCallIds: readonly CallId[]): Promise<void>;
  onOffer(offer: Extract<GatewayFrame, { kind: "call.offer" }>): Promise<PlanOutcome>;
  /** The key for another session of a call in progress, or null. */
  onKey(callId: CallId, key: CallKey): Promise<Secret | null>;
  /** Resolves when the events are on disk. */
  onEvents(teller: Teller, events: readonly CallEvent[]): Promise<void>;
  onPartial(event: PartialTranscript): void;
  /** Never rejects. */
  onHeartbeat(callId: CallId, usage: CallUsage): Promise<void>;
  /** Never rejects: what fails is told to the model. */
  onTool(call: ToolAsked): Promise<ToolOutcome>;
};

/** What they mean for recordings. Both reject when the disk does. */
export type RecordingHandlers = {
  onOffer(offer: RecordingOffer): Promise<RecordingProgress>;
  onPiece(piece: RecordingPiece): Promise<RecordingProgress>;
};

/** What they mean for trunks. */
export type TrunkHandlers = {
  onGatewayWelcomed(gateway: TrunkGateway): void;
  /** It is being stopped: another one leads from now on, where there is one. */
  onGatewayDraining(gateway: TrunkGateway): void;
  /** Only of one that was welcomed. */
  onGatewayLeft(gateway: TrunkGateway): void;
  onReport(gateway: TrunkGateway, trunkId: TrunkId, report: TrunkReport): void;
  onTested(testId: string, lines: readonly TrunkTestLine[]): void;
};

export type ToolAsked = Extract<GatewayFrame, { kind: "tool.call" }>;

export type PartialTranscript = Extract<LiveEvent, { kind: "transcript.partial" }>;

export type ConnectedGateway = {
  readonly gatewayId: string;
  readonly connectedAtMs: number;
  /** Events that it has told and that are not acknowledged; null before it has said. */
  readonly pendingEvents: number | null;
};

type ControlServerOptions = {
  readonly port: number;
  readonly token: Secret;
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: CallHandlers;
  readonly trunks: TrunkHandlers;
  readonly recordings: RecordingHandlers;
};

const host = "127.0.0.1"; // one machine; across machines the link gets certificates of its own

/** The control plane's end of the control link: knows each gateway by its id, one connection each. */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: WebSocketServer;
  readonly #gateways = new Map<string, GatewayConnection>();
  /** Which gateway carries a call, as long as it told of it in this life of ours. */
  readonly #carriers = new Map<CallId, string>();

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      host,
      port: options.port,
      perMessageDeflate: false,
      maxPayload: controlFrameBytesMax,
    });
    this.#server.on("connection", (socket) => {
      this.#accept(socket);
    });
  }

  /** Rejects when the port cannot be had. */
  static async open(options: ControlServerOptions): Promise<ControlServer> {
    const server = new ControlServer(options);
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return `ws://${host}:${String(port)}`;
  }

  /** Those that take calls. */
  get gatewayCount(): number {
    return this.#takers().length;
  }

  /** Those that are being stopped. */
  get drainingCount(): number {
    return this.#gateways.size - this.#takers().length;
  }

  /** The gateway with the fewest calls, to place one more; null where none takes any. */
  dialler(): Dialler | null {
    const carried = (gatewayId: string): number =>
      [...this.#carriers.values()].filter((carrier) => carrier === gatewayId).length;
    const [least] = this.#takers().toSorted(
      (one, other) => carried(one.teller.gatewayId) - carried(other.teller.gatewayId),
    );
    if (least === undefined) return null;
    const { connection, teller } = least;
    return {
      teller,
      send: (frame) => {
        if (!connection.isOpen) return false;
        if (frame.kind === "call.dial") this.#carriers.set(frame.callId, teller.gatewayId);
        connection.send(frame);
        return true;
      },
    };
  }

  #takers(): { readonly connection: GatewayConnection; readonly teller: Teller }[] {
    return [...this.#gateways.values()].flatMap((connection) => {
      const { teller, gateway, isDraining } = connection;
      return teller === null || gateway === null || isDraining ? [] : [{ connection, teller }];
    });
  }

  /** Those that are connected now. */
  get gateways(): readonly ConnectedGateway[] {
    return [...this.#gateways].map(([gatewayId, { connectedAtMs, pendingEvents }]) => ({
      gatewayId,
      connectedAtMs,
      pendingEvents,
    }));
  }

  /** Asks the gateway that carries the call to end it. False when no gateway that is here carries it. */
  hangUp(callId: CallId, gatewayId: string): boolean {
    const gateway = this.#gateways.get(this.#carriers.get(callId) ?? gatewayId);
    gateway?.send({ kind: "call.hangup", callId });
    return gateway !== undefined;
  }

  /** The same to hand it over. */
  transfer(callId: CallId, gatewayId: string, to: string): boolean {
    const gateway = this.#gateways.get(this.#carriers.get(callId) ?? gatewayId);
    gateway?.send({ kind: "call.transfer", callId, to });
    return gateway !== undefined;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    if (this.#server.address() === null) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #accept(socket: WebSocket): void {
    const { clock, log, token } = this.#options;
    const connection = new GatewayConnection(
      socket,
      clock,
      (frame) => {
        this.#receive(connection, frame);
      },
      log,
    );
    connection.isTokenRight = (given) => isSameText(given, token.reveal());
    socket.on("close", () => {
      connection.close();
      const { teller, gateway } = connection;
      if (gateway !== null) this.#options.trunks.onGatewayLeft(gateway);
      if (teller === null || this.#gateways.get(teller.gatewayId) !== connection) return;
      this.#gateways.delete(teller.gatewayId);
      log.warn({ gatewayId: teller.gatewayId }, "gateway left");
    });
  }

  #receive(connection: GatewayConnection, frame: GatewayFrame): void {
    if (frame.kind === "hello") {
      void this.#greet(connection, frame);
      return;
    }
    const { teller } = connection;
    if (teller === null) {
      connection.refuse("hello comes first");
      return;
    }
    switch (frame.kind) {
      case "call.offer":
        this.#carriers.set(frame.callId, teller.gatewayId);
        void this.#plan(connection, frame);
        return;
      case "call.key":
        void this.#giveKey(connection, frame);
        return;
      case "events":
        void this.#store(connection, teller, frame.events);
        return;
      case "tool.call":
        void this.#callTool(connection, frame);
        return;
      case "recording.offer": {
        const { offer } = frame;
        void this.#takeRecording(connection, offer.callId, (to) => to.onOffer(offer));
        return;
      }
      case "recording.piece": {
        const { piece } = frame;
        void this.#takeRecording(connection, piece.callId, (to) => to.onPiece(piece));
        return;
      }
      case "live":
        this.#hear(connection, frame.event);
        return;
      case "draining":
        this.#drain(connection);
        return;
      case "trunk.tested":
        this.#options.trunks.onTested(frame.testId, frame.lines);
        return;
    }
  }

  #drain(connection: GatewayConnection): void {
    const { log, trunks } = this.#options;
    connection.isDraining = true;
    log.info({ ...connection.teller }, "gateway is being stopped: it takes no call any more");
    if (connection.gateway !== null) trunks.onGatewayDraining(connection.gateway);
  }

  #hear(connection: GatewayConnection, event: LiveEvent): void {
    const { gateway } = connection;
    switch (event.kind) {
      case "transcript.partial":
        this.#options.calls.onPartial(event);
        return;
      case "call.heartbeat":
        void this.#options.calls.onHeartbeat(event.callId, event.usage);
        return;
      case "spool":
        connection.pendingEvents = event.pending;
        return;
      case "trunk.status":
        if (gateway !== null) this.#options.trunks.onReport(gateway, event.trunkId, event.report);
        return;
    }
  }

  async #greet(
    connection: GatewayConnection,
    hello: Extract<GatewayFrame, { kind: "hello" }>,
  ): Promise<void> {
    const { log, calls, trunks } = this.#options;
    if (!connection.isTokenRight(hello.token)) {
      connection.refuse("wrong token");
      return;
    }
    const teller = { gatewayId: hello.gatewayId, bootId: hello.bootId };
    this.#gateways.get(hello.gatewayId)?.supersede();
    connection.greeted(teller);
    this.#gateways.set(hello.gatewayId, connection);
    for (const callId of hello.liveCallIds) this.#carriers.set(callId, hello.gatewayId);
    try {
      await calls.onGateway(teller, hello.liveCallIds);
      if (!connection.isOpen) return; // it left meanwhile, or came again
      connection.send({ kind: "welcome", version: controlLinkVersion });
      trunks.onGatewayWelcomed(connection.welcomed(teller));
      log.info({ ...teller, liveCalls: hello.liveCallIds.length }, "gateway joined");
    } catch (error) {
      log.error({ ...teller, err: error }, "a gateway could not be welcomed");
      connection.refuse("the control plane cannot write");
    }
  }

  async #plan(
    connection: GatewayConnection,
    offer: Extract<GatewayFrame, { kind: "call.offer" }>,
  ): Promise<void> {
    try {
      const outcome = await this.#options.calls.onOffer(offer);
      connection.send({ kind: "call.plan", callId: offer.callId, outcome });
    } catch (error) {
      // No answer: the gateway gives up in time and says so to the caller.
      this.#options.log.error({ callId: offer.callId, err: error }, "a call could not be planned");
    }
  }

  async #giveKey(
    connection: GatewayConnection,
    { callId, key }: Extract<GatewayFrame, { kind: "call.key" }>,
  ): Promise<void> {
    try {
      const opened = await this.#options.calls.onKey(callId, key);
      const apiKey = opened?.reveal() ?? null;
      connection.send({ kind: "call.key", callId, key, apiKey });
    } catch (error) {
      // No answer: the gateway gives up in time, and its call climbs the failure ladder.
      this.#options.log.error(
        { callId, err: error },
        "the key of a call could not be opened again",
      );
    }
  }

  async #callTool(connection: GatewayConnection, call: ToolAsked): Promise<void> {
    const { callId, toolCallId } = call;
    const outcome = await this.#options.calls.onTool(call);
    connection.send({ kind: "tool.result", callId, toolCallId, outcome });
  }

  async #takeRecording(
    connection: GatewayConnection,
    callId: CallId,
    take: (handlers: RecordingHandlers) => Promise<RecordingProgress>,
  ): Promise<void> {
    const progress = await take(this.#options.recordings).catch((error: unknown) => {
      this.#options.log.error({ callId, err: error }, "a recording could not be stored");
      return { kind: "later" } as const; // the gateway keeps it
    });
    connection.send({ kind: "recording.progress", callId, progress });
  }

  async #store(
    connection: GatewayConnection,
    teller: Teller,
    events: readonly CallEvent[],
  ): Promise<void> {
    try {
      await this.#options.calls.onEvents(teller, events);
      connection.send({ kind: "events.ack", eventIds: events.map(({ eventId }) => eventId) });
    } catch (error) {
      // Not acknowledged: they stay in the gateway's spool and are sent again.
      this.#options.log.error({ ...teller, err: error }, "events could not be stored");
    }
    for (const event of events)
      if (event.kind === "call.ended") this.#carriers.delete(event.callId);
  }
}

/** Equal lengths are made by hashing, so that the time tells nothing. */
function isSameText(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

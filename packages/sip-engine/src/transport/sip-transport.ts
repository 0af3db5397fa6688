import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { AppError, type Clock, type Log } from "@agentcall/base";
import { parseSipMessage } from "../message/parse-message.ts";
import type { SipMessage } from "../message/sip-message.ts";
import { type Flow, hostText, type Protocol } from "./flow.ts";
import { TcpFlow } from "./tcp-flow.ts";
import { TlsPort, type TlsSettings } from "./tls-port.ts";
import { type UdpHandlers, UdpPort } from "./udp-port.ts";

export type TransportHandlers = {
  onMessage(message: SipMessage, flow: Flow): void;
  /** A connection ended or could not be made, or nobody listens on a UDP port. */
  onFlowLost(flow: Flow): void;
};

const tcpConnectionsMax = 1_000; // an evaluation has a few carriers and some test callers
const bindTriesMax = 20; // a free TCP port may be taken over UDP

/** SIP over UDP and TCP on one port, and over TLS on another one (RFC 3261 §18). Owns its sockets. */
export class SipTransport {
  readonly #udp: UdpPort;
  readonly #server: Server;
  readonly #handlers: TransportHandlers;
  readonly #log: Log;
  #tls: TlsPort | null = null;
  /** By `keyOf` the other side. */
  readonly #connections = new Map<string, TcpFlow>();
  readonly host: string;
  readonly port: number;

  private constructor(
    udp: UdpPort,
    server: Server,
    host: string,
    handlers: TransportHandlers,
    log: Log,
  ) {
    this.#udp = udp;
    this.#server = server;
    this.#handlers = handlers;
    this.#log = log;
    this.host = host;
    this.port = udp.port;
    server.on("connection", (socket) => {
      this.#addConnection("tcp", socket, "open");
    });
  }

  /** Port 0 takes one that is free for both. Throws `port-taken`. */
  static async open(
    host: string,
    port: number,
    handlers: TransportHandlers,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ): Promise<SipTransport> {
    let receive: UdpHandlers["onDatagram"] = () => undefined; // until there is a transport
    const udpHandlers = {
      onDatagram: (bytes: Buffer, flow: Flow) => {
        receive(bytes, flow);
      },
      onUnreachable: (flow: Flow) => {
        handlers.onFlowLost(flow);
      },
    };
    for (let attempt = 1; ; attempt += 1) {
      const server = createServer({ noDelay: true });
      try {
        server.listen(port, host);
        await once(server, "listening");
        const address = server.address();
        const taken = typeof address === "object" && address !== null ? address.port : port;
        const udp = await UdpPort.bind({ host, port: taken, handlers: udpHandlers, clock, log });
        const transport = new SipTransport(udp, server, host, handlers, log);
        receive = (bytes, flow) => {
          transport.#receive(parseSipMessage(bytes), flow);
        };
        return transport;
      } catch (error) {
        server.close();
        if (port === 0 && attempt < bindTriesMax) continue;
        throw new AppError(
          "port-taken",
          `Port ${String(port)} of ${host} cannot be had for SIP: end what uses it, or set AGENTCALL_SIP_PORT.`,
          { cause: error },
        );
      }
    }
  }

  /** Speaks TLS, too. Throws `port-taken`. */
  async openTls(settings: TlsSettings): Promise<void> {
    this.#tls = await TlsPort.open(this.host, settings, this.#log, (socket) => {
      this.#addConnection("tls", socket, "open");
    });
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** UDP peers that have a socket of their own. */
  get udpPeerCount(): number {
    return this.#udp.peerCount;
  }

  /** `host:port` of UDP and TCP. */
  get hostPort(): string {
    return this.hostPortOf("udp");
  }

  /** `host:port` as it stands in a Via or Contact. */
  hostPortOf(protocol: Protocol): string {
    const port = protocol === "tls" ? (this.#tls?.port ?? this.port) : this.port;
    return `${hostText(this.host)}:${String(port)}`;
  }

  /** All places where we are reached, as drachtio tells them. */
  get hostPorts(): readonly string[] {
    const protocols: readonly Protocol[] =
      this.#tls === null ? ["tcp", "udp"] : ["tcp", "udp", "tls"];
    return protocols.map((protocol) => `${protocol}/${this.hostPortOf(protocol)}`);
  }

  /**
   * The way to a peer: the connection there is, else a new one. Null for TLS where it is not spoken.
   * `name` is whom a TLS peer must prove to be, beside its address.
   */
  flowTo(protocol: Protocol, address: string, port: number, name = address): Flow | null {
    if (protocol === "udp") return this.#udp.flowTo(address, port);
    const to = { address, port, name };
    const present = this.#connections.get(keyOf(protocol, to));
    if (present?.isOpen === true) return present;
    if (protocol === "tcp") {
      const socket = connect({ host: address, port, noDelay: true });
      return this.#addConnection("tcp", socket, "connecting", to);
    }
    const tls = this.#tls;
    return tls === null ? null : this.#addConnection("tls", tls.connect(to), "connecting", to);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    for (const flow of this.#connections.values()) flow.destroy();
    this.#connections.clear();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await Promise.all([closed, this.#udp.close(), this.#tls?.close()]);
  }

  #addConnection(
    protocol: "tcp" | "tls",
    socket: Socket,
    state: "open" | "connecting",
    to: Peer = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0, name: "" },
  ): Flow {
    const key = keyOf(protocol, to);
    const flow: TcpFlow = new TcpFlow(protocol, socket, to, {
      onItem: (item) => {
        if (item.kind === "keep-alive") flow.send(Buffer.from("\r\n"));
        else this.#receive(item, flow);
      },
      onClosed: () => {
        if (this.#connections.get(key) === flow) this.#connections.delete(key);
        this.#handlers.onFlowLost(flow);
      },
    });
    if (state === "open" && this.#connections.size >= tcpConnectionsMax) {
      this.#log.warn({ connections: this.#connections.size }, "too many TCP connections");
      flow.destroy();
      return flow;
    }
    this.#connections.set(key, flow);
    return flow;
  }

  #receive(message: ReturnType<typeof parseSipMessage>, flow: Flow): void {
    if (message.kind !== "refusal") {
      this.#handlers.onMessage(message, flow);
      return;
    }
    if (message.reason === "empty") return; // a keep-alive over UDP
    this.#log.debug({ reason: message.reason, protocol: flow.protocol }, "not a SIP message");
    if (flow instanceof TcpFlow) flow.destroy(); // nobody knows where the next one begins
  }
}

type Peer = { readonly address: string; readonly port: number; readonly name: string };

/** A TLS connection is good for the name that was proved on it, and for no other. */
function keyOf(protocol: "tcp" | "tls", { address, port, name }: Peer): string {
  const place = `${address}:${String(port)}`;
  return protocol === "tcp" ? place : `tls ${place} ${name}`;
}

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { AppError, type Clock, type Log } from "@agentcall/base";
import { parseSipMessage } from "../message/parse-message.ts";
import type { SipMessage } from "../message/sip-message.ts";
import { type Flow, hostText, type Protocol } from "./flow.ts";
import { TcpFlow } from "./tcp-flow.ts";
import { type UdpHandlers, UdpPort } from "./udp-port.ts";

export type TransportHandlers = {
  onMessage(message: SipMessage, flow: Flow): void;
  /** A TCP connection ended or could not be made, or nobody listens on a UDP port. */
  onFlowLost(flow: Flow): void;
};

const tcpConnectionsMax = 1_000; // an evaluation has a few carriers and some test callers
const bindTriesMax = 20; // a free TCP port may be taken over UDP

/** SIP over UDP and TCP on one port (RFC 3261 §18). Owns its sockets. */
export class SipTransport {
  readonly #udp: UdpPort;
  readonly #server: Server;
  readonly #handlers: TransportHandlers;
  readonly #log: Log;
  /** By `address:port` of the other side. */
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
      this.#addConnection(socket, "open");
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

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** UDP peers that have a socket of their own. */
  get udpPeerCount(): number {
    return this.#udp.peerCount;
  }

  /** `host:port` as it stands in a Via or Contact. */
  get hostPort(): string {
    return `${hostText(this.host)}:${String(this.port)}`;
  }

  /** The way to a peer: over TCP the connection there is, else a new one. */
  flowTo(protocol: Protocol, address: string, port: number): Flow {
    if (protocol === "udp") return this.#udp.flowTo(address, port);
    const present = this.#connections.get(keyOf(address, port));
    if (present?.isOpen === true) return present;
    return this.#addConnection(connect({ host: address, port, noDelay: true }), "connecting", {
      address,
      port,
    });
  }

  /** May be called twice. */
  async close(): Promise<void> {
    for (const flow of this.#connections.values()) flow.destroy();
    this.#connections.clear();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await Promise.all([closed, this.#udp.close()]);
  }

  #addConnection(
    socket: Socket,
    state: "open" | "connecting",
    to = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
  ): Flow {
    const flow: TcpFlow = new TcpFlow(socket, to, {
      onItem: (item) => {
        if (item.kind === "keep-alive") flow.send(Buffer.from("\r\n"));
        else this.#receive(item, flow);
      },
      onClosed: () => {
        if (this.#connections.get(keyOf(to.address, to.port)) === flow) {
          this.#connections.delete(keyOf(to.address, to.port));
        }
        this.#handlers.onFlowLost(flow);
      },
    });
    if (state === "open" && this.#connections.size >= tcpConnectionsMax) {
      this.#log.warn({ connections: this.#connections.size }, "too many TCP connections");
      flow.destroy();
      return flow;
    }
    this.#connections.set(keyOf(to.address, to.port), flow);
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

function keyOf(address: string, port: number): string {
  return `${address}:${String(port)}`;
}

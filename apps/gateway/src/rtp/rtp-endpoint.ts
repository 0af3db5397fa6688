import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { AppError, type Log } from "@agentcall/base";
import type { PortRange } from "./port-range.ts";

/** What arrives at an endpoint. The bytes belong to the handler only while it runs. */
export type RtpHandlers = {
  onRtp(packet: Uint8Array, address: string, port: number): void;
  onRtcp(packet: Uint8Array, address: string, port: number): void;
};

/** One call's pair of UDP ports: the narrow place behind which another engine could stand. */
export type RtpEndpoint = {
  readonly address: string;
  readonly port: number;
  /** Sends at once; the packet's buffer may be used again when this returns. */
  sendRtp(packet: Uint8Array, address: string, port: number): void;
  sendRtcp(packet: Uint8Array, address: string, port: number): void;
  /** May be called twice. */
  close(): void;
};

export type OpenRtp = (handlers: RtpHandlers) => Promise<RtpEndpoint>;

const receiveBufferBytes = 131_072; // 700 packets: 14 s of one call, should the loop stand still
const bindAttemptsMax = 16; // ports that someone else on this machine has taken

/**
 * Opens the endpoints of one process on a range of ports.
 *
 * The sockets stay unconnected, so that strangers' packets arrive and are counted. The price was
 * measured at 200 calls: 540 to 650 µs per call-second for all of RTP where connected sockets
 * take 480 to 540, which is some 4 % of a whole call with its TLS. The addresses are IP
 * addresses and the look-up is synchronous: with Node's own, a send would be queued and a
 * reused buffer would go out twice.
 */
export class RtpEndpoints {
  readonly #host: string;
  readonly #ports: PortRange;
  readonly #log: Log;
  #socketCount = 0;

  constructor(host: string, ports: PortRange, log: Log) {
    this.#host = host;
    this.#ports = ports;
    this.#log = log;
  }

  get socketCount(): number {
    return this.#socketCount;
  }

  get portCount(): number {
    return this.#ports.takenCount;
  }

  /** Rejects with `no-rtp-port` when every port of the range is taken. */
  async open(handlers: RtpHandlers): Promise<RtpEndpoint> {
    for (let attempt = 0; attempt < bindAttemptsMax; attempt += 1) {
      const port = this.#ports.take();
      if (port === null) break;
      const endpoint = await this.#openOn(port, handlers);
      if (endpoint !== null) return endpoint;
    }
    throw new AppError("no-rtp-port", "no free port in the RTP range");
  }

  async #openOn(port: number, handlers: RtpHandlers): Promise<RtpEndpoint | null> {
    const rtp = this.#socket();
    const rtcp = this.#socket();
    try {
      await Promise.all([bind(rtp, this.#host, port), bind(rtcp, this.#host, port + 1)]);
    } catch (error) {
      closeQuietly(rtp);
      closeQuietly(rtcp);
      this.#ports.giveBack(port);
      this.#log.warn({ port, err: error }, "an RTP port could not be bound");
      return null;
    }
    this.#socketCount += 2;
    rtp.on("message", (packet: Buffer, from: RemoteInfo) => {
      handlers.onRtp(packet, from.address, from.port);
    });
    rtcp.on("message", (packet: Buffer, from: RemoteInfo) => {
      handlers.onRtcp(packet, from.address, from.port);
    });
    return this.#endpoint(port, rtp, rtcp);
  }

  #endpoint(port: number, rtp: Socket, rtcp: Socket): RtpEndpoint {
    let open = true;
    return {
      address: this.#host,
      port,
      sendRtp: (packet, address, toPort) => {
        if (open) rtp.send(packet, toPort, address);
      },
      sendRtcp: (packet, address, toPort) => {
        if (open) rtcp.send(packet, toPort, address);
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#socketCount -= 2;
        closeQuietly(rtp);
        closeQuietly(rtcp);
        this.#ports.giveBack(port);
      },
    };
  }

  #socket(): Socket {
    const socket = createSocket({
      type: this.#host.includes(":") ? "udp6" : "udp4",
      recvBufferSize: receiveBufferBytes,
      lookup: (address, _options, callback) => {
        callback(null, address, address.includes(":") ? 6 : 4);
      },
    });
    // An ICMP error, or a network that is gone for a moment: RTP has its own time-out.
    socket.on("error", (error) => {
      this.#log.debug({ err: error }, "RTP socket error");
    });
    return socket;
  }
}

async function bind(socket: Socket, address: string, port: number): Promise<void> {
  const listening = once(socket, "listening"); // rejects when 'error' comes first
  socket.bind({ address, port, exclusive: true });
  await listening;
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It was never bound.
  }
}

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
  /** RTP goes to, and mostly comes from, here from now on: only speed depends on it. */
  settle(address: string, port: number): void;
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
 * Once a call's audio has settled on a peer, a second socket on the same port is connected to it.
 * The system gives it that peer's packets and the first socket everybody else's, so that strangers
 * are still counted, and a packet costs no look-up of its way: at 200 calls RTP takes 480 to
 * 540 µs per call-second instead of 540 to 650. Two sockets on one port want SO_REUSEPORT; the RTCP
 * port beside it is bound without, and is what keeps two gateways from sharing a pair.
 *
 * The addresses are IP addresses and the look-up is synchronous: with Node's own, a send would be
 * queued and a reused buffer would go out twice.
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
    const rtp = this.#socket("shared port");
    const rtcp = this.#socket("own port");
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
    const onRtp = (packet: Buffer, from: RemoteInfo): void => {
      handlers.onRtp(packet, from.address, from.port);
    };
    rtp.on("message", onRtp);
    rtcp.on("message", (packet: Buffer, from: RemoteInfo) => {
      handlers.onRtcp(packet, from.address, from.port);
    });
    return this.#endpoint(port, rtp, rtcp, onRtp);
  }

  #endpoint(
    port: number,
    rtp: Socket,
    rtcp: Socket,
    onRtp: (packet: Buffer, from: RemoteInfo) => void,
  ): RtpEndpoint {
    let open = true;
    let settled: Settled | null = null;
    const leave = (): void => {
      if (settled === null) return;
      this.#socketCount -= 1;
      closeQuietly(settled.socket);
      settled = null;
    };
    return {
      address: this.#host,
      port,
      sendRtp: (packet, address, toPort) => {
        if (!open) return;
        if (
          settled?.isConnected === true &&
          settled.address === address &&
          settled.port === toPort
        ) {
          settled.socket.send(packet);
        } else rtp.send(packet, toPort, address);
      },
      settle: (address, toPort) => {
        if (!open || (settled?.address === address && settled.port === toPort)) return;
        leave();
        settled = this.#connect(port, address, toPort, onRtp);
      },
      sendRtcp: (packet, address, toPort) => {
        if (open) rtcp.send(packet, toPort, address);
      },
      close: () => {
        if (!open) return;
        open = false;
        leave();
        this.#socketCount -= 2;
        closeQuietly(rtp);
        closeQuietly(rtcp);
        this.#ports.giveBack(port);
      },
    };
  }

  /** Where it fails, everything goes on by the first socket. */
  #connect(
    port: number,
    address: string,
    toPort: number,
    onRtp: (packet: Buffer, from: RemoteInfo) => void,
  ): Settled {
    const socket = this.#socket("shared port");
    const settled: Settled = { socket, address, port: toPort, isConnected: false };
    this.#socketCount += 1;
    socket.on("message", onRtp);
    socket.bind({ address: this.#host, port, exclusive: true }, () => {
      socket.connect(toPort, address, (error?: Error) => {
        settled.isConnected = error === undefined;
      });
    });
    return settled;
  }

  #socket(kind: "own port" | "shared port"): Socket {
    const socket = createSocket({
      type: this.#host.includes(":") ? "udp6" : "udp4",
      reusePort: kind === "shared port",
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

/** The second socket of a port, and whose it is. */
type Settled = {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
  isConnected: boolean;
};

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

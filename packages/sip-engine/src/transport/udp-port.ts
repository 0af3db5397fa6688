import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Clock, Log } from "@agentcall/base";
import type { Flow } from "./flow.ts";
import { PeerSocket } from "./peer-socket.ts";
import { UdpFlow } from "./udp-flow.ts";

export type UdpHandlers = {
  onDatagram(bytes: Buffer, flow: Flow): void;
  /** The other side's machine or network says that nobody takes what is sent on this flow. */
  onUnreachable(flow: Flow): void;
};

export type UdpOptions = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handlers: UdpHandlers;
  readonly clock: Clock;
  readonly log: Log;
};

const receiveBufferBytes = 4_194_304; // a burst of a few thousand messages
const peerSocketsMax = 256; // an evaluation has a few carriers and some test callers

/**
 * Linux tells a socket of ICMP errors only when it is connected, and only there may sockets of one
 * program share a port so that each gets what its own peer sends (SO_REUSEPORT: no other user's
 * program can join). Elsewhere all goes through one socket, and timers find out.
 */
const canConnectPerPeer = process.platform === "linux";

/** SIP over UDP on one port: one socket that takes all, and one for each peer that we ask something. */
export class UdpPort {
  readonly #options: UdpOptions;
  readonly #socket: Socket;
  /** By `address:port` of the other side. */
  readonly #peers = new Map<string, PeerSocket>();
  #isClosed = false;

  private constructor(options: UdpOptions, socket: Socket) {
    const { handlers, log } = options;
    this.#options = options;
    this.#socket = socket;
    socket.on("message", (bytes, from) => {
      handlers.onDatagram(bytes, this.replyTo(from.address, from.port));
    });
    socket.on("error", (error) => {
      log.warn({ err: error }, "UDP error");
    });
  }

  /** Rejects when the port cannot be had. */
  static async bind(options: UdpOptions): Promise<UdpPort> {
    const socket = newSocket(options.host);
    const listening = once(socket, "listening"); // told at once, since the look-up is synchronous
    socket.bind(options.port, options.host);
    try {
      await listening;
    } catch (error) {
      socket.close();
      throw error;
    }
    return new UdpPort(options, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Peers that have a socket of their own at this moment. */
  get peerCount(): number {
    return this.#peers.size;
  }

  /** The way back to where a datagram came from: whether it arrives there is not told. */
  replyTo(address: string, port: number): Flow {
    return new UdpFlow(this.#socket, address, port);
  }

  /** The way for requests of ours: `onUnreachable` tells when nobody listens there. */
  flowTo(address: string, port: number): Flow {
    const key = `${address}:${String(port)}`;
    const present = this.#peers.get(key);
    if (present !== undefined) return present;
    const reply = this.replyTo(address, port);
    if (!canConnectPerPeer || this.#isClosed || this.#peers.size >= peerSocketsMax) return reply;
    const { host, handlers, clock, log } = this.#options;
    const peer: PeerSocket = new PeerSocket({
      socket: newSocket(host),
      local: { address: host, port: this.port },
      remote: reply,
      clock,
      log,
      onDatagram: (bytes, from) => {
        handlers.onDatagram(bytes, this.replyTo(from.address, from.port));
      },
      onUnreachable: () => {
        handlers.onUnreachable(peer);
      },
      onClosed: () => {
        this.#peers.delete(key);
      },
    });
    this.#peers.set(key, peer);
    return peer;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const closed = once(this.#socket, "close");
    for (const peer of this.#peers.values()) peer.close();
    this.#socket.close();
    await closed;
  }
}

function newSocket(host: string): Socket {
  return createSocket({
    type: isIPv6(host) ? "udp6" : "udp4",
    recvBufferSize: receiveBufferBytes,
    reusePort: canConnectPerPeer,
    // Node's own look-up comes back a turn later, for an IP address too: a BYE on a peer's own socket
    // would then overtake the response that was sent before it.
    lookup: (address, _options, callback) => {
      callback(null, address, isIPv6(address) ? 6 : 4);
    },
  });
}

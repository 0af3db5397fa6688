import type { Socket } from "node:dgram";
import type { Clock, Log, Timer } from "@agentcall/base";
import type { Flow } from "./flow.ts";

export type PeerSocketOptions = {
  /** A socket of this peer's own, not bound yet, which may share our port. */
  readonly socket: Socket;
  readonly local: { readonly address: string; readonly port: number };
  /** The way to the peer that needs no socket of its own: where there is none, or none any more. */
  readonly remote: Flow;
  readonly clock: Clock;
  readonly log: Log;
  /** Mostly the peer's; in the moment between bind and connect it may be anybody's. */
  onDatagram(bytes: Buffer, from: { readonly address: string; readonly port: number }): void;
  /** An ICMP error came back, or there is no way there (RFC 3261 §18.4). */
  onUnreachable(): void;
  onClosed(): void;
};

/** Longer than any transaction: each ends within 64*T1, and lingers for as long. */
const idleMsMax = 70_000;
const waitingMax = 100; // messages to one peer while its socket is being connected, which takes a millisecond

const unreachableCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** A UDP peer by a connected socket on our own port, so that the kernel tells when nobody is there. */
export class PeerSocket implements Flow {
  readonly protocol = "udp";
  readonly isOpen = true;
  readonly address: string;
  readonly port: number;
  readonly #options: PeerSocketOptions;
  /** `shared`: there is no socket of its own to be had, or none any more. */
  #state: "connecting" | "connected" | "shared" = "connecting";
  #waiting: Buffer[] = [];
  #usedAtMs: number;
  #idleTimer: Timer | null = null;

  constructor(options: PeerSocketOptions) {
    const { socket, local, remote, clock } = options;
    this.#options = options;
    this.address = remote.address;
    this.port = remote.port;
    this.#usedAtMs = clock.monotonicMs();
    socket.on("error", (error) => {
      this.#onError(error);
    });
    socket.on("message", (bytes, from) => {
      this.#usedAtMs = clock.monotonicMs();
      options.onDatagram(bytes, from);
    });
    this.#watchIdleness(idleMsMax);
    socket.bind(local.port, local.address, () => {
      if (this.#state === "connecting") this.#connect();
    });
  }

  send(bytes: Buffer): void {
    this.#usedAtMs = this.#options.clock.monotonicMs();
    if (this.#state === "shared") this.#options.remote.send(bytes);
    else if (this.#state === "connected") this.#transmit(bytes);
    else if (this.#waiting.length < waitingMax) this.#waiting.push(bytes);
  }

  /** May be called twice. What is sent afterwards goes another way. */
  close(): void {
    if (this.#state === "shared") return;
    this.#state = "shared";
    this.#idleTimer?.cancel();
    this.#waiting = [];
    this.#options.socket.close();
    this.#options.onClosed();
  }

  #connect(): void {
    // Called back with an error only where the name has no address or the network no way there.
    this.#options.socket.connect(this.port, this.address, (error?: Error) => {
      if (this.#state !== "connecting") return;
      if (error !== undefined) {
        this.close();
        this.#options.onUnreachable();
        return;
      }
      this.#state = "connected";
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const bytes of waiting) this.#transmit(bytes);
    });
  }

  /** The error of an earlier datagram may come back here instead of as an event. */
  #transmit(bytes: Buffer): void {
    this.#options.socket.send(bytes, (error) => {
      if (error !== null) this.#onError(error);
    });
  }

  #onError(error: Error & { readonly code?: string }): void {
    if (this.#state === "shared") return;
    if (this.#state === "connected") {
      // Anything else is what UDP may lose; it is sent again by the timers of its transaction.
      if (unreachableCodes.has(error.code ?? "")) this.#options.onUnreachable();
      return;
    }
    this.#options.log.warn({ err: error }, "no UDP socket of its own for this peer");
    const waiting = this.#waiting;
    this.close();
    for (const bytes of waiting) this.#options.remote.send(bytes);
  }

  #watchIdleness(delayMs: number): void {
    const { clock } = this.#options;
    this.#idleTimer = clock.after(delayMs, () => {
      const idleMs = clock.monotonicMs() - this.#usedAtMs;
      if (idleMs >= idleMsMax) this.close();
      else this.#watchIdleness(idleMsMax - idleMs);
    });
  }
}

import type { Socket } from "node:dgram";
import type { Flow } from "./flow.ts";

/** A peer over UDP. The socket belongs to the transport. */
export class UdpFlow implements Flow {
  readonly protocol = "udp";
  readonly isOpen = true;
  readonly #socket: Socket;
  readonly address: string;
  readonly port: number;

  constructor(socket: Socket, address: string, port: number) {
    this.#socket = socket;
    this.address = address;
    this.port = port;
  }

  send(bytes: Buffer): void {
    try {
      this.#socket.send(bytes, this.port, this.address, ignore);
    } catch {
      // The socket was closed under a transaction that still had something to say.
    }
  }
}

function ignore(): void {
  // What UDP loses is sent again by the timers of its transaction.
}

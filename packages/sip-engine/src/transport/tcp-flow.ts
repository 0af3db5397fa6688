import type { Socket } from "node:net";
import { SipStreamReader, type StreamItem } from "../message/stream-reader.ts";
import type { Flow } from "./flow.ts";

const unsentBytesMax = 1_048_576; // who does not read for so long is gone

/** A peer over one connection of TCP or TLS, ours or theirs. */
export class TcpFlow implements Flow {
  readonly protocol: "tcp" | "tls";
  readonly #socket: Socket;
  readonly address: string;
  readonly port: number;

  constructor(
    protocol: "tcp" | "tls",
    socket: Socket,
    to: { readonly address: string; readonly port: number },
    handlers: { onItem(item: StreamItem): void; onClosed(): void },
  ) {
    this.protocol = protocol;
    this.#socket = socket;
    this.address = to.address;
    this.port = to.port;
    const reader = new SipStreamReader();
    socket.on("data", (bytes: Buffer) => {
      for (const item of reader.push(bytes)) handlers.onItem(item);
    });
    socket.on("error", () => {
      socket.destroy(); // 'close' follows
    });
    socket.on("close", () => {
      handlers.onClosed();
    });
  }

  get isOpen(): boolean {
    return this.#socket.writable;
  }

  send(bytes: Buffer): void {
    if (!this.isOpen) return;
    if (this.#socket.writableLength > unsentBytesMax) this.#socket.destroy();
    else this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ControlFrame, type GatewayFrame, gatewayFrameSchema } from "@agentcall/contract";
import { type WebSocket, WebSocketServer } from "ws";

/** The other end of the link: a real WebSocket server that does what the test says. */
export class FakeControlPlane {
  readonly #server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  readonly #frames: GatewayFrame[] = [];
  readonly #waiting: ((frame: GatewayFrame) => void)[] = [];
  peer: WebSocket | null = null;

  async listen(): Promise<string> {
    this.#server.on("connection", (peer) => {
      this.peer = peer;
      peer.on("message", (data: Buffer) => {
        const frame = gatewayFrameSchema.parse(JSON.parse(data.toString("utf8")));
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#frames.push(frame);
        else waiting(frame);
      });
    });
    if (this.#server.address() === null) await once(this.#server, "listening");
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  next(): Promise<GatewayFrame> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  say(frame: ControlFrame | string): void {
    this.peer?.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

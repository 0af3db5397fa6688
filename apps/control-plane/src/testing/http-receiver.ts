import { once } from "node:events";
import http, { type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that a receiver has got. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** What a receiver does with a request: a status, an answer of its own, or nothing at all. */
export type Reaction = number | "silence" | ((response: ServerResponse, got: Received) => void);

/** A customer's HTTP server on loopback. */
export class HttpReceiver {
  readonly received: Received[] = [];
  /** Those of them that it has taken. */
  readonly taken: Received[] = [];
  /** Used up one by one; then `usually`. */
  readonly reactions: Reaction[] = [];
  usually: Reaction = 200;
  /** Requests that are kept waiting on purpose. */
  holding = 0;
  readonly #server: http.Server;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const got = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        this.received.push(got);
        const reaction = this.reactions.shift() ?? this.usually;
        if (typeof reaction === "number" && reaction < 300) this.taken.push(got);
        if (typeof reaction === "number") response.writeHead(reaction).end("{}");
        else if (reaction === "silence") this.#hold(response);
        else reaction(response, got);
      });
    });
  }

  static async open(): Promise<HttpReceiver> {
    const receiver = new HttpReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}/hook`;
  }

  #hold(response: ServerResponse): void {
    this.holding += 1;
    response.on("close", () => {
      this.holding -= 1;
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

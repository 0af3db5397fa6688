import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { AppError, type Clock, every, type Log } from "@agentcall/base";
import type { LiveMessage } from "@agentcall/contract";
import { WebSocket, WebSocketServer } from "ws";
import type { ApiKeyStore } from "../access/api-key-store.ts";
import { accessProblem, findCaller } from "../access/authorization.ts";
import type { App } from "../http/typed-app.ts";
import { answerOf } from "../http/error-answers.ts";
import type { EventStream } from "./event-stream.ts";

const path = "/v1/events";
const heartbeatMs = 5_000; // the console calls what it shows stale after 12 s of silence
const unsentBytesMax = 1_048_576; // who does not read is cut off, and resumes from where it was
const receivedBytesMax = 1_024; // nothing is expected from the other side
const goingAwayCode = 1001; // RFC 6455 section 7.4.1
const tooMany = "Too many listen to the events already.";

type Deps = {
  readonly stream: EventStream;
  readonly apiKeys: ApiKeyStore;
  readonly clock: Clock;
  readonly log: Log;
};

/** `GET /v1/events` as Server-Sent Events (HTML Standard, section 9.2) and as a WebSocket. */
export function addEventRoutes(app: App, deps: Deps): void {
  const responses = new Set<ServerResponse>();

  app.get(path, { schema: {} }, async (request, reply) => {
    const lastEventId = headerText(request.raw, "last-event-id");
    const response = reply.raw;
    const send = sseSender(response);
    const stop = deps.stream.listen(send);
    if (stop === null) throw new AppError("rate_limited", tooMany);
    reply.hijack();
    responses.add(response);
    // Such as those that let a page of another origin read.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(name, value);
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": the events of this appliance\n\n");
    if (lastEventId !== null) for (const message of deps.stream.since(lastEventId)) send(message);
    const heartbeat = every(deps.clock, heartbeatMs, () => response.write(": still here\n\n"));
    response.on("close", () => {
      heartbeat.cancel();
      stop();
      responses.delete(response);
    });
  });

  const closeSockets = addWebSocket(app, deps);
  app.addHook("preClose", async () => {
    for (const response of responses) response.end();
    await closeSockets();
  });
}

function sseSender(response: ServerResponse): (message: LiveMessage) => void {
  return (message) => {
    if (response.writableLength > unsentBytesMax) response.destroy();
    else
      response.write(
        `id: ${message.id}\nevent: ${message.event}\ndata: ${JSON.stringify(message)}\n\n`,
      );
  };
}

/** The same messages, one a frame. Returns what ends them all. */
function addWebSocket(app: App, deps: Deps): () => Promise<void> {
  const server = new WebSocketServer({ noServer: true, maxPayload: receivedBytesMax });
  app.server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {
      socket.destroy();
    });
    authorize(request, deps).then(
      () => {
        server.handleUpgrade(request, socket, head, (webSocket) => {
          serve(webSocket, headerText(request, "last-event-id"), deps);
        });
      },
      (error: unknown) => {
        refuse(socket, error);
      },
    );
  });
  return async () => {
    for (const client of server.clients) client.close(goingAwayCode, "the appliance is stopping");
    for (const client of server.clients) client.terminate();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  };
}

async function authorize(request: IncomingMessage, { apiKeys }: Deps): Promise<void> {
  if (request.url?.split("?")[0] !== path) {
    throw new AppError("not_found", "There is no such path in this API.");
  }
  const problem = accessProblem(await findCaller(request.headers.authorization, apiKeys), "viewer");
  if (problem !== null) throw problem;
}

function serve(webSocket: WebSocket, lastEventId: string | null, { stream, clock }: Deps): void {
  const send = (message: LiveMessage): void => {
    if (webSocket.bufferedAmount > unsentBytesMax) webSocket.terminate();
    else webSocket.send(JSON.stringify(message));
  };
  const stop = stream.listen(send);
  if (stop === null) {
    webSocket.close(1013, tooMany); // try again later
    return;
  }
  if (lastEventId !== null) for (const message of stream.since(lastEventId)) send(message);
  const heartbeat = every(clock, heartbeatMs, () => {
    if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
  });
  webSocket.on("error", () => {
    webSocket.terminate(); // 'close' follows
  });
  webSocket.on("close", () => {
    heartbeat.cancel();
    stop();
  });
}

function refuse(socket: Duplex, error: unknown): void {
  const { httpStatus, body } = answerOf(error);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${String(httpStatus)} Refused\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${String(Buffer.byteLength(text))}\r\nConnection: close\r\n\r\n${text}`,
  );
}

function headerText(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

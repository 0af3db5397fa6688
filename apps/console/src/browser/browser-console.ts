import http from "node:http";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError, type Log } from "@agentcall/base";
import { callBridge, parseChannel } from "../main/bridge-calls.ts";
import { type BrowserSession, BrowserSessions, type SessionOptions } from "./browser-sessions.ts";

export type BrowserConsoleOptions = SessionOptions & {
  /** 0 takes a free port. */
  readonly port: number;
  readonly log: Log;
};

export type BrowserConsole = {
  /** Such as `http://127.0.0.1:8081/console/`. */
  readonly url: string;
  /** May be called twice. */
  close(): Promise<void>;
};

const host = "127.0.0.1"; // plain HTTP with an admin's rights behind it never leaves the machine
const bodyBytesMax = 1_048_576; // as the appliance has it
const basePath = "/console/";

/**
 * The desktop's own handler and bridge, mounted on HTTP of this machine: the page, its API and its
 * bridge are the very ones of the desktop application. A browser is known by a cookie that no
 * script can read, and has its own list of appliances, in memory only.
 */
export async function startBrowserConsole(options: BrowserConsoleOptions): Promise<BrowserConsole> {
  const sessions = new BrowserSessions(options, basePath);
  const server = http.createServer((incoming, outgoing) => {
    answer(incoming, outgoing, sessions).catch((error: unknown) => {
      options.log.warn({ err: error }, "a request of the console's page broke off");
      outgoing.destroy();
    });
  });
  server.listen(options.port, host);
  await once(server, "listening").catch((error: unknown) => {
    throw new AppError(
      "port_taken",
      `Port ${String(options.port)} of ${host} cannot be had: end what uses it, or set AGENTCALL_CONSOLE_PORT.`,
      { cause: error },
    );
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  let closing: Promise<void> | null = null;
  return {
    url: `http://${host}:${String(port)}${basePath}`,
    close() {
      closing ??= closeServer(server, sessions);
      return closing;
    },
  };
}

async function closeServer(server: http.Server, sessions: BrowserSessions): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
  sessions.close();
}

async function answer(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  sessions: BrowserSessions,
): Promise<void> {
  const origin = ownOrigin(incoming);
  if (origin === null || isFromElsewhere(incoming)) {
    send(outgoing, 403, "This is not the address of the console.");
    return;
  }
  if (incoming.url === "/" || incoming.url === basePath.slice(0, -1)) {
    outgoing.writeHead(302, { location: basePath }).end();
    return;
  }
  const { session, cookie } = await sessions.of(incoming.headers.cookie);
  if (cookie !== null) outgoing.setHeader("set-cookie", cookie);
  const bridgePath = `${basePath}bridge/`;
  if (incoming.url?.startsWith(bridgePath) === true) {
    await answerBridge(incoming, outgoing, session, incoming.url.slice(bridgePath.length));
    return;
  }
  const body = await bodyOf(incoming);
  if (body === null) {
    send(outgoing, 413, "This is more than the appliance takes.");
    return;
  }
  const request = requestOf(incoming, outgoing, origin, body);
  if (request === null) {
    send(outgoing, 400, "This is no request of a page.");
    return;
  }
  await stream(await session.handle(request), outgoing);
}

/**
 * Our own origin, or null for a request that another site made this browser send: a page that
 * points its own name at 127.0.0.1 has another Host, and one that posts here has another Origin.
 */
function ownOrigin({ headers, method, socket }: http.IncomingMessage): string | null {
  const port = String(socket.localPort ?? 0);
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return null;
  const origin = `http://${headers.host}`;
  const isSafe = method === "GET" || method === "HEAD";
  if (headers.origin === undefined) return isSafe ? origin : null;
  return headers.origin === origin ? origin : null;
}

/**
 * Whether another page made the browser ask, by Fetch Metadata (https://www.w3.org/TR/fetch-metadata/):
 * only a person's own visit may come from elsewhere. A picture on some page of the web, or on
 * another port of this machine, opens no session and reads nothing.
 */
function isFromElsewhere({ headers }: http.IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  return headers["sec-fetch-mode"] !== "navigate" || headers["sec-fetch-dest"] !== "document";
}

async function answerBridge(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  session: BrowserSession,
  name: string,
): Promise<void> {
  const channel = parseChannel(name);
  if (channel === null || incoming.method !== "POST") {
    send(outgoing, 404, "There is no such call.");
    return;
  }
  const body = await bodyOf(incoming);
  if (body === null) {
    send(outgoing, 413, "This is more than a call of the bridge takes.");
    return;
  }
  const input = parseJson(body.toString());
  try {
    const output = await callBridge(session.bridge, channel, input);
    outgoing.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    outgoing.end(JSON.stringify(output));
  } catch (error) {
    send(outgoing, error instanceof AppError ? 400 : 500, "The call was refused.");
  }
}

const notJson = Symbol("no JSON"); // no schema takes it

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

/** Null for a body that is too large. It is read to its end, so that the refusal can be heard. */
async function bodyOf(incoming: http.IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming) {
    const bytes = Buffer.from(part as Uint8Array); // no encoding is set: parts are bytes
    length += bytes.length;
    if (length <= bodyBytesMax) parts.push(bytes);
  }
  return length > bodyBytesMax ? null : Buffer.concat(parts);
}

/** Null for what the web's `Request` does not know, such as TRACE. */
function requestOf(
  { method = "GET", headers: given, url = "/" }: http.IncomingMessage,
  outgoing: http.ServerResponse,
  origin: string,
  body: Buffer,
): Request | null {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const left = new AbortController();
  outgoing.once("close", () => {
    left.abort();
  });
  const hasBody = method !== "GET" && method !== "HEAD" && body.length > 0;
  try {
    return new Request(new URL(url, origin), {
      method,
      headers,
      signal: left.signal,
      ...(hasBody ? { body: new Uint8Array(body) } : {}),
    });
  } catch {
    return null;
  }
}

async function stream(response: Response, outgoing: http.ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  // The web's stream and Node's own type of it do not know each other.
  const bytes = Readable.fromWeb(response.body);
  // Who closes the page in the middle of an answer has had enough of it.
  await pipeline(bytes, outgoing).catch(() => undefined);
}

function send(outgoing: http.ServerResponse, status: number, sentence: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain" }).end(sentence);
}

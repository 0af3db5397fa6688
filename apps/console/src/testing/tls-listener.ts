import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import tls from "node:tls";

/** Somebody at a port of this machine who shows a certificate. */
export type TlsListener = {
  readonly port: number;
  /** How many came, however far their handshake went. */
  connections(): number;
  /** Resolves when every connection has ended: what was heard by then is all. */
  close(): Promise<void>;
};

/** What is shown: the leaf's key, and its chain as one PEM text, the leaf first. */
export type Shown = { readonly keyPem: string; readonly chainPem: string };

/** Answers nothing; keeps every byte that comes after the handshake. */
export async function listenAndRecord(
  shown: Shown,
): Promise<TlsListener & { readonly heard: () => Buffer }> {
  const heard: Buffer[] = [];
  const server = tls.createServer({ key: shown.keyPem, cert: shown.chainPem });
  server.on("secureConnection", (socket) => {
    socket.on("error", () => undefined); // the other side broke off: what it sent by then is kept
    socket.on("data", (bytes: Buffer) => heard.push(bytes));
  });
  return { ...(await listening(server, 0)), heard: () => Buffer.concat(heard) };
}

/** Answers by HTTP; `port` 0 takes a free one. */
export async function listenWithHttps(
  shown: Shown,
  answer: RequestListener,
  port = 0,
): Promise<TlsListener & { readonly asked: readonly IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = https.createServer({ key: shown.keyPem, cert: shown.chainPem });
  server.on("request", (incoming, outgoing) => {
    asked.push(incoming);
    answer(incoming, outgoing);
  });
  const listener = await listening(server, port);
  return {
    ...listener,
    asked,
    async close() {
      server.closeAllConnections();
      await listener.close();
    },
  };
}

async function listening(server: tls.Server, port: number): Promise<TlsListener> {
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

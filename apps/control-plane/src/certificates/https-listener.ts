import { once } from "node:events";
import https from "node:https";
import type { FastifyInstance } from "fastify";
import type { ApplianceCertificates } from "./appliance-certificates.ts";

export type HttpsListener = {
  readonly port: number;
  /** May be called twice. */
  close(): Promise<void>;
};

/**
 * The API's one application behind TLS as well. A renewed certificate is shown to whoever connects
 * from then on: connections that stand are not touched. Rejects when the port cannot be had.
 */
export async function listenHttps(
  app: FastifyInstance,
  certificates: ApplianceCertificates,
  at: { readonly host: string; readonly port: number },
): Promise<HttpsListener> {
  const { certificatePem: cert, privateKeyPem: key } = certificates.server;
  const server = https.createServer({ cert, key, minVersion: "TLSv1.2" }, (request, response) => {
    app.routing(request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    app.server.emit("upgrade", request, socket, head);
  });
  const stop = certificates.onRenewed((renewed) => {
    server.setSecureContext({ cert: renewed.certificatePem, key: renewed.privateKeyPem });
  });
  server.listen(at.port, at.host);
  await once(server, "listening");
  const address = server.address();
  let closing: Promise<void> | null = null;
  return {
    port: typeof address === "object" && address !== null ? address.port : at.port,
    close() {
      closing ??= closeServer(server, stop);
      return closing;
    },
  };
}

async function closeServer(server: https.Server, stop: () => void): Promise<void> {
  stop();
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

import { once } from "node:events";
import { isIP } from "node:net";
import {
  checkServerIdentity,
  connect,
  createServer,
  type PeerCertificate,
  type Server,
  type TLSSocket,
} from "node:tls";
import { AppError, type Log, type Secret } from "@agentcall/base";

/** How SIP over TLS is spoken: who we are, and whom we believe. PEM throughout. */
export type TlsSettings = {
  /** 0 takes a free one. */
  readonly port: number;
  readonly certificate: string;
  readonly key: Secret;
  /** The authorities that peers' certificates must come from; null for those that Node knows. */
  readonly trusted: string | null;
};

/** One end of a connection that we open. */
export type TlsPeer = {
  readonly address: string;
  readonly port: number;
  /** Whom we mean to reach: the domain of the request, before it was looked up (RFC 5922 section 7.2). */
  readonly name: string;
};

/** SIP over TLS on a port of its own, and the connections that we make. */
export class TlsPort {
  readonly #server: Server;
  readonly #settings: TlsSettings;
  readonly #log: Log;

  private constructor(server: Server, settings: TlsSettings, log: Log) {
    this.#server = server;
    this.#settings = settings;
    this.#log = log;
  }

  /** Throws `port-taken`. */
  static async open(
    host: string,
    settings: TlsSettings,
    log: Log,
    onConnection: (socket: TLSSocket) => void,
  ): Promise<TlsPort> {
    const server = createServer({
      cert: settings.certificate,
      key: settings.key.reveal(),
      noDelay: true,
    });
    server.on("secureConnection", onConnection);
    server.on("tlsClientError", (error) => {
      log.debug({ err: error }, "a TLS connection was not made");
    });
    server.listen(settings.port, host);
    try {
      await once(server, "listening");
    } catch (error) {
      const port = String(settings.port);
      throw new AppError(
        "port-taken",
        `Port ${port} of ${host} cannot be had for SIP over TLS: end what uses it, or set AGENTCALL_SIP_TLS_PORT.`,
        { cause: error },
      );
    }
    return new TlsPort(server, settings, log);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : this.#settings.port;
  }

  /** Nothing goes out before the peer's certificate has been found good for its name or its address. */
  connect({ address, port, name }: TlsPeer): TLSSocket {
    const { trusted } = this.#settings;
    const socket = connect({
      host: address,
      port,
      rejectUnauthorized: true,
      checkServerIdentity: (_host, certificate) => identityFault([name, address], certificate),
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(trusted === null ? {} : { ca: trusted }),
    });
    socket.setNoDelay(true);
    socket.once("error", (error) => {
      this.#log.warn({ err: error, name, address, port }, "a TLS connection failed");
    });
    return socket;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}

/** Undefined where the certificate is good for one of these. */
function identityFault(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  const faults = names.map((name) => checkServerIdentity(name, certificate));
  return faults.includes(undefined) ? undefined : faults[0];
}

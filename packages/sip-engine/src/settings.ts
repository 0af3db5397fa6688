import { isIP } from "node:net";
import type { Secret } from "@agentcall/base";
import { type LogLevel, parseLogLevel } from "@agentcall/logging";
import type { SipEngineOptions } from "./engine/sip-engine.ts";
import type { TlsSettings } from "./transport/tls-port.ts";

export type Settings = Pick<
  SipEngineOptions,
  "sipHost" | "sipPort" | "drachtioHost" | "drachtioPort" | "secret" | "tls"
> & { readonly logLevel: LogLevel };

type Environment = Readonly<Record<string, string | undefined>>;

/** These listen everywhere, but stand in a Contact as an address that nobody can reach. */
const anyAddresses: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** The settings of this process, or one sentence that says which is wrong. */
export function readSettings(
  environment: Environment,
  readSecret: (path: string) => Secret | null,
): Settings | string {
  const sipHost = environment["AGENTCALL_SIP_HOST"] ?? "127.0.0.1";
  if (isIP(sipHost) === 0 || anyAddresses.has(sipHost)) {
    return "AGENTCALL_SIP_HOST is wrong: it must be one IP address of this machine.";
  }
  const sipPort = parsePort(environment["AGENTCALL_SIP_PORT"] ?? "5060");
  if (sipPort === null) return "AGENTCALL_SIP_PORT is wrong: it must be a port from 0 to 65535.";
  const listen = parseHostPort(environment["AGENTCALL_DRACHTIO_LISTEN"] ?? "127.0.0.1:9022");
  if (listen === null) {
    return "AGENTCALL_DRACHTIO_LISTEN is wrong: it must be an IP address and a port, such as 127.0.0.1:9022.";
  }
  const secret = readSecret(environment["AGENTCALL_DRACHTIO_SECRET_FILE"] ?? "");
  if (secret === null) {
    return "AGENTCALL_DRACHTIO_SECRET_FILE is wrong: it must be a file with a secret that this process may read.";
  }
  const tls = readTls(environment, readSecret);
  if (typeof tls === "string") return tls;
  const logLevel = parseLogLevel(environment["AGENTCALL_LOG_LEVEL"] ?? "info");
  if (logLevel === null) {
    return "AGENTCALL_LOG_LEVEL is wrong: it must be trace, debug, info, warn or error.";
  }
  return {
    sipHost,
    sipPort,
    drachtioHost: listen.host,
    drachtioPort: listen.port,
    secret,
    ...(tls === null ? {} : { tls }),
    logLevel,
  };
}

/** Null where no port for it is named, or one sentence that says what is wrong. */
function readTls(
  environment: Environment,
  readFile: (path: string) => Secret | null,
): TlsSettings | null | string {
  const portText = environment["AGENTCALL_SIP_TLS_PORT"] ?? "";
  if (portText === "") return null;
  const port = parsePort(portText);
  if (port === null) return "AGENTCALL_SIP_TLS_PORT is wrong: it must be a port from 0 to 65535.";
  const fileOf = (name: string): Secret | null => readFile(environment[name] ?? "");
  const certificate = fileOf("AGENTCALL_SIP_TLS_CERTIFICATE_FILE");
  if (certificate === null) {
    return "AGENTCALL_SIP_TLS_CERTIFICATE_FILE is wrong: it must be a file with our certificate and those between it and its authority.";
  }
  const key = fileOf("AGENTCALL_SIP_TLS_KEY_FILE");
  if (key === null) {
    return "AGENTCALL_SIP_TLS_KEY_FILE is wrong: it must be a file with the key of our certificate.";
  }
  const trusted = fileOf("AGENTCALL_SIP_TLS_TRUST_FILE");
  if (trusted === null && environment["AGENTCALL_SIP_TLS_TRUST_FILE"] !== undefined) {
    return "AGENTCALL_SIP_TLS_TRUST_FILE is wrong: it must be a file with the certificates of the authorities that carriers' certificates come from.";
  }
  return { port, certificate: certificate.reveal(), key, trusted: trusted?.reveal() ?? null };
}

function parseHostPort(text: string): { host: string; port: number } | null {
  const found = /^(\[[\da-f:.]+\]|[\d.]+):(\d+)$/i.exec(text);
  const host = (found?.[1] ?? "").replace(/^\[|\]$/g, "");
  const port = parsePort(found?.[2] ?? "");
  return port === null || isIP(host) === 0 ? null : { host, port };
}

function parsePort(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

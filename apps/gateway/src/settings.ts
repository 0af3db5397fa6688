import { isIP } from "node:net";
import type { Secret } from "@agentcall/base";
import type { LogLevel } from "@agentcall/logging";
import type { GatewayOptions } from "./gateway.ts";

export type Settings = Omit<GatewayOptions, "clock" | "random" | "log" | "realtimeTransport"> & {
  readonly logLevel: LogLevel;
  /** How long calls may go on after SIGTERM. */
  readonly drainMsMax: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

const defaults = {
  AGENTCALL_RTP_HOST: "127.0.0.1",
  AGENTCALL_RTP_PORTS: "20000-20999",
  AGENTCALL_CALLS_MAX: "200",
  AGENTCALL_STRANGERS: "refuse",
  AGENTCALL_LOG_LEVEL: "info",
  AGENTCALL_MUTE_AFTER_MS: "8000",
  AGENTCALL_GREETING_PROTECTED_MS: "300",
  AGENTCALL_SESSION_MINUTES_MAX: "55",
  AGENTCALL_RECORDING_RESERVE_MB: "256",
  AGENTCALL_DRAIN_SECS: "60",
} as const;

/** A setting that is wrong, told in one sentence. */
class WrongSetting extends Error {}

/** The settings of this process, or one sentence that says which is wrong. */
export function readSettings(
  environment: Environment,
  readSecret: (path: string) => Secret | null,
  parseLogLevel: (text: string) => LogLevel | null,
): Settings | string {
  const read = <Value>(
    name: string,
    parse: (text: string) => Value | null,
    wanted: string,
  ): Value => {
    const text = environment[name] ?? (defaults as Environment)[name];
    if (text === undefined) throw new WrongSetting(`${name} is missing: it must be ${wanted}.`);
    const value = parse(text);
    if (value === null) throw new WrongSetting(`${name} is wrong: it must be ${wanted}.`);
    return value;
  };
  try {
    const secretFile = "a file with a secret that this process may read";
    const address = read("AGENTCALL_DRACHTIO", parseHostPort, "host:port of drachtio");
    return {
      drachtio: {
        ...address,
        secret: read("AGENTCALL_DRACHTIO_SECRET_FILE", readSecret, secretFile),
      },
      controlUrl: read("AGENTCALL_CONTROL_URL", parseControlUrl, "a ws:// or wss:// address"),
      controlToken: read("AGENTCALL_CONTROL_TOKEN_FILE", readSecret, secretFile),
      gatewayId: read("AGENTCALL_GATEWAY_ID", parseGatewayId, "1 to 64 letters, digits, - or _"),
      spoolDir: read("AGENTCALL_SPOOL_DIR", parseText, "a folder"),
      recordingReserveBytes:
        1_048_576 *
        read(
          "AGENTCALL_RECORDING_RESERVE_MB",
          parseWithin(0, 99_999),
          "a number of megabytes from 0 to 99999",
        ),
      rtpHost: read("AGENTCALL_RTP_HOST", parseIp, "an IP address of this machine"),
      rtpPorts: read("AGENTCALL_RTP_PORTS", parsePorts, "two ports such as 20000-20999"),
      callsMax: read("AGENTCALL_CALLS_MAX", parseCount, "a number from 1 to 10000"),
      strangers: read("AGENTCALL_STRANGERS", parseStrangers, "refuse or drop"),
      timing: {
        muteAfterMs: read(
          "AGENTCALL_MUTE_AFTER_MS",
          parseWithin(1_000, 60_000),
          "a number from 1000 to 60000",
        ),
        greetingProtectedMs: read(
          "AGENTCALL_GREETING_PROTECTED_MS",
          parseWithin(0, 2_000),
          "a number from 0 to 2000",
        ),
        replaceSessionAfterMs:
          60_000 *
          read(
            "AGENTCALL_SESSION_MINUTES_MAX",
            parseWithin(1, 58),
            "a number of minutes from 1 to 58",
          ),
      },
      drainMsMax:
        1_000 *
        read("AGENTCALL_DRAIN_SECS", parseWithin(0, 3_600), "a number of seconds from 0 to 3600"),
      logLevel: read("AGENTCALL_LOG_LEVEL", parseLogLevel, "trace, debug, info, warn or error"),
    };
  } catch (error) {
    if (error instanceof WrongSetting) return error.message;
    throw error;
  }
}

function parseHostPort(text: string): { host: string; port: number } | null {
  const found = /^(\[[0-9a-f:.]+\]|[^:\s]+):(\d{1,5})$/i.exec(text);
  const port = parsePort(found?.[2] ?? "");
  const host = (found?.[1] ?? "").replace(/^\[|\]$/g, "");
  return host === "" || port === null ? null : { host, port };
}

function parseControlUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  return ["ws:", "wss:"].includes(new URL(text).protocol) ? text : null;
}

function parseGatewayId(text: string): string | null {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text) ? text : null;
}

function parseText(text: string): string | null {
  return text === "" ? null : text;
}

function parseIp(text: string): string | null {
  return isIP(text) === 0 ? null : text;
}

function parsePorts(text: string): { from: number; to: number } | null {
  const [from, to, more] = text.split("-").map(parsePort);
  if (more !== undefined || from === undefined || to === undefined) return null;
  if (from === null || to === null || to - from < 2) return null;
  return { from, to };
}

function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

function parseStrangers(text: string): "refuse" | "drop" | null {
  return text === "refuse" || text === "drop" ? text : null;
}

function parseWithin(min: number, max: number): (text: string) => number | null {
  return (text) => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : null;
  };
}

function parseCount(text: string): number | null {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 10_000 ? count : null;
}

import { isIP } from "node:net";
import path from "node:path";
import { Secret } from "@agentcall/base";
import { type LogLevel, parseLogLevel } from "@agentcall/logging";

/** Everything that a start on one machine can be told. */
export type Settings = {
  readonly dataDir: string;
  /** 0 takes a free port. */
  readonly httpPort: number;
  /** Null: 8443, or a free one where somebody else has that. */
  readonly httpsPort: number | null;
  readonly sipHost: string;
  readonly sipPort: number;
  readonly rtpPorts: { readonly from: number; readonly to: number };
  /** A drachtio-server to use; null starts the evaluation engine. */
  readonly drachtio: { readonly address: string; readonly secret: Secret } | null;
  /** The provider's address; null starts the practice provider. */
  readonly provider: { readonly baseUrl: string; readonly apiKey: Secret } | null;
  readonly adminKey: Secret | null;
  /** What opens the vault. */
  readonly vault: "file" | "passphrase";
  readonly gatewayCount: number;
  readonly callsMax: number;
  /** How long calls may go on when the appliance is ended. */
  readonly drainSecs: number;
  readonly logLevel: LogLevel;
  /** Passed on as they are: the programs that they are for check them. */
  readonly passedOn: Readonly<Record<string, string>>;
};

type Environment = Readonly<Record<string, string | undefined>>;

const gatewaysMax = 64; // more processes than any machine this runs on has cores
const portsPerCall = 2; // RTP and RTCP
const passedOnNames = [
  "AGENTCALL_MODEL",
  "AGENTCALL_SQLITE",
  "AGENTCALL_PRACTICE_SCENARIO",
  "AGENTCALL_OUTGOING_ALLOWED",
  "AGENTCALL_BROWSER_ORIGINS",
  "AGENTCALL_STRANGERS",
  "AGENTCALL_SIP_TLS_PORT",
  "AGENTCALL_SIP_TLS_CERTIFICATE_FILE",
  "AGENTCALL_SIP_TLS_KEY_FILE",
  "AGENTCALL_SIP_TLS_TRUST_FILE",
  "AGENTCALL_MUTE_AFTER_MS",
  "AGENTCALL_GREETING_PROTECTED_MS",
  "AGENTCALL_SESSION_MINUTES_MAX",
  "AGENTCALL_RECORDING_RESERVE_MB",
  "AGENTCALL_REPORT_MODEL",
];
// Who tries out the product has its webhooks answered on the same machine.
const evaluationHosts = { AGENTCALL_OUTGOING_ALLOWED: "127.0.0.1,localhost" };
// What the practice provider takes for a customer's good key.
const practiceKey = "sk-proj-practice-good-evaluation";

/** A setting that is wrong, told in one sentence. */
class WrongSetting extends Error {}

/**
 * Reads every setting in one place, or says in one sentence which one is wrong. An empty variable
 * counts as none. Relative folders are meant from `workingDir`.
 */
export function readSettings(environment: Environment, workingDir: string): Settings | string {
  try {
    return readAll(environment, workingDir);
  } catch (error) {
    if (error instanceof WrongSetting) return error.message;
    throw error;
  }
}

function readAll(environment: Environment, workingDir: string): Settings {
  const text = (name: string, fallback: string): string => given(environment, name) ?? fallback;
  const gatewayCount = number(environment, "AGENTCALL_GATEWAYS", 1, 1, gatewaysMax);
  const rtpPorts = portRange(text("AGENTCALL_RTP_PORTS", "20000-20999"));
  if (rtpPorts.to - rtpPorts.from + 1 < portsPerCall * gatewayCount) {
    throw new WrongSetting("AGENTCALL_RTP_PORTS must hold two ports or more for each gateway.");
  }
  return {
    dataDir: path.resolve(workingDir, text("AGENTCALL_DATA_DIR", "data")),
    httpPort: port(environment, "AGENTCALL_HTTP_PORT", 8_080),
    httpsPort:
      given(environment, "AGENTCALL_HTTPS_PORT") === null
        ? null
        : port(environment, "AGENTCALL_HTTPS_PORT", 0),
    sipHost: address(text("AGENTCALL_SIP_HOST", "127.0.0.1")),
    sipPort: port(environment, "AGENTCALL_SIP_PORT", 5_060),
    rtpPorts,
    drachtio: drachtio(environment),
    provider: provider(environment),
    adminKey: adminKey(environment),
    vault: vault(text("AGENTCALL_VAULT", "file")),
    gatewayCount,
    callsMax: number(environment, "AGENTCALL_CALLS_MAX", 200, 1, 10_000),
    // Whoever looks at the product and presses Ctrl-C waits for nobody.
    drainSecs: number(environment, "AGENTCALL_DRAIN_SECS", 0, 0, 3_600),
    logLevel: logLevel(text("AGENTCALL_LOG_LEVEL", "info")),
    passedOn: {
      ...(given(environment, "OPENAI_BASE_URL") === null ? evaluationHosts : {}),
      ...Object.fromEntries(
        passedOnNames.flatMap((name) => {
          const value = given(environment, name);
          return value === null ? [] : [[name, value] as const];
        }),
      ),
    },
  };
}

/** A variable that is there and not empty. */
function given(environment: Environment, name: string): string | null {
  const text = environment[name];
  return text === undefined || text === "" ? null : text;
}

function number(
  environment: Environment,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = given(environment, name) ?? String(fallback);
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new WrongSetting(
    `${name} must be a whole number from ${String(least)} to ${String(most)}, not "${text}".`,
  );
}

function port(environment: Environment, name: string, fallback: number): number {
  return number(environment, name, fallback, 0, 65_535);
}

function portRange(text: string): { from: number; to: number } {
  const found = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const from = Number(found?.[1]);
  const to = Number(found?.[2]);
  if (found !== null && from >= 1_024 && from < to && to <= 65_535) return { from, to };
  throw new WrongSetting(
    `AGENTCALL_RTP_PORTS must be two ports such as 20000-20999, both from 1024 to 65535, not "${text}".`,
  );
}

function address(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new WrongSetting(
    `AGENTCALL_SIP_HOST must be an IP address of this machine, not "${text}".`,
  );
}

function drachtio(environment: Environment): Settings["drachtio"] {
  const text = given(environment, "AGENTCALL_DRACHTIO");
  const secret = given(environment, "AGENTCALL_DRACHTIO_SECRET");
  if (text === null) return null;
  if (!/^(\[[\da-f:.]+\]|[^\s:]+):\d{1,5}$/i.test(text)) {
    throw new WrongSetting(
      `AGENTCALL_DRACHTIO must be host:port of a drachtio-server, not "${text}".`,
    );
  }
  if (secret === null) {
    throw new WrongSetting("AGENTCALL_DRACHTIO_SECRET must be given with AGENTCALL_DRACHTIO.");
  }
  return { address: text, secret: new Secret(secret) };
}

function provider(environment: Environment): Settings["provider"] {
  const text = given(environment, "OPENAI_BASE_URL");
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === "http:" || url?.protocol === "ws:";
  if (url === null || (!isPlain && url.protocol !== "https:" && url.protocol !== "wss:")) {
    throw new WrongSetting(`OPENAI_BASE_URL must be an https address, not "${text}".`);
  }
  if (isPlain && !isLoopback(url.hostname)) {
    throw new WrongSetting(
      `OPENAI_BASE_URL may be http or ws on loopback only: a key would travel in plain, to "${text}".`,
    );
  }
  return { baseUrl: text, apiKey: new Secret(given(environment, "OPENAI_API_KEY") ?? practiceKey) };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function adminKey(environment: Environment): Secret | null {
  const text = given(environment, "AGENTCALL_ADMIN_KEY");
  if (text === null) return null;
  if (/^ac_live_[\w-]{16,128}$/.test(text)) return new Secret(text);
  throw new WrongSetting(
    "AGENTCALL_ADMIN_KEY must be ac_live_ and 16 to 128 letters, digits, - or _ behind it.",
  );
}

function vault(text: string): Settings["vault"] {
  if (text === "file" || text === "passphrase") return text;
  throw new WrongSetting(`AGENTCALL_VAULT must be file or passphrase, not "${text}".`);
}

function logLevel(text: string): LogLevel {
  const level = parseLogLevel(text);
  if (level !== null) return level;
  throw new WrongSetting(
    `AGENTCALL_LOG_LEVEL must be trace, debug, info, warn or error, not "${text}".`,
  );
}

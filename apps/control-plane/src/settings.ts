import { isIP } from "node:net";
import type { Secret } from "@agentcall/base";
import { parsePublicKey as parseEd25519Key } from "@agentcall/billing";
import { modelNameSchema, parseE164 } from "@agentcall/contract";
import { type LogLevel, parseLogLevel } from "@agentcall/logging";
import type { AllowedHosts } from "./outside/outgoing-url.ts";
import type { ControlPlaneOptions } from "./control-plane-options.ts";
import { parsePublicKey, vendorKey } from "./license/vendor-key.ts";
import type { RootSetting } from "./vault/root-setting.ts";

export type Settings = Omit<ControlPlaneOptions, "clock" | "random" | "log" | "root"> & {
  readonly root: RootSetting;
  readonly logLevel: LogLevel;
};

type Environment = Readonly<Record<string, string | undefined>>;

const defaultModel = "gpt-realtime-2.1";

/** A setting that is wrong, told in one sentence. */
class WrongSetting extends Error {}

/** The settings of this process, or one sentence that says which is wrong. */
export function readSettings(
  environment: Environment,
  readSecret: (path: string) => Secret | null,
): Settings | string {
  const read = <Value>(
    name: string,
    fallback: string | null,
    parse: (text: string) => Value | null,
    wanted: string,
  ): Value => {
    const text = environment[name] ?? fallback;
    if (text === null) throw new WrongSetting(`${name} is missing: it must be ${wanted}.`);
    const value = parse(text);
    if (value === null) throw new WrongSetting(`${name} is wrong: it must be ${wanted}.`);
    return value;
  };
  const optional = <Value>(
    name: string,
    parse: (text: string) => Value | null,
    wanted: string,
  ): Value | null => (environment[name] === undefined ? null : read(name, null, parse, wanted));
  const secretFile = "a file with a secret that this process may read";
  const port = "a port from 0 to 65535";
  try {
    return {
      dataDir: read("AGENTCALL_DATA_DIR", null, parseText, "a folder"),
      httpPort: read("AGENTCALL_HTTP_PORT", "8080", parsePort, port),
      controlPort: read("AGENTCALL_CONTROL_PORT", "0", parsePort, port),
      controlToken: read("AGENTCALL_CONTROL_TOKEN_FILE", null, readSecret, secretFile),
      openaiBaseUrl: read(
        "OPENAI_BASE_URL",
        "https://api.openai.com/v1",
        parseProviderUrl,
        "an http, https, ws or wss address",
      ),
      ...httpsOf(
        optional("AGENTCALL_HTTPS_PORT", parsePort, port),
        read("AGENTCALL_HTTPS_HOST", "127.0.0.1", parseAddress, "an IP address to listen on"),
        read("AGENTCALL_HTTPS_NAMES", "localhost,127.0.0.1", parseNames, "names and addresses"),
      ),
      managedKey: optional("AGENTCALL_MANAGED_KEY_FILE", readSecret, secretFile),
      root: read(
        "AGENTCALL_VAULT",
        "file",
        (text) => parseRoot(text, environment),
        "file or passphrase",
      ),
      license: {
        given: optional("AGENTCALL_LICENSE_FILE", readSecret, "a licence file")?.reveal() ?? null,
        keys: {
          vendor: vendorKey(),
          evaluation: optional(
            "AGENTCALL_EVALUATION_KEY_FILE",
            (path) => parsePublicKey(readSecret(path)?.reveal() ?? ""),
            "a file with the public key of this evaluation",
          ),
        },
      },
      adminKey: optional("AGENTCALL_ADMIN_KEY_FILE", readSecret, secretFile),
      consoleUrl: optional(
        "AGENTCALL_CONSOLE_URL",
        parseLoopbackUrl,
        "an http address on loopback",
      ),
      demoNumber: optional("AGENTCALL_DEMO_NUMBER", parseE164, "a number such as +14155550100"),
      billing: {
        endpoint: optional("AGENTCALL_BILLING_URL", parseBillingUrl, "an http or https address"),
        receiverKey: optional(
          "AGENTCALL_BILLING_KEY_FILE",
          (path) => parseReceiverKey(readSecret(path)?.reveal() ?? ""),
          "a file with the Ed25519 public key of billing in PEM",
        ),
      },
      model: read("AGENTCALL_MODEL", defaultModel, parseModel, "the name of a Realtime model"),
      reportModel: read("AGENTCALL_REPORT_MODEL", "gpt-5-mini", parseModel, "the name of a model"),
      callsMax: read("AGENTCALL_CALLS_MAX", "200", parseCount, "a number from 1 to 10000"),
      outgoingAllowed: read(
        "AGENTCALL_OUTGOING_ALLOWED",
        "",
        parseHosts,
        "host names or addresses, with a port or without, separated by commas",
      ),
      browserOrigins: read(
        "AGENTCALL_BROWSER_ORIGINS",
        "",
        parseOrigins,
        "origins such as https://dashboard.example, separated by commas",
      ),
      sqlite: read("AGENTCALL_SQLITE", "sqlite3", parseDriver, "sqlite3 or node"),
      logLevel: read(
        "AGENTCALL_LOG_LEVEL",
        "info",
        parseLogLevel,
        "trace, debug, info, warn or error",
      ),
    };
  } catch (error) {
    if (error instanceof WrongSetting) return error.message;
    throw error;
  }
}

/** Without AGENTCALL_ROOT_KEY_FILE: what systemd gives the unit, else what Docker gives the container. */
function parseRoot(text: string, environment: Environment): RootSetting | null {
  if (text === "passphrase") return { kind: "passphrase" };
  if (text !== "file") return null;
  const credentialsDir = environment["CREDENTIALS_DIRECTORY"] ?? null;
  const folder = credentialsDir ?? "/run/secrets";
  const file = environment["AGENTCALL_ROOT_KEY_FILE"] ?? `${folder}/agentcall-root-key`;
  return { kind: "file", file, credentialsDir };
}

function httpsOf(
  port: number | null,
  host: string,
  hosts: readonly string[],
): Pick<ControlPlaneOptions, "https"> {
  return port === null ? {} : { https: { port, host, hosts } };
}

function parseAddress(text: string): string | null {
  return isIP(text) === 0 ? null : text;
}

/** Host names (RFC 1123) and addresses, separated by commas. */
function parseNames(text: string): readonly string[] | null {
  const names = text.split(",").map((name) => name.trim());
  return names.every(
    (name) => isIP(name) !== 0 || /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/i.test(name),
  )
    ? names
    : null;
}

function parseText(text: string): string | null {
  return text === "" ? null : text;
}

function parsePort(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

function parseProviderUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  return ["http:", "https:", "ws:", "wss:"].includes(new URL(text).protocol) ? text : null;
}

function parseLoopbackUrl(text: string): string | null {
  return /^http:\/\/127\.0\.0\.1:\d{1,5}\//.test(text) && URL.canParse(text) ? text : null;
}

function parseBillingUrl(text: string): string | null {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null;
}

function parseReceiverKey(pem: string): string | null {
  return parseEd25519Key(pem) === null ? null : pem;
}

function parseModel(text: string): string | null {
  return modelNameSchema.safeParse(text).success ? text : null;
}

function parseCount(text: string): number | null {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 10_000 ? count : null;
}

/** `crm.example,10.0.0.5:8443,[fd00::5]`: written as the URL parser writes a host. */
function parseHosts(text: string): AllowedHosts | null {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const hosts = names.filter((name) => name !== "");
  const areHosts = hosts.every(
    (host) => URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host,
  );
  return areHosts ? new Set(hosts) : null;
}

/** `https://dashboard.example,http://localhost:5173`: written as a browser writes an origin. */
function parseOrigins(text: string): ReadonlySet<string> | null {
  const names = text.split(",").map((name) => name.trim());
  const origins = names.filter((name) => name !== "");
  const areOrigins = origins.every((name) => URL.canParse(name) && new URL(name).origin === name);
  return areOrigins ? new Set(origins) : null;
}

function parseDriver(text: string): "sqlite3" | "node" | null {
  return text === "sqlite3" || text === "node" ? text : null;
}

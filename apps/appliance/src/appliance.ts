import path from "node:path";
import { AppError, type Clock, type Log, newId, type Random, Secret } from "@agentcall/base";
import { fingerprintWords } from "@agentcall/contract";
import { buildConsolePage, pairingCode } from "./console-page.ts";
import { DataFolder } from "./data-folder.ts";
import { evaluationLicense, newEvaluationKey, publicTextOf } from "./evaluation-license.ts";
import { portProblem } from "./port-check.ts";
import { Program, type ProgramSpec, type ReadyMessage } from "./program.ts";
import type { Settings } from "./settings.ts";

export type RunningAppliance = {
  readonly http: string;
  readonly https: string;
  /** Of the certificate that a console is shown there: to be compared by eye. */
  readonly fingerprintWords: readonly string[];
  readonly sip: string;
  /** The console's page, with the pairing filled in. */
  readonly console: string;
  readonly adminKey: string;
  readonly dataDir: string;
  /** Which model provider answers, in words for the panel. */
  readonly provider: string;
  /** Until it is unsealed no call is answered. */
  readonly isVaultSealed: boolean;
  /** Ends all programs in the order that loses nothing. May be called twice. */
  stop(): Promise<void>;
  /** Ends them at once. */
  kill(): void;
};

export type ApplianceOptions = {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (dataDir: string) => Log;
  readonly onDeath: (name: string, how: string, againInMs: number) => void;
};

export const demoNumber = "+14155550100";

const root = path.resolve(import.meta.dirname, "../../..");
const practiceKey = new Secret("sk-proj-practice-good-evaluation");

/** Starts everything on one machine. Rejects with an `AppError` whose message is for the admin. */
export async function startAppliance(options: ApplianceOptions): Promise<RunningAppliance> {
  const { settings, random } = options;
  const data = DataFolder.open(settings.dataDir, random);
  const starter = new Starter(options, data);
  try {
    const problem = await portProblem(wantedPorts(settings));
    if (problem !== null) throw new AppError("port-taken", problem);
    return await starter.start();
  } catch (error) {
    await starter.stop();
    throw error;
  }
}

function wantedPorts(settings: Settings): Parameters<typeof portProblem>[0] {
  const http = {
    host: "127.0.0.1",
    port: settings.httpPort,
    transports: ["tcp"],
    setting: "AGENTCALL_HTTP_PORT",
  } as const;
  const https = {
    host: "127.0.0.1",
    port: settings.httpsPort ?? 0,
    transports: ["tcp"],
    setting: "AGENTCALL_HTTPS_PORT",
  } as const;
  if (settings.drachtio !== null) return [http, https];
  const sip = {
    host: settings.sipHost,
    port: settings.sipPort,
    transports: ["udp", "tcp"],
    setting: "AGENTCALL_SIP_PORT",
  } as const;
  return [http, https, sip];
}

/** The model's provider, and what the control plane is told of billing: practised here, or not there. */
type Provider = {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly words: string;
  readonly billing: Readonly<Record<string, string>>;
};

const httpsPort = 8_443;

/** The usual port, or any that is free: nobody asked for that one. */
async function usualHttpsPort(): Promise<number> {
  const wanted = { host: "127.0.0.1", port: httpsPort, transports: ["tcp"], setting: "" } as const;
  return (await portProblem([wanted])) === null ? httpsPort : 0;
}

/** One start: each step knows what the ones before it have made. */
class Starter {
  readonly #options: ApplianceOptions;
  readonly #data: DataFolder;
  readonly #log: Log;
  /** In the order of their start. */
  readonly #programs: Program[] = [];
  #stopped: Promise<void> | null = null;

  constructor(options: ApplianceOptions, data: DataFolder) {
    this.#options = options;
    this.#data = data;
    this.#log = options.log(data.path);
  }

  async start(): Promise<RunningAppliance> {
    const { settings } = this.#options;
    const [engine, provider, consoleUrl] = await Promise.all([
      this.#startSip(),
      this.#startProvider(),
      this.#startConsole(),
    ]);
    const adminKey =
      settings.adminKey ??
      this.#data.lastingSecret("admin-key", () => this.#data.newSecret("ac_live"));
    const control = await this.#startControlPlane({ ...provider, consoleUrl }, adminKey);
    await Promise.all(this.#gatewaySpecs(engine, control).map((spec) => this.#run(spec)));
    const http = text(control.ready, "http");
    const pairing = new URLSearchParams({ address: http, code: await pairingCode(http, adminKey) });
    this.#data.writeEvaluation({ http, sip: engine.sip, adminKey: adminKey.reveal() });
    return {
      http,
      https: text(control.ready, "https"),
      fingerprintWords: fingerprintWords(text(control.ready, "certificateFingerprint")) ?? [],
      sip: engine.sip,
      console: `${http}/console/#/pair?${pairing.toString()}`,
      adminKey: adminKey.reveal(),
      dataDir: this.#data.path,
      provider: provider.words,
      isVaultSealed: control.ready["isVaultSealed"] === true,
      stop: () => this.stop(),
      kill: () => {
        this.#kill();
      },
    };
  }

  /** Gateways end first: they hang up and tell while somebody listens. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    const isGateway = ({ name }: Program): boolean => name.startsWith("gateway-");
    const others = this.#programs.filter((program) => !isGateway(program));
    await Promise.all(this.#programs.filter(isGateway).map((program) => program.stop()));
    await Promise.all(others.map((program) => program.stop()));
    this.#data.close();
  }

  #kill(): void {
    for (const program of this.#programs) program.kill();
    this.#data.close();
  }

  async #startSip(): Promise<{ sip: string; drachtio: string; secretFile: string }> {
    const { settings, random } = this.#options;
    if (settings.drachtio !== null) {
      const { address, secret } = settings.drachtio;
      const secretFile = this.#data.writeSecret("drachtio", secret);
      return { sip: "where drachtio-server listens", drachtio: address, secretFile };
    }
    const secretFile = this.#data.writeSecret("drachtio", new Secret(newId("drachtio", random)));
    const ready = await this.#run({
      ...this.#program("sip-engine", "packages/sip-engine/src/main.ts", {
        AGENTCALL_SIP_HOST: settings.sipHost,
        AGENTCALL_SIP_PORT: String(settings.sipPort),
        AGENTCALL_DRACHTIO_LISTEN: "127.0.0.1:0",
        AGENTCALL_DRACHTIO_SECRET_FILE: secretFile,
      }),
      keep: (first) => ({
        AGENTCALL_SIP_PORT: text(first, "sip").split(":").at(-1) ?? "0",
        AGENTCALL_DRACHTIO_LISTEN: text(first, "drachtio"),
      }),
    });
    return { sip: text(ready, "sip"), drachtio: text(ready, "drachtio"), secretFile };
  }

  async #startProvider(): Promise<Provider> {
    const { provider } = this.#options.settings;
    if (provider !== null) {
      const words = `${provider.baseUrl}   (its key lies in plain text in secrets/managed-key)`;
      return { ...provider, words, billing: {} };
    }
    const ready = await this.#run({
      ...this.#program("practice", "packages/practice/src/main.ts", {
        AGENTCALL_PRACTICE_PORT: "0",
        AGENTCALL_BILLING_FILE: this.#data.at("practice-billing.db"),
      }),
      keep: (first) => ({
        AGENTCALL_PRACTICE_PORT: new URL(text(first, "http")).port,
        AGENTCALL_BILLING_PORT: new URL(text(first, "billing")).port,
      }),
    });
    return {
      baseUrl: `${text(ready, "http")}/v1`,
      apiKey: practiceKey,
      words: "practice provider (follows a scenario, does not understand speech)",
      billing: {
        AGENTCALL_BILLING_URL: text(ready, "billing"),
        AGENTCALL_BILLING_KEY_FILE: this.#data.writeSecret(
          "billing-public-key",
          new Secret(text(ready, "billingKey")),
        ),
      },
    };
  }

  async #startControlPlane(
    provider: Provider & { readonly consoleUrl: string },
    adminKey: Secret,
  ): Promise<{ ready: ReadyMessage; tokenFile: string }> {
    const { settings, random } = this.#options;
    const tokenFile = this.#data.writeSecret("control", new Secret(newId("control", random)));
    const ready = await this.#run({
      // A small young generation: an export of a million entries stays below 300 MB.
      nodeArguments: ["--max-semi-space-size=4"],
      ...this.#program("control-plane", "apps/control-plane/src/main.ts", {
        AGENTCALL_DATA_DIR: this.#data.path,
        AGENTCALL_HTTP_PORT: String(settings.httpPort),
        AGENTCALL_HTTPS_PORT: String(settings.httpsPort ?? (await usualHttpsPort())),
        AGENTCALL_CONTROL_PORT: "0",
        AGENTCALL_CONTROL_TOKEN_FILE: tokenFile,
        OPENAI_BASE_URL: provider.baseUrl,
        AGENTCALL_MANAGED_KEY_FILE: this.#data.writeSecret("managed-key", provider.apiKey),
        ...this.#licenseFiles(),
        ...this.#vault(),
        ...provider.billing,
        AGENTCALL_ADMIN_KEY_FILE: this.#data.writeSecret("admin-key", adminKey),
        AGENTCALL_CONSOLE_URL: provider.consoleUrl,
        AGENTCALL_DEMO_NUMBER: demoNumber,
        AGENTCALL_CALLS_MAX: String(settings.callsMax),
      }),
      keep: (first) => ({
        AGENTCALL_HTTP_PORT: new URL(text(first, "http")).port,
        AGENTCALL_HTTPS_PORT: new URL(text(first, "https")).port,
        AGENTCALL_CONTROL_PORT: new URL(text(first, "control")).port,
      }),
    });
    return { ready, tokenFile };
  }

  /** The evaluation carries a licence of its own, and the key that it is checked with. */
  #licenseFiles(): Record<string, string> {
    const { settings, clock } = this.#options;
    const key = this.#data.lastingSecret("evaluation-vendor-key", newEvaluationKey);
    const license = evaluationLicense(key, clock.nowMs(), settings.callsMax);
    return {
      AGENTCALL_LICENSE_FILE: this.#data.writeSecret(
        "evaluation-license",
        new Secret(JSON.stringify(license)),
      ),
      AGENTCALL_EVALUATION_KEY_FILE: this.#data.writeSecret(
        "evaluation-vendor-public-key",
        new Secret(publicTextOf(key)),
      ),
    };
  }

  /** A vault with a passphrase has no root key that could lie in a file. */
  #vault(): Record<string, string> {
    const { vault } = this.#options.settings;
    const file = vault === "file" ? { AGENTCALL_ROOT_KEY_FILE: this.#data.rootKeyFile() } : {};
    return { AGENTCALL_VAULT: vault, ...file };
  }

  /** The console's page for browsers of this machine, built first where its sources are newer. */
  async #startConsole(): Promise<string> {
    const { httpPort } = this.#options.settings;
    await buildConsolePage(path.join(root, "apps/console/build.ts"));
    const ready = await this.#run({
      ...this.#program("console", "apps/console/src/browser/main.ts", {
        AGENTCALL_CONSOLE_PORT: "0",
        AGENTCALL_CONSOLE_APPLIANCE: `http://127.0.0.1:${String(httpPort)}`,
      }),
      keep: (first) => ({ AGENTCALL_CONSOLE_PORT: new URL(text(first, "url")).port }),
    });
    return text(ready, "url");
  }

  #gatewaySpecs(
    engine: { drachtio: string; secretFile: string },
    control: { ready: ReadyMessage; tokenFile: string },
  ): readonly ProgramSpec[] {
    const { settings } = this.#options;
    const { from, to } = settings.rtpPorts;
    const portsEach = 2 * Math.floor((to - from + 1) / (2 * settings.gatewayCount));
    return Array.from({ length: settings.gatewayCount }, (_, index) => {
      const name = `gateway-${String(index + 1)}`;
      const first = from + index * portsEach;
      const gateway = this.#program(name, "apps/gateway/src/main.ts", {
        AGENTCALL_DRACHTIO: engine.drachtio,
        AGENTCALL_DRACHTIO_SECRET_FILE: engine.secretFile,
        AGENTCALL_CONTROL_URL: text(control.ready, "control"),
        AGENTCALL_CONTROL_TOKEN_FILE: control.tokenFile,
        AGENTCALL_GATEWAY_ID: name,
        AGENTCALL_SPOOL_DIR: this.#data.at("spool", name),
        AGENTCALL_RTP_HOST: settings.sipHost,
        AGENTCALL_RTP_PORTS: `${String(first)}-${String(first + portsEach - 1)}`,
        AGENTCALL_CALLS_MAX: String(settings.callsMax),
        AGENTCALL_DRAIN_SECS: String(settings.drainSecs),
      });
      return { ...gateway, drainMs: settings.drainSecs * 1_000 };
    });
  }

  #program(name: string, entry: string, environment: Record<string, string>): ProgramSpec {
    const { logLevel, passedOn } = this.#options.settings;
    return {
      name,
      entry: path.join(root, entry),
      environment: { ...passedOn, AGENTCALL_LOG_LEVEL: logLevel, ...environment },
      logFile: this.#data.at("logs", `${name}.log`),
    };
  }

  #run(spec: ProgramSpec): Promise<ReadyMessage> {
    const { clock, random, onDeath } = this.#options;
    const program = new Program(spec, { clock, random, log: this.#log, onDeath });
    this.#programs.push(program);
    return program.start();
  }
}

function text(ready: ReadyMessage, name: string): string {
  const value = ready[name];
  if (typeof value === "string") return value;
  throw new AppError("program-failed", `a program told no ${name} when it was ready`);
}

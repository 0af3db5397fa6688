import type { Clock, Log, Random, Secret } from "@agentcall/base";
import type { E164 } from "@agentcall/contract";
import type { DefaultReceiver } from "./exports/export-settings.ts";
import type { BrowserOrigins } from "./http/browser-origins.ts";
import type { LicenseKeys } from "./license/license-check.ts";
import type { AllowedHosts } from "./outside/outgoing-url.ts";
import type { SqliteDriver } from "./sqlite/open-database.ts";
import type { AtFaultPoint } from "./vault/fault-point.ts";
import type { RootSource } from "./vault/root-source.ts";

/** What a control plane is started with. */
export type ControlPlaneOptions = {
  readonly dataDir: string;
  /** 0 takes a free port. */
  readonly httpPort: number;
  readonly controlPort: number;
  readonly controlToken: Secret;
  /** Such as `https://api.openai.com/v1`. */
  readonly openaiBaseUrl: string;
  readonly managedKey: Secret | null;
  readonly license: {
    /** A licence file's text, for an appliance that has none installed. */
    readonly given: string | null;
    readonly keys: LicenseKeys;
  };
  /** Opens the vault of this database. */
  readonly root: RootSource;
  /** A preset admin key; null makes one at the first start. */
  readonly adminKey: Secret | null;
  readonly demoNumber: E164 | null;
  /** For numbers that name no model. */
  readonly model: string;
  /** Draws reports from transcripts. */
  readonly reportModel?: string;
  readonly callsMax: number;
  /** Hosts (`host` or `host:port`) that webhooks may name although they are not on the public internet. */
  readonly outgoingAllowed?: AllowedHosts;
  /** Where the console's page is served in evaluation; `/console/` leads there. Null: nowhere. */
  readonly consoleUrl: string | null;
  /** Origins of pages whose scripts may use the API; absent: none. */
  readonly browserOrigins?: BrowserOrigins;
  /** Where usage is sent to when neither the licence nor an admin says otherwise; absent: nowhere. */
  readonly billing?: DefaultReceiver;
  /** The API behind TLS, beyond this machine; absent: on loopback only. */
  readonly https?: {
    readonly host: string;
    /** 0 takes a free port. */
    readonly port: number;
    /** The names and addresses at which it is reached, for its certificate. */
    readonly hosts: readonly string[];
  };
  readonly sqlite: SqliteDriver;
  /** Only a test that ends the process there gives one. */
  readonly atFaultPoint?: AtFaultPoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** What a control plane holds at this moment. */
export type ControlPlaneState = {
  readonly gateways: number;
  readonly callsInProgress: number;
  readonly listeners: number;
};

export type ControlPlane = {
  readonly http: string;
  /** The API behind TLS, as this machine reaches it; null where it is not served so. */
  readonly https: string | null;
  /** Of the appliance's authority, hexadecimal; null without HTTPS. */
  readonly certificateFingerprint: string | null;
  readonly control: string;
  /** The first admin key, once, at the start that made it. */
  readonly adminKey: Secret | null;
  /** No call can be answered before the vault is unsealed. */
  isVaultSealed(): boolean;
  state(): ControlPlaneState;
  /** May be called twice. */
  close(): Promise<void>;
};

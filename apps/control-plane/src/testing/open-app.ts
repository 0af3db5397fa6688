import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { proLicense } from "./licenses.ts";
import type { CallRecordings } from "../privacy/caller-data.ts";
import { openPrivacy, type Privacy } from "../privacy/open-privacy.ts";
import { rootKeyOf } from "./root-key.ts";
import type { ControlFrame, Role } from "@agentcall/contract";
import { type AfterCall, openAfterCall } from "../after-call.ts";
import { openRecordings, type Recordings } from "../recordings/open-recordings.ts";
import { ApiKeyStore } from "../access/api-key-store.ts";
import { applianceActor, AuditLog } from "../audit/audit-log.ts";
import { Budgets } from "../budgets/budgets.ts";
import { ByokKeys } from "../byok/byok-keys.ts";
import { KeyDelivery } from "../byok/key-delivery.ts";
import { KeyTester } from "../byok/key-tester.ts";
import { ManagedKey } from "../byok/managed-key.ts";
import { CallStore } from "../calls/call-store.ts";
import type { CallPlace } from "../control/call-place.ts";
import { EventStream } from "../events/event-stream.ts";
import type { ExportParts } from "../exports/export-routes.ts";
import type { DefaultReceiver } from "../exports/export-settings.ts";
import { buildApp } from "../http/app.ts";
import { IdempotentAnswers } from "../http/idempotent-answers.ts";
import { Identity } from "../identity/identity.ts";
import { JobQueue } from "../jobs/job-queue.ts";
import { Licensing, type LicensingOptions } from "../license/licensing.ts";
import { LedgerStore } from "../ledger/ledger-store.ts";
import { UsageBook } from "../ledger/usage-book.ts";
import { NumberStore } from "../numbers/number-store.ts";
import { forgetAgent } from "../outbound/call-agents.ts";
import { OutboundCalls } from "../outbound/outbound-calls.ts";
import { OutboundRules } from "../outbound/outbound-rules.ts";
import { PairingDesk } from "../pairing/pairing-desk.ts";
import type { Database } from "../sqlite/database.ts";
import { TrunkCapacity } from "../trunks/trunk-capacity.ts";
import { openSystem } from "../system.ts";
import type { SystemParts } from "../system/system-routes.ts";
import { TrunkDesk } from "../trunks/trunk-desk.ts";
import { TrunkStore } from "../trunks/trunk-store.ts";
import type { RootSource } from "../vault/root-source.ts";
import { Rotation } from "../vault/rotation.ts";
import { openUsage } from "../usage.ts";
import { Vault } from "../vault/vault.ts";
import { openDatabase } from "../sqlite/open-database.ts";

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

type OpenAppState = {
  gateways: number;
  /** The gateway leaves before it has a call that is to be placed. */
  isLeaving: boolean;
  /** Whether a call that is to be placed finds a place. */
  place: CallPlace;
};

/** The API over a fresh database in memory, with one key of each role. */
export class OpenApp {
  readonly app: FastifyInstance;
  readonly db: Database;
  readonly audit: AuditLog;
  readonly apiKeys: ApiKeyStore;
  readonly vault: Vault;
  /** Without a signing key until a test makes it. */
  readonly identity: Identity;
  readonly rotation: Rotation;
  readonly managedKey: ManagedKey;
  readonly licensing: Licensing;
  readonly clock: TestClock;
  readonly numbers: NumberStore;
  readonly trunks: TrunkStore;
  readonly trunkDesk: TrunkDesk;
  readonly budgets: Budgets;
  readonly system: SystemParts;
  readonly calls: CallStore;
  readonly stream: EventStream;
  readonly jobs: JobQueue;
  readonly afterCall: AfterCall;
  readonly privacy: Privacy;
  /** The sound of calls, by call. */
  readonly sounds: Map<string, string>;
  readonly recordings: Recordings;
  /** Where the files of recordings are. */
  readonly dataDir: string;
  readonly usage: ExportParts;
  readonly keys: Readonly<Record<Role, Secret>>;
  /** The calls that a hangup was asked for; none can be ended while `gateways` is 0. */
  readonly hungUp: string[];
  /** The same of transfers, with where to. */
  readonly transferred: [string, string][];
  /** What a gateway was sent to place calls. */
  readonly dialled: readonly ControlFrame[];
  readonly state: OpenAppState;

  private constructor(parts: Omit<OpenApp, "ask" | "close">) {
    this.app = parts.app;
    this.db = parts.db;
    this.audit = parts.audit;
    this.apiKeys = parts.apiKeys;
    this.vault = parts.vault;
    this.identity = parts.identity;
    this.rotation = parts.rotation;
    this.managedKey = parts.managedKey;
    this.licensing = parts.licensing;
    this.clock = parts.clock;
    this.numbers = parts.numbers;
    this.trunks = parts.trunks;
    this.trunkDesk = parts.trunkDesk;
    this.budgets = parts.budgets;
    this.system = parts.system;
    this.calls = parts.calls;
    this.stream = parts.stream;
    this.jobs = parts.jobs;
    this.afterCall = parts.afterCall;
    this.privacy = parts.privacy;
    this.sounds = parts.sounds;
    this.recordings = parts.recordings;
    this.dataDir = parts.dataDir;
    this.usage = parts.usage;
    this.keys = parts.keys;
    this.hungUp = parts.hungUp;
    this.transferred = parts.transferred;
    this.dialled = parts.dialled;
    this.state = parts.state;
  }

  /**
   * `realtimeUrl` is where keys are tested; nobody is there unless it is named. The plan is pro
   * unless a licence is named, the vault is open unless a passphrase opens it, and the database is
   * in memory unless a file is named.
   */
  static async open(
    realtimeUrl = "ws://127.0.0.1:9/v1/realtime",
    license?: Pick<LicensingOptions, "given" | "keys">,
    root: RootSource = rootKeyOf("the test"),
    billing: DefaultReceiver = { endpoint: null, receiverKey: null },
    file = ":memory:",
    managedKeyText: string | null = null,
  ): Promise<OpenApp> {
    const clock = new TestClock();
    const random = seededRandom(1);
    const db = await openDatabase(file, "sqlite3");
    const audit = new AuditLog(db, clock);
    const apiKeys = new ApiKeyStore(db, audit, clock, random);
    const around = { clock, random, log: silentLog };
    const vault = await Vault.open(db, root, around);
    const { door } = vault;
    const identity = new Identity(db, vault, clock, random);
    const rotation = new Rotation({ ...around, db, audit, door });
    const numbers = new NumberStore(db, audit, vault, clock, random);
    const provider = { realtimeUrl, model: "gpt-realtime-2.1" };
    const tester = new KeyTester(provider, clock, silentLog);
    const given = managedKeyText === null ? null : new Secret(managedKeyText);
    const managedKey = new ManagedKey({ db, audit, vault, tester, given, log: silentLog });
    const baseUrl = realtimeUrl.replace(/^ws/, "http").replace(/\/realtime$/, "");
    const keyDelivery = await KeyDelivery.open({ db, audit, baseUrl, clock, log: silentLog });
    const licensing = await Licensing.open({
      ...(license ?? proLicense()),
      db,
      audit,
      applianceId: vault.applianceId,
      clock,
      log: silentLog,
    });
    const ledger = new LedgerStore(db);
    const { applianceId } = vault;
    const usageBook = new UsageBook({ ledger, applianceId, clock, log: silentLog });
    const stream = new EventStream(clock);
    const jobs = new JobQueue({ db, audit, clock, random, log: silentLog });
    const afterCall = openAfterCall({
      db,
      audit,
      vault,
      jobs,
      stream,
      managedKey,
      provider: { baseUrl: realtimeUrl.replace("/realtime", ""), model: "gpt-5-mini" },
      outgoingAllowed: new Set(["127.0.0.1"]),
      clock,
      random,
      log: silentLog,
    });
    const sounds = new Map<string, string>();
    const privacy = openPrivacy({
      db,
      audit,
      jobs,
      ...around,
      recordings: testRecordings(sounds),
    });
    const trunks = new TrunkStore({ db, audit, vault, clock, random });
    const capacity = new TrunkCapacity();
    const trunkDesk = new TrunkDesk({ trunks, capacity, stream, ...around });
    const dataDir = mkdtempSync(path.join(tmpdir(), "open-app-"));
    const { outbox } = afterCall;
    const recordings = await openRecordings({
      ...around,
      dataDir,
      db,
      audit,
      vault,
      jobs,
      outbox,
      stream,
    });
    const followers = [...afterCall.followers, recordings.store.follow, forgetAgent];
    const calls = new CallStore(db, usageBook, followers);
    const usage = openUsage({
      ...{ db, audit, vault, identity, licensing, jobs, stream, clock, log: silentLog },
      outbox: afterCall.outbox,
      billing,
      outgoingAllowed: new Set(),
    });
    const budgets = new Budgets({ db, audit, numbers, licensing, stream, clock, log: silentLog });
    const state: OpenAppState = { gateways: 1, isLeaving: false, place: { kind: "taken" } };
    const system = await openSystem({
      ...{ db, audit, jobs, stream, licensing, budgets, trunks, trunkDesk, clock, log: silentLog },
      exports: usage.store,
      mail: afterCall.mail,
      dataDir: tmpdir(),
      gateways: () =>
        Array.from({ length: state.gateways }, (_, index) => ({
          gatewayId: `gateway-${String(index + 1)}`,
          connectedAtMs: clock.nowMs(),
          pendingEvents: 0,
        })),
      isVaultSealed: () => door.isSealed,
      certificateEndsAtMs: () => null,
    });
    const hungUp: string[] = [];
    const transferred: [string, string][] = [];
    const dialled: ControlFrame[] = [];
    const rules = new OutboundRules(db, audit);
    const outbound = new OutboundCalls({
      budgets,
      ...{ db, audit, calls, numbers, trunks, licensing, managedKey, rules, clock, random },
      vault: { door },
      log: silentLog,
      desk: { reserve: () => state.place, release: () => undefined },
      dialler: () =>
        state.gateways === 0
          ? null
          : {
              teller: { gatewayId: "gateway-1", bootId: "boot-1" },
              send: (frame) => {
                if (!state.isLeaving) dialled.push(frame);
                return !state.isLeaving;
              },
            },
    });
    const app = await buildApp({
      apiKeys,
      audit,
      identity,
      pairing: new PairingDesk(apiKeys, clock, random),
      certificateFingerprint: "00".repeat(32),
      consoleUrl: "http://127.0.0.1:8081/console/",
      browserOrigins: new Set(["https://dashboard.example"]),
      numbers,
      trunks,
      trunkDesk,
      byokKeys: new ByokKeys({ db, audit, vault, numbers, tester, clock, log: silentLog }),
      managedKey,
      keyDelivery,
      licensing,
      budgets,
      system,
      calls,
      stream,
      usage,
      jobs,
      afterCall,
      privacy,
      recordings,
      idempotent: new IdempotentAnswers(db, clock),
      hangUp: ({ id }) => {
        if (state.gateways > 0) hungUp.push(id);
        return state.gateways > 0;
      },
      transfer: ({ id }, to) => {
        if (state.gateways > 0) transferred.push([id, to]);
        return state.gateways > 0;
      },
      outbound: { calls: outbound, rules },
      readiness: {
        probeDatabase: async () => {
          await db.get("SELECT 1");
        },
        gatewayCount: () => state.gateways,
        drainingCount: () => 0,
        isVaultSealed: () => door.isSealed,
      },
      vault: { db, door, rotation },
      clock,
      log: silentLog,
    });
    const keys = {
      viewer: (await apiKeys.create("viewer", null, applianceActor)).key,
      operator: (await apiKeys.create("operator", null, applianceActor)).key,
      admin: (await apiKeys.create("admin", null, applianceActor)).key,
    };
    return new OpenApp({
      app,
      db,
      audit,
      apiKeys,
      vault,
      identity,
      rotation,
      managedKey,
      licensing,
      clock,
      numbers,
      trunks,
      trunkDesk,
      budgets,
      system,
      calls,
      stream,
      usage,
      jobs,
      afterCall,
      privacy,
      sounds,
      recordings,
      dataDir,
      keys,
      hungUp,
      transferred,
      dialled,
      state,
    });
  }

  /** One request; with the operator's key unless another is named. */
  ask(
    method: Method,
    url: string,
    options: {
      readonly body?: unknown;
      readonly as?: Role | null;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<LightMyRequestResponse> {
    const { body, as = "operator", headers = {} } = options;
    const authorization = as === null ? {} : { authorization: `Bearer ${this.keys[as].reveal()}` };
    return this.app.inject({
      method,
      url,
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  }

  async close(): Promise<void> {
    this.trunkDesk.close();
    await this.system.alerts.close();
    await this.app.close();
    await this.jobs.close();
    await this.rotation.close();
    await this.db.close();
    rmSync(this.dataDir, { recursive: true });
  }
}

function testRecordings(kept: Map<string, string>): CallRecordings {
  return {
    openWav: (callId) => {
      const sound = kept.get(callId);
      return Promise.resolve(sound === undefined ? null : Readable.from([Buffer.from(sound)]));
    },
    remove: (callId) => Promise.resolve(kept.delete(callId)),
  };
}

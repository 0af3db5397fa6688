import { chmodSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { AppError, Closers } from "@agentcall/base";
import type { FastifyInstance } from "fastify";
import { ApiKeyStore } from "./access/api-key-store.ts";
import { openAfterCall } from "./after-call.ts";
import { AuditLog } from "./audit/audit-log.ts";
import { Budgets } from "./budgets/budgets.ts";
import { ByokKeys } from "./byok/byok-keys.ts";
import { KeyDelivery } from "./byok/key-delivery.ts";
import { KeyTester } from "./byok/key-tester.ts";
import { ManagedKey } from "./byok/managed-key.ts";
import { ApplianceCertificates } from "./certificates/appliance-certificates.ts";
import { type HttpsListener, listenHttps } from "./certificates/https-listener.ts";
import { CallStore } from "./calls/call-store.ts";
import { CallDesk } from "./control/call-desk.ts";
import { ControlServer, type RecordingHandlers } from "./control/control-server.ts";
import { KeyOpener } from "./control/key-opener.ts";
import { EventStream } from "./events/event-stream.ts";
import type { ControlPlane, ControlPlaneOptions } from "./control-plane-options.ts";
import type { DefaultReceiver } from "./exports/export-settings.ts";
import { buildApp } from "./http/app.ts";
import { closeApp } from "./http/close-app.ts";
import { IdempotentAnswers } from "./http/idempotent-answers.ts";
import { ToolWebhook } from "./tools/tool-webhook.ts";
import { Identity } from "./identity/identity.ts";
import { JobQueue } from "./jobs/job-queue.ts";
import { LedgerStore } from "./ledger/ledger-store.ts";
import { UsageBook } from "./ledger/usage-book.ts";
import { ensureDemoNumber } from "./numbers/demo-number.ts";
import { Licensing } from "./license/licensing.ts";
import { NumberStore } from "./numbers/number-store.ts";
import { forgetAgent } from "./outbound/call-agents.ts";
import { OutboundCalls } from "./outbound/outbound-calls.ts";
import { OutboundRules } from "./outbound/outbound-rules.ts";
import { PairingDesk } from "./pairing/pairing-desk.ts";
import { openRecordings } from "./recordings/open-recordings.ts";
import type { Database } from "./sqlite/database.ts";
import { openPrivacy } from "./privacy/open-privacy.ts";
import { ensureLoopbackTrunk } from "./trunks/loopback-trunk.ts";
import { TrunkCapacity } from "./trunks/trunk-capacity.ts";
import { openSystem } from "./system.ts";
import { TrunkDesk } from "./trunks/trunk-desk.ts";
import { TrunkStore } from "./trunks/trunk-store.ts";
import { Rotation } from "./vault/rotation.ts";
import { openUsage } from "./usage.ts";
import { Vault } from "./vault/vault.ts";
import { openDatabase } from "./sqlite/open-database.ts";

const nowhere: DefaultReceiver = { endpoint: null, receiverKey: null };
const reportModelUsual = "gpt-5-mini"; // reads an hour's transcript for a cent
const host = "127.0.0.1"; // plain HTTP never leaves the machine

/** Starts REST, the control link and the database. Rejects with an `AppError` for the admin to read. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const closers = new Closers();
  try {
    return await start(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function start(options: ControlPlaneOptions, closers: Closers): Promise<ControlPlane> {
  const { clock, random, log } = options;
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const file = path.join(options.dataDir, "agentcall.db");
  const db = await openDatabase(file, options.sqlite);
  chmodSync(file, 0o600); // the files beside it take their mode from it
  closers.add("the database", () => db.close());
  // First of all: under a wrong root nothing is written.
  const vault = await Vault.open(db, options.root, options);
  await db.checkpoint(); // what was deleted right before a crash
  closers.add("the vault", () => {
    vault.close();
  });
  const audit = new AuditLog(db, clock);
  const apiKeys = new ApiKeyStore(db, audit, clock, random);
  const adminKey = await apiKeys.ensureAdmin(options.adminKey);
  const identity = new Identity(db, vault, clock, random);
  const { door } = vault;
  const rotation = new Rotation({ ...options, db, audit, door });
  closers.add("the rotation", () => rotation.close());
  await door.whenOpen(async () => {
    await vault.check();
    await identity.ensureSigningKey();
    rotation.resume();
  });
  const numbers = new NumberStore(db, audit, vault, clock, random);
  const trunks = new TrunkStore({ db, audit, vault, clock, random });
  if (options.demoNumber !== null) {
    await ensureLoopbackTrunk(trunks);
    await ensureDemoNumber(numbers, options.demoNumber);
  }
  const jobs = new JobQueue({ db, audit, clock, random, log });
  closers.add("the jobs", () => jobs.close());
  const provider = {
    realtimeUrl: realtimeUrlOf(options.openaiBaseUrl),
    model: options.model,
  };
  const tester = new KeyTester(provider, clock, log);
  const given = options.managedKey;
  const managedKey = new ManagedKey({ db, audit, vault, tester, given, log });
  const baseUrl = options.openaiBaseUrl;
  const keyDelivery = await KeyDelivery.open({ db, audit, baseUrl, clock, log });
  const licensing = await Licensing.open({
    ...options.license,
    db,
    audit,
    applianceId: vault.applianceId,
    clock,
    log,
  });
  const ledger = new LedgerStore(db);
  const usageBook = new UsageBook({ ledger, applianceId: vault.applianceId, clock, log });
  const stream = new EventStream(clock);
  const { outgoingAllowed = new Set() } = options;
  const afterCall = openAfterCall({
    db,
    audit,
    vault,
    jobs,
    stream,
    managedKey,
    provider: { baseUrl, model: options.reportModel ?? reportModelUsual },
    outgoingAllowed,
    clock,
    random,
    log,
  });
  const { outbox } = afterCall;
  const recordings = await openRecordings({ ...options, db, audit, vault, jobs, outbox, stream });
  const privacy = openPrivacy({ ...options, db, audit, jobs, recordings: recordings.ofCallers });
  const trunkCapacity = new TrunkCapacity();
  const trunkDesk = new TrunkDesk({
    trunks,
    capacity: trunkCapacity,
    stream,
    clock,
    random,
    log,
  });
  closers.add("tests of trunks", () => {
    trunkDesk.close();
  });
  await door.whenOpen(() => {
    trunkDesk.changed(); // gateways that came while the vault was sealed get the passwords now
    return Promise.resolve();
  });
  const followers = [...afterCall.followers, recordings.store.follow, forgetAgent];
  const calls = new CallStore(db, usageBook, followers);
  const { billing = nowhere } = options;
  const usage = openUsage({
    ...{ db, audit, vault, identity, licensing, jobs, stream, billing, clock, log },
    outbox,
    outgoingAllowed,
  });
  const budgets = new Budgets({ db, audit, numbers, licensing, stream, clock, log });
  const desk = await CallDesk.open({
    db,
    calls,
    budgets,
    numbers,
    trunks,
    trunkCapacity,
    liveTranscript: afterCall.liveTranscript,
    vault,
    context: afterCall.context,
    keys: new KeyOpener({
      db,
      audit,
      vault,
      managedKey,
      delivery: keyDelivery,
      model: options.model,
    }),
    licensing,
    recordings,
    provider,
    tools: new ToolWebhook({
      db,
      calls,
      numbers,
      vault,
      http: afterCall.http,
      clock,
      random,
      log,
    }),
    callsMax: options.callsMax,
    nowMs: () => clock.nowMs(),
    log,
  });
  const control = await openControl(options, desk, trunkDesk, recordings.intake);
  closers.add("the control link", () => control.close());
  const rules = new OutboundRules(db, audit);
  const outboundCalls = new OutboundCalls({
    ...{
      db,
      audit,
      calls,
      numbers,
      trunks,
      licensing,
      budgets,
      managedKey,
      rules,
      desk,
      clock,
      random,
      log,
    },
    vault: { door },
    dialler: () => control.dialler(),
  });
  const certificates = options.https === undefined ? null : openCertificates(options, closers);
  const { store: exports } = usage;
  const system = await openSystem({
    ...{ db, audit, jobs, stream, licensing, budgets, exports, trunks, trunkDesk, clock, log },
    mail: afterCall.mail,
    dataDir: options.dataDir,
    gateways: () => control.gateways,
    isVaultSealed: () => door.isSealed,
    certificateEndsAtMs: () => certificates?.serverValidToMs ?? null,
  });
  closers.add("the alerts", () => system.alerts.close());
  const app = await buildApp({
    apiKeys,
    audit,
    identity,
    pairing: new PairingDesk(apiKeys, clock, random),
    certificateFingerprint: certificates?.fingerprint ?? null,
    consoleUrl: options.consoleUrl,
    browserOrigins: options.browserOrigins ?? new Set(),
    numbers,
    trunks,
    trunkDesk,
    byokKeys: new ByokKeys({ ...options, db, audit, vault, numbers, tester }),
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
    hangUp: ({ id, gatewayId }) => control.hangUp(id, gatewayId),
    transfer: ({ id, gatewayId }, to) => control.transfer(id, gatewayId, to),
    outbound: { calls: outboundCalls, rules },
    vault: { db, door, rotation },
    readiness: {
      probeDatabase: () => probe(db),
      gatewayCount: () => control.gatewayCount,
      drainingCount: () => control.drainingCount,
      isVaultSealed: () => door.isSealed,
    },
    clock,
    log,
  });
  closers.add("HTTP", () => closeApp(app, clock));
  const http = await listen(app, options.httpPort);
  const https =
    options.https === undefined || certificates === null
      ? null
      : await openHttps(app, certificates, options.https);
  if (https !== null) closers.add("HTTPS", () => https.close());
  await jobs.start();
  system.alerts.start();
  await usage.jobs.scheduleNext();
  await privacy.retention.sweep.scheduleNext();
  await recordings.sweep.scheduleNext();
  return {
    http,
    https: https === null ? null : `https://127.0.0.1:${String(https.port)}`,
    certificateFingerprint: certificates?.fingerprint ?? null,
    control: control.url,
    adminKey,
    isVaultSealed: () => door.isSealed,
    state: () => ({
      gateways: control.gatewayCount,
      callsInProgress: desk.callsInProgress,
      listeners: stream.listenerCount,
    }),
    close: () => closers.close(),
  };
}

async function openControl(
  options: ControlPlaneOptions,
  calls: CallDesk,
  trunks: TrunkDesk,
  recordings: RecordingHandlers,
): Promise<ControlServer> {
  const { controlPort, controlToken, clock, log } = options;
  const opening = ControlServer.open({
    port: controlPort,
    token: controlToken,
    clock,
    log,
    calls,
    trunks,
    recordings,
  });
  return opening.catch((error: unknown) => {
    throw portError(error, controlPort, "AGENTCALL_CONTROL_PORT");
  });
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  return app.listen({ host, port }).catch((error: unknown) => {
    throw portError(error, port, "AGENTCALL_HTTP_PORT");
  });
}

function openCertificates(options: ControlPlaneOptions, closers: Closers): ApplianceCertificates {
  const certificates = ApplianceCertificates.open({
    folder: path.join(options.dataDir, "certificates"),
    applianceName: hostname(),
    hosts: options.https?.hosts ?? [],
    clock: options.clock,
    random: options.random,
    log: options.log,
  });
  closers.add("the certificates", () => {
    certificates.close();
  });
  return certificates;
}

async function openHttps(
  app: FastifyInstance,
  certificates: ApplianceCertificates,
  { host: at, port }: { readonly host: string; readonly port: number },
): Promise<HttpsListener> {
  return listenHttps(app, certificates, { host: at, port }).catch((error: unknown) => {
    throw portError(error, port, "AGENTCALL_HTTPS_PORT");
  });
}

function portError(error: unknown, port: number, setting: string): AppError {
  return new AppError(
    "port_taken",
    `Port ${String(port)} of ${host} cannot be had: end what uses it, or set ${setting}.`,
    { cause: error },
  );
}

async function probe(db: Database): Promise<void> {
  await db.get("SELECT 1 FROM number LIMIT 1");
}

/** The provider's WebSocket beside its REST address. */
function realtimeUrlOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace("http", "ws");
  url.pathname = `${url.pathname.replace(/\/$/, "")}/realtime`;
  return url.href;
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { callViewSchema, type CallView, type E164 } from "@agentcall/contract";
import { type ControlPlane, startControlPlane } from "@agentcall/control-plane";
import { proLicense, rootKeyOf } from "@agentcall/control-plane/testing";
import { Phone, type PhoneCall } from "@agentcall/phone";
import { type Practice, startPractice } from "@agentcall/practice";
import { type SipEngine, startSipEngine } from "@agentcall/sip-engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Spool } from "../../apps/gateway/src/control/spool.ts";
import { eventually } from "../support/eventually.ts";
import { FarPhone } from "../support/far-phone.ts";
import { GatewayProcess } from "../support/gateway-process.ts";

// A gateway in a process of its own is stopped, or dies: every part around it is real.

const demoNumber = "+14155550100" as E164;
const callee = "+14155550142";
const clock = systemClock();
const random = systemRandom();
const engineSecret = new Secret("practice-secret");
const controlToken = new Secret("the token of the link");
const adminKey = new Secret("ac_live_0123456789abcdefgh");
const patientSecs = 60;

let folder: string;
let engine: SipEngine;
let practice: Practice;
let controlPlane: ControlPlane;
let gateway: GatewayProcess;
let phone: Phone;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-stopping-"));
  const around = { clock, random, log: silentLog };
  const [sipHost, drachtioHost] = ["127.0.0.1", "127.0.0.1"];
  engine = await startSipEngine({
    ...{ sipHost, drachtioHost, sipPort: 0, drachtioPort: 0, secret: engineSecret },
    ...around,
  });
  practice = await startPractice({ clock, random, recordAudioBytesMax: 0 });
  controlPlane = await startControlPlane({
    dataDir: path.join(folder, "data"),
    httpPort: 0,
    controlPort: 0,
    controlToken,
    openaiBaseUrl: `${practice.http}/v1`,
    managedKey: new Secret("sk-proj-practice-good-evaluation"),
    license: proLicense(),
    root: rootKeyOf("the stop"),
    adminKey,
    demoNumber,
    model: "gpt-realtime-2.1",
    consoleUrl: null,
    callsMax: 20,
    sqlite: "sqlite3",
    ...around,
  });
  const [host = "", port = ""] = engine.sip.split(":");
  const server = { host, port: Number(port) };
  phone = await Phone.open({ server, transport: "udp", clock, random });
});
afterEach(async () => {
  await phone.hangUpAll();
  await phone.close();
  await gateway.kill();
  await controlPlane.close();
  await practice.close();
  await engine.close();
  rmSync(folder, { recursive: true });
});

describe("a gateway that is told to end", () => {
  test("takes no call any more, says so to the control plane, and waits for the one it carries", async () => {
    gateway = await start(patientSecs);
    const call = await answered();
    await aTrunk({ host: "127.0.0.1", port: 9 });

    gateway.terminate();
    await until(async () => (await ready()).checks.gatewaysDraining === 1);
    const refused = await (await phone.call({ to: demoNumber })).outcome;
    const placed = await ask("POST", "/v1/calls/ai", aCall);
    const isReady = (await ready()).ready;
    await call.hangUp();
    const exitCode = await gateway.ended;

    expect(refused).toMatchObject({ kind: "refused", status: 503, retryAfterSecs: 30 });
    expect([placed.status, isReady, exitCode]).toEqual([503, false, 0]);
    expect((await recordOf(call)).hangupCause?.cause).toBe("caller_hung_up");
    expect(await spooled()).toBe(0);
  });

  test("hangs up what is left when the time is over", async () => {
    gateway = await start(1);
    const call = await answered();

    gateway.terminate();
    const [end, exitCode] = await Promise.all([call.ended, gateway.ended]);

    expect([end, exitCode]).toEqual([{ by: "far-end" }, 0]);
    expect((await recordOf(call)).hangupCause?.cause).toBe("gateway_draining");
  });

  test("twice, does not wait", async () => {
    gateway = await start(patientSecs);
    const call = await answered();

    gateway.terminate();
    await until(async () => (await ready()).checks.gatewaysDraining === 1);
    gateway.terminate();

    expect(await Promise.all([call.ended, gateway.ended])).toEqual([{ by: "far-end" }, 0]);
  });
});

describe("a gateway that has died", () => {
  test("hangs up the calls of its former life, whoever had called, when it is started again", async () => {
    const far = await FarPhone.open();
    gateway = await start(0);
    const call = await answered();
    await aTrunk(far.server);
    const placed = callViewSchema.parse((await ask("POST", "/v1/calls/ai", aCall)).body);
    const dialog = await far.answered;
    await until(async () => (await viewOf(placed.id)).status === "in-progress");

    await gateway.kill();
    gateway = await start(0);
    const [end] = await Promise.all([call.ended, dialog.destroyed]);

    expect(end).toEqual({ by: "far-end" });
    await until(async () => (await viewOf(placed.id)).hangupCause?.cause === "gateway_lost");
    expect((await recordOf(call)).hangupCause?.cause).toBe("gateway_lost");
    await far.close();
  });
});

const aCall = { from: demoNumber, to: callee, systemPrompt: "Be brief.", firstMessage: "Hello." };

/** On the same spool as any before it. */
function start(drainSecs: number): Promise<GatewayProcess> {
  return GatewayProcess.start({
    folder,
    drachtio: engine.drachtio,
    drachtioSecret: engineSecret,
    controlUrl: controlPlane.control,
    controlToken,
    rtpPorts: "32200-32399",
    drainSecs,
  });
}

async function answered(): Promise<PhoneCall> {
  const call = await phone.call({ to: demoNumber });
  expect(await call.outcome).toEqual({ kind: "answered" });
  return call;
}

async function aTrunk(server: { readonly host: string; readonly port: number }): Promise<void> {
  const trunk = { name: "Carrier", servers: [server], keepAlive: null };
  const { id } = (await ask("POST", "/v1/trunks", { ...trunk, inbound: { fromServers: false } }))
    .body as { id: string };
  const { items } = (await ask("GET", "/v1/numbers")).body as { items: { id: string }[] };
  await ask("PATCH", `/v1/numbers/${items[0]?.id ?? ""}`, { trunkId: id });
  const told = (): number => gateway.log.split('"trunks were told"').length;
  await eventually("the gateway knows the trunk", () => told() > 2);
}

type Readiness = {
  readonly ready: boolean;
  readonly checks: { readonly gatewaysDraining: number };
};

async function ready(): Promise<Readiness> {
  return (await ask("GET", "/readyz")).body as Readiness;
}

async function viewOf(id: string): Promise<CallView> {
  return callViewSchema.parse((await ask("GET", `/v1/calls/${id}`)).body);
}

async function recordOf({ callId }: PhoneCall): Promise<CallView> {
  await until(async () => (await viewOf(callId ?? "")).endedAt !== null);
  return viewOf(callId ?? "");
}

/** How many events wait in the spool to be told. */
async function spooled(): Promise<number> {
  const spool = await Spool.open(path.join(folder, "spool"), silentLog, {
    clock,
    gatherMs: 0,
  });
  const { pendingCount } = spool;
  await spool.close();
  return pendingCount;
}

async function ask(
  method: string,
  url: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${controlPlane.http}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${adminKey.reveal()}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Asks again until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  let last = false;
  let asking: Promise<void> | null = null;
  await eventually("it is so", () => {
    asking ??= isSo().then((so) => {
      last = so;
      asking = null;
    });
    return last;
  });
}

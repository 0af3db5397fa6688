// What a crash leaves of a recording: the gateway is a process of its own here, ended by SIGKILL.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { type CallView, callViewSchema, type E164 } from "@agentcall/contract";
import { type ControlPlane, startControlPlane } from "@agentcall/control-plane";
import { proLicense, rootKeyOf } from "@agentcall/control-plane/testing";
import { Phone, type PhoneCall } from "@agentcall/phone";
import { parseScenario, type Practice, startPractice } from "@agentcall/practice";
import { type SipEngine, startSipEngine } from "@agentcall/sip-engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loudPart, tonesIn } from "../support/audio.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { parseStereo, type Stereo } from "../support/stereo-wav.ts";

const demoNumber = "+14155550100" as E164;
const clock = systemClock();
const random = systemRandom();
const adminKey = new Secret("ac_live_0123456789abcdefgh");
const engineSecret = new Secret("practice-secret");
const controlToken = new Secret("the token of the link");
const agentHz = 1_312;
const greeting = [{ tone: { frequencyHz: agentHz, ms: 30_000 } }];
const lostMsMax = 2_000;
const samplesPerMs = 8;

let folder: string;
let engine: SipEngine;
let practice: Practice;
let controlPort: number;
let controlPlane: ControlPlane;
let gateway: GatewayProcess;
let phone: Phone;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-crash-"));
  engine = await startSipEngine({
    sipHost: "127.0.0.1",
    sipPort: 0,
    drachtioHost: "127.0.0.1",
    drachtioPort: 0,
    secret: engineSecret,
    clock,
    random,
    log: silentLog,
  });
  const scenario = parseScenario({ greeting, turns: [] });
  practice = await startPractice({ scenario, clock, random, recordAudioBytesMax: 0 });
  controlPort = await freePort();
  controlPlane = await openControlPlane();
  await recordTheDemoNumber();
  gateway = await openGateway();
  const [host = "", port = ""] = engine.sip.split(":");
  phone = await Phone.open({
    server: { host, port: Number(port) },
    transport: "udp",
    clock,
    random,
  });
});

afterEach(async () => {
  await phone.close();
  await gateway.kill();
  await controlPlane.close();
  await practice.close();
  await engine.close();
  rmSync(folder, { recursive: true });
});

test("of a gateway that was killed, all but the last two seconds of its call can be heard, marked as recovered", async () => {
  const call = await callFor(4_000);
  const heardMs = heardOf(call).length / samplesPerMs;

  await gateway.kill();
  gateway = await openGateway();
  const view = await readyRecording(call);

  expect(view.recording).toMatchObject({ status: "ready", flaw: "recovered" });
  expect(view.recording?.durationMs).toBeGreaterThanOrEqual(heardMs - lostMsMax);
  const { agent } = await download(call);
  expect(tonesIn(loudPart(agent), agentHz)).toEqual([agentHz]);
  expect(readdirSync(spoolFolder())).toEqual([]);
});

test("a control plane that is away while a call is recorded gets all of it when it is back", async () => {
  const call = await callFor(1_500);

  await controlPlane.close();
  await eventually("more than three seconds are on disk", () =>
    readdirSync(spoolFolder()).some((name) => {
      return statSync(path.join(spoolFolder(), name)).size > 3 * 16_016;
    }),
  );
  const heardMs = heardOf(call).length / samplesPerMs;
  await call.hangUp();
  controlPlane = await openControlPlane();
  const view = await readyRecording(call);

  expect(view.recording).toMatchObject({ status: "ready", flaw: null });
  expect(view.recording?.durationMs).toBeGreaterThanOrEqual(heardMs - 200);
});

function spoolFolder(): string {
  return path.join(folder, "gateway", "spool", "recordings");
}

/** A call in which the agent was heard for so long. */
async function callFor(ms: number): Promise<PhoneCall> {
  const call = await phone.call({ to: demoNumber });
  expect(await call.outcome).toEqual({ kind: "answered" });
  await eventually("the agent was heard", () => {
    return loudPart(heardOf(call)).length >= ms * samplesPerMs;
  });
  return call;
}

function heardOf(call: PhoneCall): Int16Array {
  return call.audio.heard?.samples ?? new Int16Array(0);
}

async function readyRecording(call: PhoneCall): Promise<CallView> {
  // The gateway forgets it when the control plane has it for good.
  const isBrought = (): boolean => readdirSync(spoolFolder()).length === 0;
  await eventually("the recording was brought", isBrought, 20_000);
  return viewOf(call);
}

async function viewOf(call: PhoneCall): Promise<CallView> {
  const response = await request("GET", `/v1/calls/${call.callId ?? ""}`);
  return callViewSchema.parse(await response.json());
}

async function download(call: PhoneCall): Promise<Stereo> {
  const response = await request("GET", `/v1/calls/${call.callId ?? ""}/recording`);
  return parseStereo(new Uint8Array(await response.arrayBuffer()));
}

async function recordTheDemoNumber(): Promise<void> {
  const { items } = (await (await request("GET", "/v1/numbers")).json()) as {
    items: { id: string }[];
  };
  const agent = { mode: "ai", systemPrompt: "Be brief.", firstMessage: "Hello.", record: true };
  await request("POST", `/v1/numbers/${items[0]?.id ?? ""}/inbound-config`, agent);
}

function request(method: string, url: string, body?: object): Promise<Response> {
  return fetch(`${controlPlane.http}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${adminKey.reveal()}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function openControlPlane(): Promise<ControlPlane> {
  return startControlPlane({
    dataDir: path.join(folder, "data"),
    httpPort: 0,
    controlPort,
    controlToken,
    openaiBaseUrl: `${practice.http}/v1`,
    managedKey: new Secret("sk-proj-practice-good-12345678"),
    license: proLicense(),
    root: rootKeyOf("the crash"),
    adminKey,
    demoNumber,
    model: "gpt-realtime-2.1",
    consoleUrl: null,
    callsMax: 20,
    sqlite: "sqlite3",
    clock,
    random,
    log: silentLog,
  });
}

function openGateway(): Promise<GatewayProcess> {
  const gatewayFolder = path.join(folder, "gateway");
  mkdirSync(gatewayFolder, { recursive: true });
  return GatewayProcess.start({
    folder: gatewayFolder,
    drachtio: engine.drachtio,
    drachtioSecret: engineSecret,
    controlUrl: controlPlane.control,
    controlToken,
    rtpPorts: "32200-32399",
  });
}

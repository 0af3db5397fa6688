import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, silentLog, systemClock, systemRandom } from "@agentcall/base";
import {
  type CallView,
  callViewSchema,
  type E164,
  type LiveMessage,
  liveMessageSchema,
  pairingCreatedSchema,
  type TranscriptView,
  transcriptViewSchema,
} from "@agentcall/contract";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "@agentcall/control-plane";
import { proLicense, rootKeyOf } from "@agentcall/control-plane/testing";
import { type Gateway, startGateway } from "@agentcall/gateway";
import { type CallOptions, Phone, type PhoneCall, type SipTransport } from "@agentcall/phone";
import { parseScenario, type Practice, startPractice } from "@agentcall/practice";
import { clientEventProblems } from "@agentcall/realtime/testing";
import { type SipEngine, startSipEngine, type TlsSettings } from "@agentcall/sip-engine";
import { expect } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "./eventually.ts";
import type { HouseOptions } from "./house-options.ts";

export const demoNumber = "+14155550100" as E164;

const clock = systemClock();
const random = systemRandom();
const adminKey = new Secret("ac_live_0123456789abcdefgh");
const engineSecret = new Secret("practice-secret");
const controlToken = new Secret("the token of the link");
const keptAudioBytes = 8_000 * 60;

/**
 * Every part of the product in one process, on loopback and free ports: only the carrier's phone
 * and the provider are played. `close()` asserts that nothing was left behind, and that every
 * frame which the provider received is one of its own schema.
 */
export class House {
  readonly engine: SipEngine;
  readonly practice: Practice;
  readonly gateway: Gateway;
  readonly folder: string;
  readonly messages: LiveMessage[] = [];
  readonly #controlPlaneOptions: ControlPlaneOptions;
  #controlPlane: ControlPlane;
  #events: WebSocket;
  readonly #phones: Phone[] = [];
  readonly #sipTls: NonNullable<HouseOptions["sipTls"]> | null;

  private constructor(parts: {
    engine: SipEngine;
    practice: Practice;
    controlPlane: ControlPlane;
    controlPlaneOptions: ControlPlaneOptions;
    gateway: Gateway;
    folder: string;
    events: WebSocket;
    sipTls: HouseOptions["sipTls"] | null;
  }) {
    this.#sipTls = parts.sipTls ?? null;
    this.engine = parts.engine;
    this.practice = parts.practice;
    this.#controlPlane = parts.controlPlane;
    this.#controlPlaneOptions = parts.controlPlaneOptions;
    this.gateway = parts.gateway;
    this.folder = parts.folder;
    this.#events = parts.events;
    this.#listen();
  }

  get controlPlane(): ControlPlane {
    return this.#controlPlane;
  }

  static async open(options: HouseOptions = {}): Promise<House> {
    const folder = mkdtempSync(path.join(tmpdir(), "agentcall-house-"));
    const log = options.log ?? silentLog;
    const engine = await startSipEngine({
      sipHost: "127.0.0.1",
      sipPort: 0,
      drachtioHost: "127.0.0.1",
      drachtioPort: 0,
      secret: engineSecret,
      ...(options.sipTls === undefined ? {} : { tls: tlsOf(options.sipTls) }),
      clock: options.engineClock ?? clock,
      random,
      log,
    });
    const practice = await startPractice({
      ...(options.scenario === undefined ? {} : { scenario: parseScenario(options.scenario) }),
      clock,
      random,
      log,
      recordAudioBytesMax: keptAudioBytes,
    });
    const controlPlaneOptions: ControlPlaneOptions = {
      dataDir: options.dataDir ?? path.join(folder, "data"),
      httpPort: 0,
      controlPort: 0,
      controlToken,
      openaiBaseUrl: options.openaiBaseUrl ?? `${practice.http}/v1`,
      managedKey: new Secret(`sk-proj-practice-${options.day ?? "good"}-evaluation`),
      license: options.license ?? proLicense(),
      root: options.root ?? rootKeyOf("the house"),
      adminKey,
      consoleUrl: null,
      browserOrigins: options.browserOrigins ?? new Set(),
      https: { host: "127.0.0.1", port: 0, hosts: ["127.0.0.1"] },
      demoNumber,
      model: "gpt-realtime-2.1",
      callsMax: options.callsMax ?? 20,
      outgoingAllowed: new Set(["127.0.0.1"]),
      sqlite: "sqlite3",
      clock,
      random,
      log,
    };
    const controlPlane = await startControlPlane(controlPlaneOptions);
    const gateway = await openGateway(engine, controlPlane, folder, options);
    const events = openEvents(controlPlane);
    await Promise.all([gateway.ready, once(events, "open")]);
    return new House({
      engine,
      practice,
      controlPlane,
      controlPlaneOptions,
      gateway,
      folder,
      events,
      sipTls: options.sipTls ?? null,
    });
  }

  /** Ends the control plane, does `whileAway`, and starts it again with its data at its addresses. */
  async restartControlPlane(whileAway: () => Promise<void>): Promise<void> {
    const { http, control } = this.#controlPlane;
    this.#events.terminate();
    await this.#controlPlane.close();
    await whileAway();
    this.#controlPlane = await startControlPlane({
      ...this.#controlPlaneOptions,
      httpPort: Number(new URL(http).port),
      controlPort: Number(new URL(control).port),
    });
    this.#events = openEvents(this.#controlPlane);
    this.#listen();
    await once(this.#events, "open");
  }

  /** Dials from a phone of its own. */
  async call(
    options: Partial<CallOptions> = {},
    transport: SipTransport = "udp",
  ): Promise<PhoneCall> {
    const place = transport === "tls" ? (this.engine.sips ?? "") : this.engine.sip;
    const [host = "", port = ""] = place.split(":");
    const server = { host, port: Number(port) };
    const trusted = this.#sipTls === null ? {} : { trusted: this.#sipTls.trusted };
    const phone = await Phone.open({ server, transport, ...trusted, clock, random });
    this.#phones.push(phone);
    return phone.call({ to: demoNumber, ...options });
  }

  /** The same, answered: fails when it is not. */
  async answeredCall(
    options: Partial<CallOptions> = {},
    transport: SipTransport = "udp",
  ): Promise<PhoneCall> {
    const call = await this.call(options, transport);
    expect(await call.outcome).toEqual({ kind: "answered" });
    return call;
  }

  /** The call as the API shows it once its record is there. */
  async ended(call: PhoneCall): Promise<CallView> {
    const callId = call.callId;
    if (callId === null) throw new Error("the appliance gave this call no id");
    return this.recordOf(callId);
  }

  /** The same of a call that is known by its id, within as many milliseconds as are named. */
  async recordOf(callId: string, withinMs?: number): Promise<CallView> {
    const isEnd = ({ event, data }: LiveMessage): boolean =>
      event === "call.status" && data["callId"] === callId && "endCause" in data;
    await eventually(`call ${callId} has its record`, () => this.messages.some(isEnd), withinMs);
    return callViewSchema.parse(await this.ask("GET", `/v1/calls/${callId}`));
  }

  async transcript(call: PhoneCall): Promise<TranscriptView["entries"]> {
    const answer = await this.ask("GET", `/v1/calls/${call.callId ?? ""}/transcript`);
    return transcriptViewSchema.parse(answer).entries;
  }

  /** One request to the API with the admin's key; its body as it comes. */
  async ask(method: string, url: string, body?: unknown): Promise<unknown> {
    return (await this.request(method, url, body)).body;
  }

  /** The same, with its status. */
  async request(
    method: string,
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${this.controlPlane.http}${url}`, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${adminKey.reveal()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  }

  /** What a path answers that is no JSON. */
  async download(url: string): Promise<Uint8Array> {
    const response = await fetch(`${this.controlPlane.http}${url}`, {
      headers: { authorization: `Bearer ${adminKey.reveal()}` },
    });
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Gives the demo number this agent, beside what an agent must have. */
  async setAgent(agent: Readonly<Record<string, unknown>>): Promise<void> {
    await this.ask("POST", `/v1/numbers/${await this.demoNumberId()}/inbound-config`, {
      mode: "ai",
      systemPrompt: "Be brief.",
      firstMessage: "Hello.",
      ...agent,
    });
  }

  /** A code that a console pairs with, and the words of the certificate that it is shown. */
  async pairing(): Promise<{ code: string; fingerprintWords: readonly string[] | null }> {
    return pairingCreatedSchema.parse(await this.ask("POST", "/v1/pairing", {}));
  }

  /** Gives the demo number a key of its own, tested with the provider; answers as the API does. */
  async saveKey(apiKey: string): Promise<unknown> {
    return this.ask("POST", `/v1/numbers/${await this.demoNumberId()}/byok/key`, { apiKey });
  }

  async deleteKey(): Promise<void> {
    await this.ask("DELETE", `/v1/numbers/${await this.demoNumberId()}/byok/key`);
  }

  /** Takes the demo number's agent away. */
  async removeAgent(): Promise<void> {
    await this.ask("DELETE", `/v1/numbers/${await this.demoNumberId()}/inbound-config`);
  }

  /** Hangs up what is left, asserts that nothing stays behind, and ends everything. */
  async close(): Promise<void> {
    try {
      for (const phone of this.#phones) await phone.hangUpAll();
      await eventually("every call is over", () => this.#callsLeft() === 0);
      this.#expectNothingLeft();
      this.#expectFramesOfTheSchema();
    } finally {
      for (const phone of this.#phones) await phone.close();
      this.#events.terminate();
      await this.gateway.close();
      await this.controlPlane.close();
      await this.practice.close();
      await this.engine.close();
      rmSync(this.folder, { recursive: true });
    }
  }

  #listen(): void {
    this.#events.on("message", (data: Buffer) => {
      this.messages.push(liveMessageSchema.parse(JSON.parse(data.toString())));
    });
  }

  async demoNumberId(): Promise<string> {
    const { items } = (await this.ask("GET", "/v1/numbers")) as { items: { id: string }[] };
    return items[0]?.id ?? "";
  }

  #callsLeft(): number {
    const { openTransactions, dialogs, unacknowledged } = this.engine.state();
    const { calls, spooledEvents, recordings, dialogs: held } = this.gateway.state();
    const { callsInProgress } = this.controlPlane.state();
    const atProvider = this.practice.sessions();
    return (
      openTransactions +
      dialogs +
      unacknowledged +
      calls +
      spooledEvents +
      recordings +
      held +
      callsInProgress +
      atProvider
    );
  }

  #expectNothingLeft(): void {
    expect(this.gateway.state()).toEqual({
      calls: 0,
      rtpSockets: 0,
      rtpPorts: 0,
      pacedStreams: 0,
      dialogs: 0,
      sessions: 0,
      timers: 0,
      spooledEvents: 0,
      recordings: 0,
      keys: 0,
    });
    expect(this.engine.state()).toMatchObject({
      dialogs: 0,
      openTransactions: 0,
      unacknowledged: 0,
    });
    expect(this.controlPlane.state()).toMatchObject({ callsInProgress: 0 });
    expect(this.practice.sessions()).toBe(0);
  }

  #expectFramesOfTheSchema(): void {
    for (let index = 0; index < this.practice.opened(); index += 1) {
      for (const { text } of this.practice.session(index).frames()) {
        expect(clientEventProblems(JSON.parse(text)), text.slice(0, 500)).toEqual([]);
      }
    }
  }
}

function tlsOf({ own, trusted }: NonNullable<HouseOptions["sipTls"]>): TlsSettings {
  return { port: 0, certificate: own.certificatePem, key: new Secret(own.keyPem), trusted };
}

function openEvents(controlPlane: ControlPlane): WebSocket {
  return new WebSocket(`${controlPlane.http.replace("http", "ws")}/v1/events`, {
    headers: { authorization: `Bearer ${adminKey.reveal()}` },
  });
}

async function openGateway(
  engine: SipEngine,
  controlPlane: ControlPlane,
  folder: string,
  options: HouseOptions,
): Promise<Gateway> {
  const { rtpHost = "127.0.0.1", gatewayClock = clock, log = silentLog, timing = {} } = options;
  const [host = "", port = ""] = engine.drachtio.split(":");
  return startGateway({
    drachtio: { host, port: Number(port), secret: engineSecret },
    controlUrl: controlPlane.control,
    controlToken,
    gatewayId: "gateway-1",
    spoolDir: path.join(folder, "spool"),
    rtpHost,
    rtpPorts: { from: 30_000, to: 30_999 },
    callsMax: 200,
    recordingReserveBytes: options.recordingReserveBytes ?? 0,
    timing,
    clock: gatewayClock,
    random,
    log,
  });
}

import { delay, systemClock } from "@agentcall/base";
import { type CallLoad, keyOfCall, LoadMeter } from "./call-load.ts";
import { makeLoopbackCertificate } from "../support/certificate.ts";
import { ControlStub } from "./control-stub.ts";
import { DrachtioStub } from "./drachtio-stub.ts";
import type { LoadFigures, LoadOrder, LoadReport } from "./messages.ts";
import { Phone } from "./phones.ts";
import { Provider } from "./provider.ts";
import { SlottedPacer } from "./slotted-pacer.ts";

// The load generator: the provider, the callers' phones and the gateway's two neighbours, in one
// process, so that one clock tells when a thing was sent and when it arrived.

const callsPerSecond = 20;
const hangUpMsMax = 10_000;

const clock = systemClock();
const meter = new LoadMeter();
const calls = new Map<number, CallLoad>();
const phones = new Map<number, Phone>();
const pacer = new SlottedPacer(clock, (lateMs) => {
  if (meter.isOpen) meter.ownDelayMs.add(lateMs);
});
const certificate = makeLoopbackCertificate(clock.nowMs());
const provider = new Provider(certificate, calls, meter, clock);
const realtimeUrl = await provider.listen();
const control = new ControlStub(realtimeUrl, meter, process.env["BENCH_RECORD"] === "1");
const drachtio = new DrachtioStub({
  onAnswered: onOpened,
  onLost: (call, what) => {
    const load = calls.get(call);
    if (load !== undefined) load.isLost = true;
    tell({ kind: "broken", what: `call ${String(call)} ended early: ${what}` });
  },
  onHungUp: (call) => {
    waiting.delete(call);
  },
});
/** Calls that something was asked for and that have not answered yet. */
const waiting = new Set<number>();
let callsToOpen = 0;
let opensBy: "sip" | "order" = "order";
let cpuAtBegin = process.cpuUsage();
let begunAtMs = 0;

process.on("message", (order: LoadOrder) => {
  follow(order).catch((error: unknown) => {
    tell({ kind: "broken", what: String(error) });
  });
});
process.on("disconnect", () => process.exit(0));
tell({
  kind: "listening",
  realtimeUrl,
  controlUrl: await control.listen(),
  drachtio: await drachtio.listen(),
  certificatePem: certificate.certificatePem,
});

async function follow(order: LoadOrder): Promise<void> {
  switch (order.kind) {
    case "open-calls":
      opensBy = order.by;
      await openCalls(calls.size, order.calls);
      return;
    case "call-opened":
      onOpened(order.call, order.rtpPort);
      return;
    case "begin-window":
      cpuAtBegin = process.cpuUsage();
      begunAtMs = clock.monotonicMs();
      meter.begin();
      return;
    case "end-window":
      meter.isOpen = false;
      tell({ kind: "window", figures: figuresNow() });
      return;
    case "hang-up":
      await hangUp();
      tell({ kind: "hung-up", records: control.records });
      return;
  }
}

async function openCalls(from: number, count: number): Promise<void> {
  callsToOpen = count;
  for (let call = from; call < from + count; call += 1) {
    const load = { call, brokenOffAnswer: -1, interruptedAtMs: null, isLost: false };
    const phone = new Phone(load, meter, clock);
    calls.set(call, load);
    phones.set(call, phone);
    waiting.add(call);
    const phonePort = await phone.open();
    if (opensBy === "sip") drachtio.invite(call, phonePort);
    else tell({ kind: "open-call", call, phonePort, realtimeUrl, apiKey: keyOfCall(call) });
    await delay(clock, 1_000 / callsPerSecond);
  }
}

function onOpened(call: number, rtpPort: number): void {
  phones.get(call)?.talk(rtpPort, pacer);
  waiting.delete(call);
  callsToOpen -= 1;
  if (callsToOpen === 0) tell({ kind: "calls-open" });
}

/** Ends what SIP began; calls of the bare loop end with their process. */
async function hangUp(): Promise<void> {
  if (opensBy === "sip") {
    for (const load of calls.values()) {
      if (load.isLost) continue;
      waiting.add(load.call);
      drachtio.hangUp(load.call);
    }
    const deadlineMs = clock.monotonicMs() + hangUpMsMax;
    const isOver = (): boolean => waiting.size === 0 && recordCount() >= calls.size;
    while (!isOver() && clock.monotonicMs() < deadlineMs) await delay(clock, 20);
    if (waiting.size > 0) {
      tell({ kind: "broken", what: `${String(waiting.size)} calls did not confirm BYE` });
    }
    if (recordCount() !== calls.size) {
      const what = `${String(calls.size)} calls left ${String(recordCount())} records`;
      tell({ kind: "broken", what });
    }
  }
  for (const phone of phones.values()) phone.close();
}

function recordCount(): number {
  return Object.values(control.records.endCauses).reduce((sum, count) => sum + count, 0);
}

function figuresNow(): LoadFigures {
  const cpu = process.cpuUsage(cpuAtBegin);
  return {
    uplinkDelayMs: meter.uplinkDelayMs.summary(),
    firstAudioMs: meter.firstAudioMs.summary(),
    packetIntervalMs: meter.packetIntervalMs.summary(),
    bargeInMs: meter.bargeInMs.summary(),
    ownDelayMs: meter.ownDelayMs.summary(),
    packetsSent: meter.packetsSent,
    packetsHeard: meter.packetsHeard,
    lostUplink: meter.lostUplink,
    lostDownlink: meter.lostDownlink,
    deltasMissed: meter.deltasMissed,
    callsLost: [...calls.values()].filter((call) => call.isLost).length,
    appends: meter.appends,
    requests: meter.requests,
    controlFrames: meter.controlFrames,
    loadCpuShare: (cpu.user + cpu.system) / 1_000 / (clock.monotonicMs() - begunAtMs),
  };
}

function tell(report: LoadReport): void {
  process.send?.(report);
}

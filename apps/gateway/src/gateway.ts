import {
  type Clock,
  Closers,
  delay,
  type Log,
  newId,
  type Random,
  type Secret,
} from "@agentcall/base";
import {
  type CallId,
  callIdSchema,
  type CallPlan,
  type ControlFrame,
  type EndCause,
  type TrunkId,
} from "@agentcall/contract";
import type { RealtimeTransport, TransportHandlers } from "@agentcall/realtime";
import type { CallPorts, CallTiming } from "./call/call-ports.ts";
import { CallRunner } from "./call/call-runner.ts";
import { modelSessions } from "./call/model-session.ts";
import { Phrases } from "./call/phrases.ts";
import { CallKeys } from "./control/call-keys.ts";
import { ControlLink } from "./control/control-link.ts";
import { Spool, spoolGatherMs } from "./control/spool.ts";
import { RecordingDesk } from "./recording/recording-desk.ts";
import { Pacer } from "./rtp/pacer.ts";
import { PortRange } from "./rtp/port-range.ts";
import { RtpEndpoints } from "./rtp/rtp-endpoint.ts";
import { DialogBook } from "./sip/dialog-book.ts";
import { admit, type StrangerPolicy } from "./sip/invite-gate.ts";
import { trunkTargets } from "./sip/invite-targets.ts";
import { answerRegister } from "./sip/register-gate.ts";
import { systemResolver } from "./sip/server-addresses.ts";
import type { Invite, SipLeg, SipLegHandlers } from "./sip/sip-leg.ts";
import { SipServer } from "./sip/sip-server.ts";
import { type StrangerCounts, StrangerWatch } from "./sip/stranger-watch.ts";
import { TrunkDirectory } from "./sip/trunk-directory.ts";
import { testTrunk } from "./sip/trunk-test.ts";

/** What one gateway process is made of. */
export type GatewayOptions = {
  readonly drachtio: { readonly host: string; readonly port: number; readonly secret: Secret };
  /** Such as `ws://127.0.0.1:7000`. */
  readonly controlUrl: string;
  readonly controlToken: Secret;
  /** Stable across restarts: the owner of the spool. */
  readonly gatewayId: string;
  readonly spoolDir: string;
  /** How long events are gathered into one write; 50 ms unless told otherwise. */
  readonly spoolGatherMs?: number;
  /** What recordings leave free of the spool's disk, for what matters more. */
  readonly recordingReserveBytes?: number;
  /** The address that callers send their audio to. */
  readonly rtpHost: string;
  readonly rtpPorts: { readonly from: number; readonly to: number };
  readonly callsMax: number;
  /** What callers hear who are no trunk's; refused with 403 unless told otherwise. */
  readonly strangers?: StrangerPolicy;
  /** What is not named is as usual. */
  readonly timing?: Partial<CallTiming>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Another way to the model than a WebSocket, for tests. */
  readonly realtimeTransport?: (plan: CallPlan, handlers: TransportHandlers) => RealtimeTransport;
};

/** What a gateway holds at this moment: all zero but the spool when no call is up. */
export type GatewayState = {
  readonly calls: number;
  readonly rtpSockets: number;
  readonly rtpPorts: number;
  /** Streams that the pacer sends frames of. */
  readonly pacedStreams: number;
  /** INVITEs and dialogs that drachtio holds for us. */
  readonly dialogs: number;
  readonly sessions: number;
  /** Timers that belong to calls. */
  readonly timers: number;
  /** Events that the control plane has not acknowledged yet. */
  readonly spooledEvents: number;
  /** Recordings that go on, or that the control plane does not have yet. */
  readonly recordings: number;
};

export type Gateway = {
  /** Resolves when drachtio has let us in and the control plane has told us the trunks. */
  readonly ready: Promise<void>;
  state(): GatewayState;
  /** What became of INVITEs that are no trunk's, since the start. */
  strangers(): StrangerCounts;
  /** Whose calls from this address are; null for a stranger's. */
  trunkOf(address: string): TrunkId | null;
  /** Whether this trunk has been told, and is enabled. */
  carries(trunkId: string): boolean;
  /**
   * Takes no call any more, tells the control plane so, and resolves when those in progress are
   * over, or after so long. To be closed afterwards.
   */
  drain(msMax: number): Promise<void>;
  /** Ends every call with BYE, spools their records and closes the links. May be called twice. */
  close(): Promise<void>;
};

const farewellMsMax = 1_500; // for BYEs to be answered and records to be acknowledged, of the 3 s a stop may last
const farewellStepMs = 20;
const recordingReserveBytesUsual = 268_435_456; // 256 MB: a day of call events, many times

const defaultTiming: CallTiming = {
  muteAfterMs: 8_000,
  greetingProtectedMs: 300,
  replaceSessionAfterMs: 55 * 60_000, // the provider ends a session after an hour
};

/** Starts a gateway. It keeps trying to reach drachtio and the control plane until it is closed. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { clock, random, log } = options;
  const spool = await Spool.open(options.spoolDir, log, {
    clock,
    gatherMs: options.spoolGatherMs ?? spoolGatherMs,
  });
  const calls = new Map<CallId, CallRunner>();
  const endpoints = new RtpEndpoints(
    options.rtpHost,
    new PortRange(options.rtpPorts.from, options.rtpPorts.to),
    log,
  );
  const keys = new CallKeys();
  const pacer = new Pacer(clock, log);
  const link = new ControlLink({
    url: options.controlUrl,
    token: options.controlToken,
    gatewayId: options.gatewayId,
    bootId: newId("boot", random),
    spool,
    clock,
    random,
    log,
    liveCallIds: () => [...calls.keys()],
    onDial: (dial) => {
      placeCall({ ports, calls, sip, trunks }, dial);
    },
    onHangup: (callId) => calls.get(callId)?.hangUp(),
    onTrunks: (news) => {
      trunks.apply(news);
    },
    onTrunkTest: ({ testId, trunk }) => {
      void testTrunk(trunk, testPorts).then((lines) => {
        link.trunkTested(testId, lines);
      });
    },
    onTransfer: (callId, to) => calls.get(callId)?.transfer(to),
    onUp: () => {
      recordings.linkUp();
    },
  });
  const recordings = await RecordingDesk.open({
    ...options,
    reserveBytes: options.recordingReserveBytes ?? recordingReserveBytesUsual,
    taker: link,
    takeKey: (ticket) => keys.take(ticket),
  });
  let draining = false;
  const refusalNow = (): EndCause | null => {
    if (draining) return "gateway_draining";
    // The call that asks is counted already. A full spool could not keep its record.
    return calls.size > options.callsMax || spool.isFull ? "all_calls_taken" : null;
  };
  const ports: CallPorts = {
    openRtp: (handlers) => endpoints.open(handlers),
    pacer,
    control: {
      offer: async (offer) => keys.checkIn(offer.callId, await link.offer(offer)),
      withdraw: (callId) => {
        link.withdraw(callId);
        keys.forget(callId);
      },
      record: (event) => link.record(event),
      keepDraft: (event) => spool.keepDraft(event),
      live: (event) => {
        link.live(event);
      },
      callTool: (callId, call) => link.callTool(callId, call),
    },
    makeModelSession: modelSessions({
      ...options,
      keys,
      freshKey: (callId, key) => link.freshKey(callId, key),
    }),
    recordings,
    phrases: Phrases.load(),
    timing: { ...defaultTiming, ...options.timing },
    dial: (request, handlers) => sip.dial(request, handlers),
    refusalNow,
    clock,
    random,
    log,
  };
  const watch = new StrangerWatch(clock, log);
  const sip: SipServer = new SipServer({
    drachtio: options.drachtio,
    admit: (request) => admit(request, trunks, watch, options.strangers ?? "refuse"),
    register: (request) => answerRegister(request, trunks, watch, options.strangers ?? "refuse"),
    newCallId: () => callIdSchema.parse(newId("call", random)),
    takeInvite: (invite, leg) => takeCall(ports, calls, invite, leg),
    trunkTargets: (trunkId, parties) => trunkTargets(targetPorts, trunkId, parties),
    book: DialogBook.open(options.spoolDir, log),
    clock,
    random,
    log,
  });
  const trunkPorts = {
    send: sip.send.bind(sip),
    ourHostPort: sip.hostPortFor.bind(sip),
    resolver: systemResolver,
    clock,
    random,
    log,
  };
  const testPorts = { ...trunkPorts, tryRtpPorts: () => tryRtpPorts(endpoints) };
  const trunks: TrunkDirectory = new TrunkDirectory({
    ...trunkPorts,
    onReport: (trunkId, report) => {
      link.live({ kind: "trunk.status", trunkId, report });
    },
  });
  const targetPorts = { ...trunkPorts, directory: trunks };
  sip.start();
  link.start();
  const closers = new Closers();
  closers.add("the spool", () => spool.close());
  closers.add("the control link", () => {
    link.close();
  });
  closers.add("the recordings", () => recordings.close());
  closers.add("the SIP server", () => {
    watch.close();
    sip.close();
  });
  closers.add("the trunks", () => trunks.close());
  closers.add("the calls", async () => {
    draining = true;
    for (const call of calls.values()) call.drain();
    const isQuiet = (): boolean =>
      calls.size === 0 && sip.dialogs === 0 && (spool.pendingCount === 0 || !link.isUp);
    await until(isQuiet, clock, farewellMsMax);
  });
  return {
    ready: Promise.all([sip.ready, link.ready, trunks.ready]).then(() => undefined),
    state: () => ({
      calls: calls.size,
      rtpSockets: endpoints.socketCount,
      rtpPorts: endpoints.portCount,
      pacedStreams: pacer.streamCount,
      dialogs: sip.dialogs,
      sessions: [...calls.values()].filter((call) => call.hasSession).length,
      timers: [...calls.values()].reduce((sum, call) => sum + call.timerCount, 0),
      spooledEvents: spool.pendingCount,
      recordings: recordings.count,
      keys: keys.held,
    }),
    strangers: () => watch.counts,
    trunkOf: (address) => trunks.byAddress(address)?.trunkId ?? null,
    carries: (trunkId) => trunks.carries(trunkId),
    drain: async (msMax) => {
      draining = true;
      link.drain();
      log.info({ calls: calls.size, msMax }, "the gateway takes no call any more");
      await until(() => calls.size === 0 && sip.dialogs === 0, clock, msMax);
    },
    close: () => closers.close(),
  };
}

/** Where audio can be received at this moment. Rejects when every pair of ports is taken. */
async function tryRtpPorts(endpoints: RtpEndpoints): Promise<string> {
  const endpoint = await endpoints.open({ onRtp: () => undefined, onRtcp: () => undefined });
  const place = `${endpoint.address}:${String(endpoint.port)}`;
  endpoint.close();
  return place;
}

function takeCall(
  ports: CallPorts,
  calls: Map<CallId, CallRunner>,
  invite: Invite,
  leg: SipLeg,
): SipLegHandlers {
  const call = new CallRunner(ports, invite, leg, (finished) => {
    calls.delete(finished.callId);
  });
  calls.set(call.callId, call);
  call.begin().catch((error: unknown) => {
    ports.log.error({ callId: call.callId, err: error }, "a call could not be begun");
  });
  return call;
}

/** Places a call for the control plane: it goes the way of every call, with a leg of ours. */
function placeCall(
  house: {
    readonly ports: CallPorts;
    readonly calls: Map<CallId, CallRunner>;
    readonly sip: SipServer;
    readonly trunks: TrunkDirectory;
  },
  { callId, trunkId, from, to, metadata }: Extract<ControlFrame, { kind: "call.dial" }>,
): void {
  const { ports, calls, sip, trunks } = house;
  if (calls.has(callId)) return; // told twice
  const plan = trunks.byId(trunkId);
  const leg = sip.callOut({ callId, trunkId, from, to }, plan?.sessionTimerSecs ?? null);
  const invite: Invite = {
    callId,
    direction: "outbound",
    sipCallId: "",
    from,
    to,
    sourceAddress: "",
    sourcePort: 0,
    sdp: "",
    trunk: {
      trunkId,
      publicAddress: plan?.publicAddress ?? null,
      codecs: plan?.codecs ?? null,
      srtp: plan?.srtp ?? "off",
    },
    metadata,
  };
  leg.attach(takeCall(ports, calls, invite, leg));
}

/** Waits until it is so, but not for longer: what is not told by then is told from the spool. */
async function until(isSo: () => boolean, clock: Clock, msMax: number): Promise<void> {
  const deadlineMs = clock.monotonicMs() + msMax;
  while (!isSo() && clock.monotonicMs() < deadlineMs) await delay(clock, farewellStepMs);
}

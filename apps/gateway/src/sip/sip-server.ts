import {
  type Clock,
  type Log,
  type Random,
  retryDelayMs,
  type Secret,
  type Timer,
} from "@agentcall/base";
import { type CallId, parseE164, type TrunkPlan } from "@agentcall/contract";
import { allowedMethods, extensions } from "./capabilities.ts";
import type { DialRequest, FarLeg, FarLegHandlers } from "../call/call-ports.ts";
import type { DialogBook } from "./dialog-book.ts";
import { EngineWatch } from "./engine-watch.ts";
import { FarCall } from "./far-call.ts";
import { reasonPhraseOf } from "../call/end-cause.ts";
import { partiesOf } from "./caller-identity.ts";
import { InboundLeg } from "./inbound-leg.ts";
import type { Admission } from "./invite-gate.ts";
import { directTarget } from "./invite-targets.ts";
import { OutboundLeg, type OutboundRequest } from "./outbound-leg.ts";
import type { InviteTarget } from "./outgoing-invite.ts";
import type { RegisterAnswer } from "./registrar.ts";
import { hostText } from "./server-addresses.ts";
import { type OutgoingRequest, sendBy, type SipAnswer } from "./sip-request.ts";
import type { Invite, TakeInvite } from "./sip-leg.ts";
import {
  forgetInvite,
  openSrf,
  type SrfClient,
  type SrfMessage,
  type SrfRequest,
  type SrfResponse,
} from "./srf.ts";
import { targetUri } from "./target-uri.ts";

type SipServerOptions = {
  readonly drachtio: { readonly host: string; readonly port: number; readonly secret: Secret };
  readonly newCallId: () => CallId;
  /** Whose call an INVITE is; nothing is opened for one that is not admitted. */
  readonly admit: (request: SrfMessage) => Admission;
  /** The answer to a REGISTER; null for none. */
  readonly register: (request: SrfMessage) => RegisterAnswer | null;
  readonly takeInvite: TakeInvite;
  /** The ways by which a trunk's carrier calls a number; none where there is none. */
  readonly trunkTargets: (
    trunkId: TrunkPlan["trunkId"],
    parties: { readonly from: string; readonly to: string },
  ) => Promise<readonly InviteTarget[]>;
  readonly book: DialogBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const reconnectSchedule = { firstMs: 250, maxMs: 2_000 } as const; // a restarted drachtio is back within seconds
const placeholderUri = "sip:placeholder"; // the library's own word for "that of the dialog"

/**
 * Our end of drachtio's control connection: takes INVITEs, answers OPTIONS, and comes back with
 * a back-off when the connection is gone. Each connection has its own library client: the
 * library's own reconnection has no upper bound and cannot be ended.
 */
export class SipServer {
  readonly #options: SipServerOptions;
  readonly #legs = new Set<InboundLeg | OutboundLeg>();
  readonly #farCalls = new Set<FarCall>();
  #client: SrfClient | null = null;
  #watch: EngineWatch | null = null;
  #connected = false;
  /** Where drachtio listens, such as `udp/192.0.2.5:5060,tcp/192.0.2.5:5060`. */
  #hostPorts = "";
  #closed = false;
  #attempt = 0;
  #retry: Timer | null = null;
  #onceConnected: (() => void) | null = null;
  readonly ready: Promise<void>;

  constructor(options: SipServerOptions) {
    this.#options = options;
    this.ready = new Promise((resolve) => {
      this.#onceConnected = resolve;
    });
  }

  /** Dialogs and INVITEs that drachtio still holds for us. */
  get dialogs(): number {
    return this.#legs.size + this.#farCalls.size;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** Sends a request outside of any dialog. Never rejects. */
  send(request: OutgoingRequest, timeoutMs: number): Promise<SipAnswer> {
    const reason = "drachtio is not connected";
    if (this.#client === null || !this.#connected) {
      return Promise.resolve({ kind: "unsent", reason });
    }
    return sendBy(this.#client, this.#options.clock, request, timeoutMs);
  }

  /** Our `address:port` in the view of a trunk's carrier; null while drachtio is not connected. */
  hostPortFor({ transport, publicAddress }: TrunkPlan): string | null {
    if (!this.#connected) return null;
    const places = this.#hostPorts.split(",");
    const place = places.find((each) => each.startsWith(`${transport}/`)) ?? places[0] ?? "";
    const found = /^\w+\/(.+):(\d+)$/.exec(place);
    if (found === null) return null;
    const [, host = "", port = ""] = found;
    return `${publicAddress === null ? host : hostText(publicAddress)}:${port}`;
  }

  /** Connects, and keeps trying until closed. */
  start(): void {
    this.#connect();
  }

  /** The leg of a call that is to be placed; nothing is sent before it is told to. */
  callOut(request: OutboundRequest, sessionTimerSecs: number | null): OutboundLeg {
    const { clock, random, log, book, trunkTargets } = this.#options;
    const { callId, trunkId, from, to } = request;
    const leg = new OutboundLeg({
      client: () => (this.#connected ? this.#client : null),
      callId,
      targets: () => trunkTargets(trunkId, { from, to }),
      sessionTimerSecs,
      clock,
      random,
      log,
      onDialog: (dialogId) => {
        book.add(callId, dialogId);
      },
      onGone: (gone) => {
        this.#legs.delete(gone);
        book.remove(callId);
      },
    });
    this.#legs.add(leg);
    return leg;
  }

  /** Calls another party for a caller. `onFailed` follows at once where drachtio is not connected. */
  dial(request: DialRequest, handlers: FarLegHandlers): FarLeg {
    const { clock, random, log, book } = this.#options;
    const client = this.#client;
    if (client === null) {
      queueMicrotask(() => {
        handlers.onFailed(503);
      });
      return { hangUp: () => undefined };
    }
    const name = `${request.callId}-far` as const;
    const call = new FarCall({
      client,
      request,
      targets: this.#farTargets(request),
      handlers,
      clock,
      random,
      log,
      onDialog: (dialogId) => {
        book.add(name, dialogId);
      },
      onGone: (gone) => {
        this.#farCalls.delete(gone);
        book.remove(name);
      },
    });
    this.#farCalls.add(call);
    call.dial();
    return call;
  }

  /**
   * A number is called by the trunk of the caller's call, in the name of our own number: carriers
   * take no other. A trunk that only takes calls is sent it where the call came from.
   */
  async #farTargets({ to, invite }: DialRequest): Promise<readonly InviteTarget[]> {
    if (parseE164(to) === null) return [directTarget(to, invite.from)];
    const from = invite.direction === "inbound" ? invite.to : invite.from;
    const targets = await this.#options.trunkTargets(invite.trunk.trunkId, { from, to });
    if (targets.length > 0 || invite.direction === "outbound") return targets;
    return [directTarget(targetUri(to, invite), invite.from)];
  }

  /** Leaves drachtio. What dialogs there are should have been ended before. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#watch?.stop();
    for (const leg of this.#legs) leg.abandon();
    for (const call of this.#farCalls) call.abandon();
    if (this.#connected) this.#client?.disconnect();
    this.#connected = false;
    this.#client = null;
  }

  #connect(): void {
    const { drachtio, log } = this.#options;
    const client = openSrf();
    this.#client = client;
    client.on("error", (error) => {
      log.debug({ err: error }, "drachtio connection error");
      this.#gone(client);
    });
    client.on("close", () => {
      this.#gone(client);
    });
    client.on("connect", (error, hostPorts) => {
      this.#onConnect(client, error, hostPorts);
    });
    client.invite((request, response) => {
      this.#onInvite(client, request, response);
    });
    client.options((_request, response) => {
      const headers = { Allow: allowedMethods, Accept: "application/sdp", Supported: extensions };
      response.send(200, { headers });
    });
    client.register((request, response) => {
      this.#onRegister(request, response);
    });
    client.connect({
      host: drachtio.host,
      port: drachtio.port,
      secret: drachtio.secret.reveal(),
      // Never by itself: one attempt is the one that was just made.
      reconnect: { retryMaxDelay: reconnectSchedule.maxMs, maxAttempts: 1 },
    });
  }

  #onConnect(client: SrfClient, error: unknown, hostPorts: string): void {
    const { log } = this.#options;
    if (client !== this.#client || this.#closed) {
      client.disconnect();
      return;
    }
    if (error !== null && error !== undefined) {
      log.error({ err: error }, "drachtio refused our secret");
      client.disconnect();
      this.#gone(client);
      return;
    }
    this.#connected = true;
    this.#hostPorts = hostPorts;
    this.#attempt = 0;
    log.info({ hostPorts }, "connected to drachtio");
    this.#watchEngine(client, hostPorts);
    this.#onceConnected?.();
    for (const dialogId of this.#options.book.takeFormer()) this.#hangUpFormer(client, dialogId);
  }

  #watchEngine(client: SrfClient, hostPorts: string): void {
    const { clock, log } = this.#options;
    const engine = /^\w+\/([^,]+)/.exec(hostPorts)?.[1] ?? "127.0.0.1";
    const onDead = (): void => {
      log.error({ hostPorts }, "drachtio holds our connection and answers nothing any more");
      client.disconnect();
      this.#gone(client);
    };
    this.#watch = new EngineWatch({ client, engine, clock, onDead });
    this.#watch.start();
  }

  /** Ends a call of our former life: its caller has been listening to nothing since then. */
  #hangUpFormer(client: SrfClient, dialogId: string): void {
    const { log } = this.#options;
    const headers = { Reason: 'Q.850;cause=41;text="The gateway was restarted"' };
    try {
      const bye = { uri: placeholderUri, method: "BYE", stackDialogId: dialogId, headers };
      client.request(bye, (error) => {
        // The caller may have hung up meanwhile: then drachtio knows of no such dialog.
        const isKnown = error === null || error === undefined;
        log.warn({ dialogId, isKnown }, "a call of the former life was hung up");
      });
    } catch (error) {
      log.warn({ dialogId, err: error }, "a call of the former life could not be hung up");
    }
  }

  /** The connection of this client ended, or never came to be. */
  #gone(client: SrfClient): void {
    if (client !== this.#client || this.#closed) return;
    const { clock, random, log } = this.#options;
    this.#client = null;
    this.#watch?.stop();
    this.#watch = null;
    this.#connected = false;
    this.#attempt += 1;
    const delayMs = retryDelayMs(reconnectSchedule, this.#attempt, random);
    log.warn({ attempt: this.#attempt, delayMs }, "drachtio is not reachable; trying again");
    this.#retry = clock.after(delayMs, () => {
      this.#connect();
    });
  }

  /** Nothing may be thrown from here: the library would lose its place in the byte stream. */
  #onInvite(client: SrfClient, request: SrfRequest, response: SrfResponse): void {
    const { log, clock, newCallId, takeInvite, book } = this.#options;
    const plan = this.#admitted(request, response);
    if (plan === null) return;
    const invite = readInvite(newCallId(), request, plan);
    const leg = new InboundLeg({
      client,
      request,
      response,
      callId: invite.callId,
      contact: this.#contactFor(plan),
      sessionTimerSecs: plan.sessionTimerSecs,
      clock,
      log,
      onDialog: (dialogId) => {
        book.add(invite.callId, dialogId);
      },
      onGone: (gone) => {
        this.#legs.delete(gone);
        book.remove(invite.callId);
      },
    });
    this.#legs.add(leg);
    try {
      leg.attach(takeInvite(invite, leg));
    } catch (error) {
      log.error({ callId: invite.callId, err: error }, "taking an INVITE failed");
      leg.refuse({ status: 500, reason: "Server Internal Error", retryAfterSecs: null });
    }
  }

  #onRegister(request: SrfRequest, response: SrfResponse): void {
    try {
      const answer = this.#options.register(request);
      if (answer === null) return;
      const { status, headers } = answer;
      response.send(status, reasonPhraseOf(status), { headers: { ...headers } });
    } catch (error) {
      this.#options.log.error({ err: error }, "a REGISTER could not be answered");
    }
  }

  /** The trunk whose call it is; null when the INVITE has been answered, or is left without. */
  #admitted(request: SrfRequest, response: SrfResponse): TrunkPlan | null {
    try {
      const admission = this.#options.admit(request);
      switch (admission.kind) {
        case "admitted":
          return admission.plan;
        case "answered": {
          const { status, headers } = admission;
          response.send(status, reasonPhraseOf(status), { headers });
          return null;
        }
        case "dropped":
          forgetInvite(request);
          return null;
      }
    } catch (error) {
      this.#options.log.error({ err: error }, "an INVITE could not be looked at");
      return null;
    }
  }

  #contactFor(plan: TrunkPlan): string | null {
    const { publicAddress, transport } = plan;
    const place = publicAddress === null ? null : this.hostPortFor(plan);
    const param = transport === "udp" ? "" : `;transport=${transport}`;
    return place === null ? null : `<sip:${place}${param}>`;
  }
}

/** Every INVITE was looked at by then: its Call-ID is short. */
function readInvite(callId: CallId, request: SrfRequest, plan: TrunkPlan): Invite {
  const { trunkId, publicAddress, codecs, srtp } = plan;
  return {
    callId,
    direction: "inbound",
    sipCallId: request.get("Call-ID") ?? "",
    ...partiesOf(request, plan.numberFormat),
    trunk: { trunkId, publicAddress, codecs, srtp },
    sourceAddress: request.source_address,
    sourcePort: request.source_port,
    sdp: request.body ?? "",
  };
}

import type { Clock, Random } from "@agentcall/base";
import {
  type AudioOffer,
  type G711Codec,
  type MediaDirection,
  parseSdp,
  type PtimeMs,
  type SrtpKeying,
  writeOffer,
} from "@agentcall/media";
import {
  headerValue,
  headerValues,
  newBranch,
  parseCSeq,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "@agentcall/sip-engine";
import { keysOfAnswer } from "@agentcall/srtp";
import type { AudioLeg } from "./audio-leg.ts";
import { ClientTransaction } from "./client-transaction.ts";
import { contactUri, type Dialog, dialogRequest, responseTo } from "./requests.ts";
import type { SipAddress, SipLink } from "./sip-link.ts";

/** How the far end took the call. */
export type CallOutcome =
  | { readonly kind: "answered" }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: string;
      readonly retryAfterSecs: number | null;
    };

export type CallEnd = { readonly by: "phone" | "far-end" | "nobody" };

/** Milliseconds of the monotonic clock; null for what did not happen. */
export type CallTimes = {
  readonly inviteMs: number;
  ringingMs: number | null;
  answeredMs: number | null;
  byeMs: number | null;
};

type CallParts = {
  readonly dialog: Dialog;
  readonly link: SipLink;
  readonly audio: AudioLeg;
  readonly clock: Clock;
  readonly random: Random;
  readonly codecs: readonly G711Codec[];
  readonly ptimeMs: PtimeMs;
  /** Our keys; none for plain RTP. */
  readonly keyings: readonly SrtpKeying[];
  /** Sent instead of a proper offer, for tests of bad ones. */
  readonly sdp: string | null;
  /** What the phone does when it is asked to call somebody else (RFC 3515). */
  readonly onRefer: "accept" | "refuse";
};

type State = "calling" | "answered" | "over";

const timedOutStatus = 408; // RFC 3261 section 17.1.1.2: a transaction that times out counts as this

/** One call that the phone makes. */
export class PhoneCall {
  /** Resolves with the first answer that rings, or with the outcome when none did. */
  readonly ringing: Promise<void>;
  readonly outcome: Promise<CallOutcome>;
  readonly ended: Promise<CallEnd>;
  readonly times: CallTimes;
  readonly #parts: CallParts;
  readonly #transactions = new Map<string, ClientTransaction>();
  readonly #told: {
    readonly ringing: () => void;
    readonly outcome: (outcome: CallOutcome) => void;
    readonly ended: (end: CallEnd) => void;
  };
  readonly #inviteBranch: string;
  #state: State = "calling";
  #appliancesCallId: string | null = null;
  #acknowledgement: SipRequest | null = null;
  #offerVersion = 1;
  #direction: MediaDirection = "sendrecv";
  #media: AudioOffer | null = null;
  #codecs: readonly G711Codec[];
  #referredTo: string | null = null;
  #reinvited: (() => void) | null = null;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.times = {
      inviteMs: parts.clock.monotonicMs(),
      ringingMs: null,
      answeredMs: null,
      byeMs: null,
    };
    const ringing = Promise.withResolvers<undefined>();
    const outcome = Promise.withResolvers<CallOutcome>();
    const ended = Promise.withResolvers<CallEnd>();
    this.ringing = ringing.promise;
    this.outcome = outcome.promise;
    this.ended = ended.promise;
    this.#told = {
      ringing: () => {
        ringing.resolve(undefined);
      },
      outcome: outcome.resolve,
      ended: ended.resolve,
    };
    this.#codecs = parts.codecs;
    this.#inviteBranch = newBranch(parts.random);
    this.#invite(this.#inviteBranch, parts.sdp ?? this.#offer());
  }

  get sipCallId(): string {
    return this.#parts.dialog.callId;
  }

  /** The appliance's own id of this call, once it told it. */
  get callId(): string | null {
    return this.#appliancesCallId;
  }

  get audio(): AudioLeg {
    return this.#parts.audio;
  }

  /** Where the far end takes audio. Null before the answer. */
  get remoteMedia(): SipAddress | null {
    return this.#media === null
      ? null
      : { host: this.#media.connectionAddress, port: this.#media.port };
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Gives up before the answer. */
  cancel(): void {
    const invite = this.#transactions.get(this.#inviteBranch);
    if (this.#state !== "calling" || invite === undefined) return;
    // The CANCEL bears the INVITE's branch and number (RFC 3261 section 9.1).
    const { dialog } = this.#parts;
    this.#request("CANCEL", dialog.cseq, this.#inviteBranch, `cancel ${this.#inviteBranch}`);
  }

  /** Hangs up and resolves when the far end has confirmed it, or does not answer any more. */
  async hangUp(): Promise<void> {
    if (this.#state === "calling") this.cancel();
    else if (this.#state === "answered") this.#bye();
    await this.ended;
  }

  /** Puts the far end on hold. */
  hold(): Promise<void> {
    return this.#reinvite("sendonly");
  }

  resume(): Promise<void> {
    return this.#reinvite("sendrecv");
  }

  /** Offers this law and no other from now on. */
  changeCodec(codec: G711Codec): Promise<void> {
    this.#codecs = [codec];
    return this.#reinvite("sendrecv");
  }

  /** Where the far end asked us to call, once it did. */
  get referredTo(): string | null {
    return this.#referredTo;
  }

  /** Takes what arrived for this call. */
  receive(message: SipMessage): void {
    if (message.kind === "request") this.#answer(message);
    else this.#onResponse(message);
  }

  /** Stops everything at once, without a word to the far end. */
  async close(): Promise<void> {
    for (const transaction of this.#transactions.values()) transaction.close();
    this.#transactions.clear();
    this.#end("nobody");
    await this.#parts.audio.close();
  }

  #invite(branch: string, sdp: string): void {
    this.#parts.dialog.cseq += 1;
    this.#request("INVITE", this.#parts.dialog.cseq, branch, branch, sdp);
  }

  #request(method: string, cseq: number, branch: string, key: string, sdp?: string): void {
    const { dialog, link, clock } = this.#parts;
    const parts = sdp === undefined ? { method, cseq, branch } : { method, cseq, branch, sdp };
    const request = dialogRequest(dialog, link, parts);
    const transaction = new ClientTransaction({ request, branch, link, clock }, (response) => {
      this.#onOutcome(method, key, response);
    });
    this.#transactions.set(key, transaction);
  }

  #onResponse(response: SipResponse): void {
    const method = parseCSeq(headerValue(response, "CSeq") ?? "")?.method;
    const branch = /branch=([^;,\s]+)/.exec(headerValue(response, "Via") ?? "")?.[1] ?? "";
    const transaction = this.#transactions.get(method === "CANCEL" ? `cancel ${branch}` : branch);
    if (transaction !== undefined) transaction.receive(response);
    // A 200 that is repeated wants its ACK again (RFC 3261 section 13.2.2.4).
    else if (method === "INVITE" && response.status < 300 && this.#acknowledgement !== null) {
      this.#parts.link.send(this.#acknowledgement);
    }
  }

  #onOutcome(method: string, key: string, response: SipResponse | null): void {
    if (response !== null && response.status < 200) {
      if (response.status >= 180 && method === "INVITE") this.#onRinging(response);
      return;
    }
    this.#transactions.delete(key);
    if (method === "INVITE") this.#onInviteOutcome(key, response);
    else if (method === "BYE") this.#end("phone");
  }

  #onRinging(response: SipResponse): void {
    this.times.ringingMs ??= this.#parts.clock.monotonicMs();
    this.#noteCallId(response);
    this.#told.ringing();
  }

  #onInviteOutcome(branch: string, response: SipResponse | null): void {
    if (response !== null) this.#noteCallId(response);
    if (response === null || response.status >= 300) {
      if (response !== null) this.#acknowledgeRefusal(branch, response);
      if (this.#state === "calling") this.#refuse(response);
    } else {
      this.#accept(response);
    }
    this.#reinvited?.();
    this.#reinvited = null;
  }

  #refuse(response: SipResponse | null): void {
    const retryAfter = /^\d+/.exec(
      response === null ? "" : (headerValue(response, "Retry-After") ?? ""),
    )?.[0];
    this.#told.outcome({
      kind: "refused",
      status: response?.status ?? timedOutStatus,
      reason: response?.reason ?? "no answer",
      retryAfterSecs: retryAfter === undefined ? null : Number(retryAfter),
    });
    this.#end("far-end");
  }

  #accept(response: SipResponse): void {
    const { dialog, clock, audio } = this.#parts;
    dialog.to = headerValue(response, "To") ?? dialog.to;
    dialog.target = contactUri(response) ?? dialog.target;
    dialog.route = [...headerValues(response, "Record-Route")].reverse();
    this.#acknowledge();
    const { keyings } = this.#parts;
    const media = parseSdp(response.body.toString(), keyings.length > 0 ? "required" : "off");
    const first = this.#state === "calling";
    const keys = typeof media === "string" ? null : keysOfAnswer(keyings, media.keyings);
    const isPlain = keys === null && keyings.length > 0;
    if (typeof media === "string" || media.codecs[0] === undefined || isPlain) {
      this.#bye();
      return;
    }
    this.#media = media;
    const [{ codec, payloadType }] = media.codecs as [AudioOffer["codecs"][number]];
    audio.start({
      remote: { host: media.connectionAddress, port: media.port },
      codec,
      payloadType,
      telephoneEventPayloadType: media.telephoneEventPayloadType,
      keys,
    });
    if (!first) return;
    this.#state = "answered";
    this.times.answeredMs = clock.monotonicMs();
    this.#told.outcome({ kind: "answered" });
  }

  /** The ACK of a 200 is a request of its own: a new branch, the INVITE's number. */
  #acknowledge(): void {
    const { dialog, link, random } = this.#parts;
    this.#acknowledgement = dialogRequest(dialog, link, {
      method: "ACK",
      cseq: dialog.cseq,
      branch: newBranch(random),
    });
    link.send(this.#acknowledgement);
  }

  /** The ACK of a refusal belongs to the INVITE's transaction (RFC 3261 section 17.1.1.3). */
  #acknowledgeRefusal(branch: string, response: SipResponse): void {
    const { dialog, link } = this.#parts;
    const to = headerValue(response, "To") ?? dialog.to;
    link.send(dialogRequest({ ...dialog, to }, link, { method: "ACK", cseq: dialog.cseq, branch }));
  }

  #bye(): void {
    const { dialog, clock, random } = this.#parts;
    this.times.byeMs ??= clock.monotonicMs();
    dialog.cseq += 1;
    const branch = newBranch(random);
    this.#request("BYE", dialog.cseq, branch, branch);
  }

  #reinvite(direction: MediaDirection): Promise<void> {
    this.#direction = direction;
    this.#offerVersion += 1;
    this.#invite(newBranch(this.#parts.random), this.#offer());
    return new Promise((resolve) => (this.#reinvited = resolve));
  }

  #offer(): string {
    const { audio, keyings, ptimeMs } = this.#parts;
    const codecs = this.#codecs;
    const { host, port } = audio.local;
    return writeOffer(
      { address: host, port, sessionId: port, version: this.#offerVersion },
      { codecs, direction: this.#direction, ptimeMs, keyings, isSrtpOnly: keyings.length > 0 },
    );
  }

  #answer(request: SipRequest): void {
    const { link, clock } = this.#parts;
    if (request.method === "ACK") return;
    if (request.method === "REFER" && this.#parts.onRefer === "accept") {
      this.#refer(request);
      return;
    }
    if (request.method !== "BYE" && request.method !== "OPTIONS") {
      link.send(responseTo(request, 501, "Not Implemented"));
      return;
    }
    link.send(responseTo(request, 200, "OK"));
    if (request.method !== "BYE") return;
    this.times.byeMs ??= clock.monotonicMs();
    this.#end("far-end");
  }

  /** Says that it will call, then that it has; a real phone would. The far end hangs up upon that. */
  #refer(request: SipRequest): void {
    const { link, dialog, random } = this.#parts;
    this.#referredTo = /<([^>]+)>/.exec(headerValue(request, "Refer-To") ?? "")?.[1] ?? "";
    link.send(responseTo(request, 202, "Accepted"));
    for (const line of ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"]) {
      dialog.cseq += 1;
      const branch = newBranch(random);
      this.#request("NOTIFY", dialog.cseq, branch, branch, `${line}\r\n`);
    }
  }

  #noteCallId(response: SipResponse): void {
    this.#appliancesCallId ??= headerValue(response, "X-AgentCall-Call-Id");
  }

  #end(by: CallEnd["by"]): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#told.ringing();
    this.#told.outcome({ kind: "refused", status: 487, reason: "over", retryAfterSecs: null });
    this.#told.ended({ by });
    void this.#parts.audio.close();
  }
}

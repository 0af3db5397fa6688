import type { Clock, Random } from "@agentcall/base";
import type { G711Codec, PtimeMs } from "@agentcall/media";
import { offeredKeyings } from "@agentcall/srtp";
import { headerValue, newTag, newUuid, type SipMessage } from "@agentcall/sip-engine";
import { AudioLeg, type SimulatedNetwork } from "./audio-leg.ts";
import { PhoneCall } from "./phone-call.ts";
import { responseTo } from "./requests.ts";
import { openSipLink, type SipAddress, type SipLink, type SipTransport } from "./sip-link.ts";

export type PhoneOptions = {
  readonly server: SipAddress;
  readonly transport: SipTransport;
  /** The authorities of the server's certificate (PEM), where it speaks TLS. */
  readonly trusted?: string;
  readonly clock: Clock;
  readonly random: Random;
};

export type CallOptions = {
  /** The number to dial, such as `+14155550100`. */
  readonly to: string;
  readonly from?: string;
  /** What is offered, in this order; PCMU and PCMA unless told otherwise. */
  readonly codecs?: readonly G711Codec[];
  /** How much audio it wants in a packet; 20 ms unless told otherwise. */
  readonly ptimeMs?: PtimeMs;
  /** Offers SRTP and nothing else (RFC 4568). */
  readonly srtp?: boolean;
  /** What the network does to the audio on its way up. */
  readonly network?: SimulatedNetwork;
  /** Sent in the INVITE instead of a proper offer, for tests of bad ones. */
  readonly sdp?: string;
  /** What it does when it is asked to call somebody else; it refuses unless told otherwise. */
  readonly onRefer?: "accept" | "refuse";
};

const cleanNetwork: SimulatedNetwork = { lossRatio: 0, jitterMs: 0 };
const callersNumber = "+14155550199"; // of the block that is set aside for fiction

/**
 * A SIP phone on loopback: calls a number over UDP, TCP or TLS, speaks and hears G.711 over RTP. It
 * registers nowhere. `npm run call` and the tests are the same phone.
 */
export class Phone {
  readonly #options: PhoneOptions;
  readonly #calls = new Map<string, PhoneCall>();
  #link: SipLink | null = null;

  private constructor(options: PhoneOptions) {
    this.#options = options;
  }

  /** Rejects with `sip-unreachable` where a server of TCP or TLS takes no connection. */
  static async open(options: PhoneOptions): Promise<Phone> {
    const phone = new Phone(options);
    const receive = (message: SipMessage): void => {
      phone.#receive(message);
    };
    phone.#link = await openSipLink(options.transport, options.server, receive, options.trusted);
    return phone;
  }

  /** Dials. The call is under way when this resolves; its `outcome` tells how it was taken. */
  async call(options: CallOptions): Promise<PhoneCall> {
    const { server, transport, clock, random } = this.#options;
    const link = this.#link;
    if (link === null) throw new Error("the phone is closed");
    const audio = await AudioLeg.open(clock, random, options.network ?? cleanNetwork);
    const host = `${server.host}:${String(server.port)}`;
    const dialog = {
      callId: newUuid(random),
      from: `<sip:${options.from ?? callersNumber}@${link.local.host}>;tag=${newTag(random)}`,
      to: `<sip:${options.to}@${host}>`,
      target: `sip:${options.to}@${host};transport=${transport}`,
      route: [],
      cseq: 0,
    };
    const call = new PhoneCall({
      dialog,
      link,
      audio,
      clock,
      random,
      codecs: options.codecs ?? ["pcmu", "pcma"],
      ptimeMs: options.ptimeMs ?? 20,
      keyings: options.srtp === true ? offeredKeyings(random) : [],
      sdp: options.sdp ?? null,
      onRefer: options.onRefer ?? "refuse",
    });
    this.#calls.set(dialog.callId, call);
    return call;
  }

  /** Calls that are not over. */
  get liveCalls(): number {
    return [...this.#calls.values()].filter((call) => !call.isOver).length;
  }

  /** Ends every call as a caller would: gives up what rings, hangs up what was answered. */
  async hangUpAll(): Promise<void> {
    const calls = [...this.#calls.values()].filter((call) => !call.isOver);
    await Promise.all(calls.map((call) => call.hangUp()));
  }

  /** Drops every call and closes the socket. May be called twice. */
  async close(): Promise<void> {
    for (const call of this.#calls.values()) await call.close();
    await this.#link?.close();
    this.#link = null;
  }

  #receive(message: SipMessage): void {
    const call = this.#calls.get(headerValue(message, "Call-ID") ?? "");
    if (call !== undefined) call.receive(message);
    else if (message.kind === "request" && message.method !== "ACK") {
      this.#link?.send(responseTo(message, 481, "Call/Transaction Does Not Exist"));
    }
  }
}

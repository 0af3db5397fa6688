import { invariant, type Random } from "@agentcall/base";
import type { EndCause } from "@agentcall/contract";
import {
  type AudioOffer,
  type G711Codec,
  parseSdp,
  type SdpRefusal,
  type SrtpKeying,
  type SrtpPolicy,
  writeAnswer,
  writeOffer,
} from "@agentcall/media";
import { keysForAnswer, keysOfAnswer, offeredKeyings, type StreamKeys } from "@agentcall/srtp";
import type { NegotiatedStream } from "../rtp/media-ends.ts";
import type { CallTrunk } from "../sip/sip-leg.ts";

type Answer = { readonly sdp: string; readonly stream: NegotiatedStream };

const lateCodecs = ["pcmu"] as const; // who wants our offer late gets what everybody speaks
const usualCodecs = ["pcmu", "pcma"] as const;

/** What the other side is taken to want while our offer waits for its answer: no audio yet. */
const unanswered: Omit<AudioOffer, "codecs"> = {
  connectionAddress: "0.0.0.0",
  port: 9, // "discard"
  rtcpPort: 9,
  telephoneEventPayloadType: null,
  ptimeMs: 20,
  direction: "inactive",
  profile: "RTP/AVP",
  keyings: [],
  held: true,
  lines: [],
};

/**
 * The offer and the answer of a call (RFC 3264), and what was agreed by them. The offer is ours
 * where the INVITE brings none; the answer then comes with the ACK.
 */
export class CallDescription {
  readonly codec: G711Codec;
  /** Where the signalling comes from; null where that is where the audio was said to be. */
  readonly #sourceAddress: string | null;
  readonly #srtp: SrtpPolicy;
  readonly #random: Random;
  readonly #sessionId: number;
  /** What our offer names, where it is ours. */
  readonly #offered: readonly G711Codec[];
  #offer: AudioOffer;
  /** An offer or an answer of the other side's has come. */
  #hasTheirs: boolean;
  #version = 1;
  #local = { address: "", port: 0 };
  #stream: NegotiatedStream | null = null;
  /** Our own offer waits for its answer. */
  #isOffering = false;
  /** The keys of that offer. */
  #offeredKeyings: readonly SrtpKeying[] = [];

  private constructor(
    { offer, offered }: { readonly offer: AudioOffer; readonly offered: readonly G711Codec[] },
    sourceAddress: string | null,
    random: Random,
    srtp: SrtpPolicy,
  ) {
    const [first] = offer.codecs;
    invariant(first !== undefined, "an offer that was read has at least one codec of ours");
    this.codec = first.codec;
    this.#offer = offer;
    this.#offered = offered;
    this.#hasTheirs = offered.length === 0;
    this.#sourceAddress = sourceAddress;
    this.#srtp = srtp;
    this.#random = random;
    this.#sessionId = random.below(2 ** 31);
  }

  /** Of a call of ours: the offer is ours, with the codecs of its trunk in their order. */
  static offering(
    { codecs, srtp }: Pick<CallTrunk, "codecs" | "srtp">,
    random: Random,
  ): CallDescription {
    return new CallDescription(ours(codecs ?? usualCodecs), null, random, srtp);
  }

  /**
   * Reads an INVITE's offer, or says why the call cannot be taken. Empty asks for one of ours.
   * Its trunk says which codecs are spoken, and whether audio is protected.
   */
  static read(
    sdp: string,
    sourceAddress: string,
    random: Random,
    { codecs: wanted, srtp }: Pick<CallTrunk, "codecs" | "srtp">,
  ): CallDescription | EndCause {
    if (sdp === "") return new CallDescription(ours(lateCodecs), sourceAddress, random, srtp);
    const offer = parseSdp(sdp, srtp);
    if (typeof offer === "string") return causesOfRefusals[offer];
    const codecs =
      wanted === null
        ? offer.codecs
        : wanted.flatMap((codec) => offer.codecs.filter((each) => each.codec === codec));
    if (codecs.length === 0) return "no_common_codec";
    const theirs = { offer: { ...offer, codecs }, offered: [] };
    return new CallDescription(theirs, sourceAddress, random, srtp);
  }

  /** What was agreed by the last answer. */
  get stream(): NegotiatedStream | null {
    return this.#stream;
  }

  /** Whether audio finds the way from this address of ours to where the caller's side wants it. */
  isReachableFrom(address: string): boolean {
    return !this.#hasTheirs || isSameFamily(this.#offer, address);
  }

  /** Answers the INVITE's offer with our ports, or makes ours. */
  answer(address: string, port: number): string {
    this.#local = { address, port };
    const { sdp } = this.#answerTo(this.#offer);
    return this.#hasTheirs ? sdp : this.#offerOurs();
  }

  /**
   * The ACK came, or the 200 of a call of ours, with an answer where the offer was ours. Answers
   * what is agreed now, or that nothing was open, or that the other side wants something else.
   */
  confirm(sdp: string): NegotiatedStream | "settled" | "unusable" {
    // Before the ACK that answers our offer in a re-INVITE, the one to the first 200 may come.
    if (!this.#isOffering || (sdp === "" && this.#hasTheirs)) return "settled";
    this.#isOffering = false;
    const answer = parseSdp(sdp, this.#srtp);
    if (typeof answer === "string" || !isSameFamily(answer, this.#local.address)) return "unusable";
    const offered = this.#hasTheirs ? [this.codec] : this.#offered;
    if (!answer.codecs.some(({ codec }) => offered.includes(codec))) return "unusable";
    const keys = keysOfAnswer(this.#offeredKeyings, answer.keyings);
    if (keys === null && (answer.keyings.length > 0 || this.#srtp === "required")) {
      return "unusable"; // it took a line that was not offered
    }
    this.#offer = answer;
    this.#hasTheirs = true;
    return this.#answerTo(answer, keys).stream;
  }

  #offerOurs(): string {
    this.#isOffering = true;
    this.#offeredKeyings = this.#srtp === "off" ? [] : offeredKeyings(this.#random);
    const local = { ...this.#local, sessionId: this.#sessionId, version: this.#version };
    return writeOffer(local, {
      codecs: this.#hasTheirs ? [this.codec] : this.#offered,
      direction: "sendrecv",
      keyings: this.#offeredKeyings,
      isSrtpOnly: this.#srtp === "required",
    });
  }

  /**
   * Answers a re-INVITE, or null where it cannot be accepted. The codec stays where it can: the
   * session with the model has been configured for it, and the other law costs a look-up a sample.
   */
  reoffer(sdp: string): Answer | null {
    if (this.#stream === null) return null;
    if (sdp === "") {
      this.#version += 1;
      return { sdp: this.#offerOurs(), stream: this.#stream };
    }
    const offer = parseSdp(sdp, this.#srtp);
    if (typeof offer === "string" || !isSameFamily(offer, this.#local.address)) return null;
    this.#version += 1;
    this.#offer = offer;
    this.#hasTheirs = true;
    return this.#answerTo(this.#offer);
  }

  #answerTo(offer: AudioOffer, keys: StreamKeys | null = this.#keysFor(offer)): Answer {
    const same = offer.codecs.filter(({ codec }) => codec === this.codec);
    const codecs = same.length > 0 ? same : offer.codecs;
    const { sdp, mediaSession } = writeAnswer(
      { ...offer, codecs },
      { ...this.#local, sessionId: this.#sessionId, version: this.#version },
      keys?.send ?? null,
    );
    const stream: NegotiatedStream = {
      codec: mediaSession.codec,
      payloadType: mediaSession.payloadType,
      telephoneEventPayloadType: mediaSession.telephoneEventPayloadType,
      source: {
        address: mediaSession.remoteAddress,
        port: mediaSession.remotePort,
        signallingAddress: this.#sourceAddress ?? mediaSession.remoteAddress,
      },
      ptimeMs: mediaSession.ptimeMs,
      remoteRtcpPort: offer.rtcpPort,
      keys,
      held: mediaSession.direction === "recvonly" || mediaSession.direction === "inactive",
    };
    this.#stream = stream;
    return { sdp, stream };
  }

  #keysFor({ keyings }: AudioOffer): StreamKeys | null {
    return keysForAnswer(keyings, this.#stream?.keys ?? null, this.#random);
  }
}

/** An offer of ours in place of theirs, before theirs is known. */
function ours(offered: readonly G711Codec[]): {
  readonly offer: AudioOffer;
  readonly offered: readonly G711Codec[];
} {
  const codecs = offered.map((codec) => ({ payloadType: codec === "pcmu" ? 0 : 8, codec }));
  return { offer: { ...unanswered, codecs }, offered };
}

/** No packet goes from an IPv4 address to an IPv6 one. */
function isSameFamily({ connectionAddress }: AudioOffer, address: string): boolean {
  return connectionAddress.includes(":") === address.includes(":");
}

const causesOfRefusals = {
  malformed: "malformed_sdp",
  "address-refused": "malformed_sdp",
  "no-audio": "no_common_codec",
  "no-common-codec": "no_common_codec",
  "srtp-required": "srtp_required",
  "srtp-off": "srtp_off",
  "no-common-suite": "no_common_suite",
} as const satisfies Readonly<Record<SdpRefusal, EndCause>>;
